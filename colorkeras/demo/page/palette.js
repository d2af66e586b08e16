// The color and the size of hints: usual colors, any other, and a slider.

const COLORS = {
  "light skin": "#e2b091", "brown skin": "#b07a52", "dark skin": "#6f452e", "brown hair": "#5a3c28",
  "sky": "#7fb4e6", "sea": "#2f7085", "grass": "#6f9440", "leaves": "#3d6a34", "sand": "#d6bf8e", "wood": "#96663f",
  "brick": "#a5523c", "red": "#c8322d", "orange": "#e58a2b", "yellow": "#e6c33f", "dark blue": "#2c4f8c",
  "purple": "#7b4a8f", "pink": "#df8fa6", "grey": "#808080",
};
const $ = (id) => document.getElementById(id);

/** The color that is chosen, as #rrggbb. */
export function chosenColor() {
  return document.querySelector("#palette input[type=radio]:checked")?.value || $("own").value;
}

/** The size that is chosen, as a share of the longer side. */
export function chosenRadius() {
  return Number($("radius").value) / 100;
}

/** Show the color and the size of a hint. */
export function showChoice({ color, radius }) {
  for (const each of document.querySelectorAll("#palette input[type=radio]")) each.checked = each.value === color;
  $("own").value = color;
  $("radius").value = 100 * radius;
  tellRadius();
}

function tellRadius() {
  const told = `${Number($("radius").value).toFixed(1)} % of the longer side`;
  $("radius-told").textContent = told;
  $("radius").setAttribute("aria-valuetext", told);
}

/**
 * Build the palette.
 * @param {(change: {color?: string, radius?: number}) => void} changed called with each choice
 */
export function buildPalette(changed) {
  const swatches = Object.entries(COLORS).map(([name, color], number) => {
    const label = Object.assign(document.createElement("label"), { title: name, className: "swatch" });
    const radio = { type: "radio", name: "color", value: color, checked: number === 0 };
    const shown = document.createElement("span");
    shown.style.backgroundColor = color;
    label.append(Object.assign(document.createElement("input"), radio), shown);
    label.firstChild.setAttribute("aria-label", name);
    return label;
  });
  $("swatches").replaceChildren(...swatches);
  $("own").value = chosenColor();
  $("swatches").addEventListener("change", () => {
    $("own").value = chosenColor();
    changed({ color: chosenColor() });
  });
  $("own").addEventListener("input", () => {
    showChoice({ color: $("own").value, radius: chosenRadius() });
    changed({ color: $("own").value });
  });
  $("radius").addEventListener("input", () => {
    tellRadius();
    changed({ radius: chosenRadius() });
  });
  tellRadius();
}
