// Color hints: a click on the photograph, a color, a marker; moved, changed, deleted, undone.

import { cutAt } from "./compare.js";
import { History } from "./history.js";
import { newMarker, putMarker } from "./markers.js";
import { tell } from "./messages.js";
import { askColor, closePalette, listenForColors } from "./palette.js";

const $ = (id) => document.getElementById(id);
export const MOST = 200;
const NEAR = 4; // pixels that a pointer may move in a click
const ghost = $("pending");
let past = new History([]);
let selected = -1; // the marker that the palette changes
let pending = null; // a place whose color is not chosen yet
let radius = 0.008;
let changed = () => {};

/** The hints as they are now: x and y as shares of width and height, color, radius. */
export const hints = () => past.state;

/** Begin anew, with these hints; undo does not take them away. */
export function beginHints(list = []) {
  past = new History(list);
  close();
}

/** Take the hints of a file instead. */
export function takeHints(list) {
  close();
  push(list);
}

function close() {
  past.seal();
  pending = null;
  selected = -1;
  closePalette();
  draw();
}

function push(list, kind = null) {
  past.push(list, kind);
  draw();
  changed();
}

function change(number, values, kind = null) {
  push(
    hints().map((hint, each) => (each === number ? { ...hint, ...values } : hint)),
    kind && `${kind} ${number}`,
  );
}

function select(number) {
  if (number === selected && !pending) return;
  selected = number;
  pending = null;
  draw();
}

/** Ask for the color of a place; the marker comes with the color. */
function ask(place) {
  if (hints().length >= MOST) {
    tell(`There are ${MOST} hints already, the most that the page takes.`);
    return;
  }
  if (100 * place.x < $("cut").value) cutAt(0); // where it is not in color nothing would be seen
  selected = -1;
  pending = place;
  draw();
  askColor(ghost, null, radius);
}

function choose(values) {
  radius = values.radius ?? radius;
  if (pending && values.color) {
    const list = [...hints(), { ...pending, color: values.color, radius }];
    pending = null;
    selected = list.length - 1;
    push(list, `color ${selected}`); // until the palette closes, other choices are the same step
  } else if (selected >= 0) change(selected, values, Object.keys(values)[0]);
}

function finish() {
  const number = selected;
  close();
  (markers()[number] || $("add")).focus();
}

function remove(number) {
  if (!hints()[number]) return;
  close();
  push(hints().filter((_, each) => each !== number));
  (markers()[Math.min(number, hints().length - 1)] || $("add")).focus();
}

const markers = () => $("markers").children;

function makeMarker() {
  const marker = newMarker({
    number: () => [...markers()].indexOf(marker),
    hint: (number) => hints()[number],
    select,
    remove,
    redraw: draw,
    move: change,
    open: (number) => {
      select(number);
      askColor(marker, hints()[number].color, hints()[number].radius);
    },
  });
  return marker;
}

function draw() {
  const list = hints();
  selected = Math.min(selected, list.length - 1);
  while (markers().length > list.length) $("markers").lastChild.remove();
  while (markers().length < list.length) $("markers").append(makeMarker());
  list.forEach((hint, number) => putMarker(markers()[number], hint, number, number === selected));
  ghost.hidden = !pending;
  if (pending) putMarker(ghost, { ...pending, color: "transparent" }, list.length, true);
  $("undo").disabled = !past.canUndo;
  $("redo").disabled = !past.canRedo;
  $("clear").disabled = $("save").disabled = list.length === 0;
  $("hint-count").textContent = list.length ? `(${list.length})` : "";
}

function turn(step) {
  close();
  past[step]();
  draw();
  changed();
}

function listenToStage() {
  let down = null;
  $("stage").addEventListener("pointerdown", (event) => (down = event));
  $("stage").addEventListener("click", (event) => {
    if (!down || Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) >= NEAR) return;
    const box = $("stage").getBoundingClientRect();
    const share = (length, whole) => Math.min(1, Math.max(0, length / whole));
    ask({ x: share(event.clientX - box.left, box.width), y: share(event.clientY - box.top, box.height) });
  });
}

/**
 * Listen to the photograph and to the buttons.
 * @param {() => void} whenChanged called when the hints are others
 */
export function listenForHints(whenChanged) {
  changed = whenChanged;
  listenForColors(choose, finish, () => (pending ? finish() : remove(selected)));
  listenToStage();
  $("add").addEventListener("click", () => ask({ x: 0.5, y: 0.5 }));
  $("undo").addEventListener("click", () => turn("undo"));
  $("redo").addEventListener("click", () => turn("redo"));
  $("clear").addEventListener("click", () => {
    close();
    push([]);
    $("add").focus();
  });
  document.addEventListener("pointerdown", (event) => {
    if (!$("palette").hidden && !event.target.closest("#palette, #stage")) close();
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
