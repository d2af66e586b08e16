// The palette that opens beside a hint: usual colors, any other, the size.

const COLORS = {
  "light skin": "#e2b091", "brown skin": "#b07a52", "dark skin": "#6f452e", "brown hair": "#5a3c28",
  "sky": "#7fb4e6", "sea": "#2f7085", "grass": "#6f9440", "leaves": "#3d6a34", "sand": "#d6bf8e", "wood": "#96663f",
  "brick": "#a5523c", "red": "#c8322d", "orange": "#e58a2b", "yellow": "#e6c33f", "dark blue": "#2c4f8c",
  "purple": "#7b4a8f", "pink": "#df8fa6", "grey": "#808080",
};
const ROOM = 12; // pixels between a marker and the palette
const $ = (id) => document.getElementById(id);
const palette = $("palette");
const radios = () => [...palette.querySelectorAll("input[type=radio]")];

/** Open the palette beside a marker; without a color, none is chosen yet. */
export function askColor(marker, color, radius) {
  for (const radio of radios()) radio.checked = radio.value === color;
  if (color) $("own").value = color;
  $("radius").value = 100 * radius;
  tellRadius();
  palette.hidden = false;
  place(marker);
  (radios().find((radio) => radio.checked) || radios()[0]).focus({ preventScroll: true });
}

/** Close the palette, whatever is chosen. */
export function closePalette() {
  palette.hidden = true;
}

/** Beside the marker, inside of the window; on a narrow screen the style puts it below. */
function place(marker) {
  const at = marker.getBoundingClientRect();
  if (getComputedStyle(palette).position === "fixed") {
    const hidden = at.bottom - palette.getBoundingClientRect().top;
    if (hidden > 0) window.scrollBy(0, hidden);
    return;
  }
  const [width, height] = [palette.offsetWidth, palette.offsetHeight];
  const isRoom = at.right + ROOM + width < document.documentElement.clientWidth;
  const left = isRoom ? at.right + ROOM : Math.max(ROOM, at.left - ROOM - width);
  const top = Math.min(Math.max(ROOM, at.top - height / 3), Math.max(ROOM, window.innerHeight - height - ROOM));
  palette.style.left = `${left + window.scrollX}px`;
  palette.style.top = `${top + window.scrollY}px`;
}

function tellRadius() {
  const told = `${Number($("radius").value).toFixed(1)} % of the longer side`;
  $("radius-told").textContent = told;
  $("radius").setAttribute("aria-valuetext", told);
}

function swatch(name, color) {
  const label = Object.assign(document.createElement("label"), { title: name, className: "swatch" });
  const radio = Object.assign(document.createElement("input"), { type: "radio", name: "color", value: color });
  radio.setAttribute("aria-label", name);
  const shown = document.createElement("span");
  shown.style.backgroundColor = color;
  label.append(radio, shown);
  return label;
}

/**
 * Build the palette and listen to it.
 * @param {(values: {color?: string, radius?: number}) => void} choose called with each choice
 * @param {() => void} finish called when it is closed by its user
 * @param {() => void} remove called for "Delete"
 */
export function listenForColors(choose, finish, remove) {
  $("swatches").replaceChildren(...Object.entries(COLORS).map(([name, color]) => swatch(name, color)));
  $("swatches").addEventListener("change", (event) => {
    $("own").value = event.target.value;
    choose({ color: event.target.value });
  });
  $("own").addEventListener("input", () => {
    for (const radio of radios()) radio.checked = false;
    choose({ color: $("own").value });
  });
  $("radius").addEventListener("input", () => {
    tellRadius();
    choose({ radius: Number($("radius").value) / 100 });
  });
  $("delete").addEventListener("click", remove);
  $("done").addEventListener("click", finish);
  palette.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    finish();
  });
}
