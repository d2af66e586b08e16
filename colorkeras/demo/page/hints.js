// Color hints: markers on the photograph that are set, moved, colored, deleted, undone.

import { cutAt } from "./compare.js";
import { History } from "./history.js";
import { buildPalette, chosenColor, chosenRadius, showChoice } from "./palette.js";

const $ = (id) => document.getElementById(id);
const MOST = 200;
const STEP = 0.005; // of an arrow key; with Shift five times as much
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const NEAR = 4; // pixels that a pointer may move in a click
let past = new History([]);
let selected = -1;
let changed = () => {};

/** The hints as they are now: x and y as shares of width and height, color, radius. */
export const hints = () => past.state;

/** Begin anew, without hints. */
export function forgetHints() {
  past = new History([]);
  select(-1);
}

function push(list, kind = null) {
  past.push(list, kind);
  draw();
  changed();
}

function select(number) {
  selected = number;
  if (hints()[number]) showChoice(hints()[number]);
  draw();
}

function change(number, values, kind) {
  push(hints().map((hint, each) => (each === number ? { ...hint, ...values } : hint)), `${kind} ${number}`);
}

const inside = (share) => Math.round(1e5 * Math.min(1, Math.max(0, share))) / 1e5;

function placeOf(event) {
  const box = $("stage").getBoundingClientRect();
  return { x: inside((event.clientX - box.left) / box.width), y: inside((event.clientY - box.top) / box.height) };
}

function add(place) {
  if (hints().length >= MOST) return;
  if (100 * place.x < $("cut").value) cutAt(0); // in the part that is not in color nothing would be seen
  selected = hints().length;
  push([...hints(), { ...place, color: chosenColor(), radius: chosenRadius() }]);
}

function remove(number) {
  if (!hints()[number]) return;
  selected = Math.min(number, hints().length - 2);
  push(hints().filter((_, each) => each !== number));
  (markers()[selected] || $("add")).focus();
}

const markers = () => $("markers").children;

function draw() {
  const list = hints();
  selected = Math.min(selected, list.length - 1);
  while (markers().length > list.length) $("markers").lastChild.remove();
  while (markers().length < list.length) $("markers").append(newMarker());
  list.forEach((hint, number) => {
    const marker = markers()[number];
    const across = `${Math.round(100 * hint.x)} % from the left, ${Math.round(100 * hint.y)} % from the top`;
    marker.setAttribute("aria-label", `Hint ${number + 1}, ${hint.color}, ${across}`);
    marker.setAttribute("aria-pressed", String(number === selected));
    for (const [name, value] of Object.entries({ x: `${100 * hint.x}%`, y: `${100 * hint.y}%`, color: hint.color }))
      marker.style.setProperty(`--${name}`, value);
  });
  $("undo").disabled = !past.canUndo;
  $("redo").disabled = !past.canRedo;
  $("delete").disabled = selected < 0;
  $("clear").disabled = $("save").disabled = list.length === 0;
  $("hint-count").textContent = list.length ? `(${list.length})` : "";
}

function newMarker() {
  const marker = Object.assign(document.createElement("button"), { type: "button", className: "marker" });
  const number = () => [...markers()].indexOf(marker);
  let start = null;
  marker.setAttribute("aria-describedby", "marker-help");
  marker.addEventListener("focus", () => select(number()));
  marker.addEventListener("keydown", (event) => {
    const arrow = ARROWS[event.key];
    if (arrow) {
      const step = event.shiftKey ? 5 * STEP : STEP;
      const { x, y } = hints()[number()];
      change(number(), { x: inside(x + step * arrow[0]), y: inside(y + step * arrow[1]) }, "move");
    } else if (event.key === "Delete" || event.key === "Backspace") remove(number());
    else return;
    event.preventDefault();
  });
  marker.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    start = event;
    marker.setPointerCapture(event.pointerId);
    marker.focus();
  });
  marker.addEventListener("pointermove", (event) => {
    if (!start || Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) < NEAR) return;
    const place = placeOf(event);
    marker.style.setProperty("--x", `${100 * place.x}%`);
    marker.style.setProperty("--y", `${100 * place.y}%`);
  });
  marker.addEventListener("pointerup", (event) => {
    const moved = start && Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) >= NEAR;
    start = null;
    if (moved) push(hints().map((hint, each) => (each === number() ? { ...hint, ...placeOf(event) } : hint)));
  });
  marker.addEventListener("pointercancel", () => {
    start = null;
    draw();
  });
  marker.addEventListener("click", (event) => event.stopPropagation());
  return marker;
}

function turn(step) {
  past[step]();
  draw();
  changed();
}

/**
 * Listen to the photograph and to the buttons.
 * @param {() => void} whenChanged called when the hints are others
 */
export function listenForHints(whenChanged) {
  changed = whenChanged;
  buildPalette((values) => {
    if (selected >= 0) change(selected, values, Object.keys(values)[0]);
  });
  let down = null;
  $("stage").addEventListener("pointerdown", (event) => (down = event));
  $("stage").addEventListener("click", (event) => {
    if (!down || Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) >= NEAR) return;
    add(placeOf(event));
  });
  $("add").addEventListener("click", () => {
    add({ x: 0.5, y: 0.5 });
    markers()[selected]?.focus();
  });
  $("undo").addEventListener("click", () => turn("undo"));
  $("redo").addEventListener("click", () => turn("redo"));
  $("delete").addEventListener("click", () => remove(selected));
  $("clear").addEventListener("click", () => {
    push([]);
    $("add").focus();
  });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key === "z") turn(event.shiftKey ? "redo" : "undo");
    else if (key === "y") turn("redo");
    else return;
    event.preventDefault();
  });
  draw();
}
