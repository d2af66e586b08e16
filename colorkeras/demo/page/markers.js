// Markers on the photograph: buttons that are dragged, or moved by arrow keys.

const stage = document.getElementById("stage");
const STEP = 0.005; // of an arrow key, as a share of the side; with Shift five times as much
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const NEAR = 4; // pixels that a pointer may move in a click

const inside = (share) => Math.min(1, Math.max(0, share));

/** Show where a marker is, its color, and whether it is the selected one. */
export function putMarker(marker, { x, y, color }, number, isSelected) {
  const place = `${Math.round(100 * x)} % from the left, ${Math.round(100 * y)} % from the top`;
  marker.setAttribute("aria-label", `Hint ${number + 1}, color ${color}, ${place}`);
  marker.classList.toggle("selected", isSelected);
  for (const [name, value] of Object.entries({ x: `${100 * x}%`, y: `${100 * y}%`, color })) {
    marker.style.setProperty(`--${name}`, value);
  }
}

/**
 * Make a marker.
 * @param {object} on what it asks and tells: number(), hint(number), select(number), open(number),
 *   move(number, place, kind), remove(number), redraw()
 */
export function newMarker(on) {
  const marker = Object.assign(document.createElement("button"), { type: "button", className: "marker" });
  marker.setAttribute("aria-describedby", "marker-help");
  marker.addEventListener("focus", () => on.select(on.number()));
  marker.addEventListener("keydown", (event) => {
    const arrow = ARROWS[event.key];
    if (arrow) {
      const step = event.shiftKey ? 5 * STEP : STEP;
      const { x, y } = on.hint(on.number());
      on.move(on.number(), { x: inside(x + step * arrow[0]), y: inside(y + step * arrow[1]) }, "move");
    } else if (event.key === "Delete" || event.key === "Backspace") on.remove(on.number());
    else return;
    event.preventDefault();
  });
  marker.addEventListener("click", (event) => {
    event.stopPropagation();
    if (!event.detail) on.open(on.number()); // by key; of a pointer, `drag` tells a click
  });
  drag(marker, on);
  return marker;
}

function drag(marker, on) {
  let start = null;
  const isFar = (event) => Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) >= NEAR;
  const placeOf = (event) => {
    const box = stage.getBoundingClientRect();
    return { x: inside((event.clientX - box.left) / box.width), y: inside((event.clientY - box.top) / box.height) };
  };
  marker.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    start = event;
    marker.setPointerCapture(event.pointerId);
  });
  marker.addEventListener("pointermove", (event) => {
    if (!start || !isFar(event)) return;
    const { x, y } = placeOf(event);
    marker.style.setProperty("--x", `${100 * x}%`);
    marker.style.setProperty("--y", `${100 * y}%`);
  });
  marker.addEventListener("pointerup", (event) => {
    if (!start) return;
    if (isFar(event)) on.move(on.number(), placeOf(event));
    else on.open(on.number());
    start = null;
  });
  marker.addEventListener("pointercancel", () => {
    start = null;
    on.redraw();
  });
}
