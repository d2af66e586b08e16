// Hints for a film: one of its frames is shown as a photograph, and the hints on it are kept.

const $ = (id) => document.getElementById(id);
let placed = new Map(); // number of a frame → its time and its hints

/** The hints of all frames, as the program takes them. */
export const filmHints = () => [...placed].map(([frame, { hints }]) => ({ frame, hints }));

/** The hints that a frame has. */
export const hintsOf = (frame) => placed.get(frame)?.hints || [];

/** How many hints all frames have, when one of them has these. */
export function countWith(frame, hints) {
  const rest = [...placed].filter(([number]) => number !== frame);
  return rest.reduce((sum, [, each]) => sum + each.hints.length, hints.length);
}

/** Keep the hints of a frame in place of those that it had. */
export function keepHints(frame, time, hints) {
  const rest = [...placed].filter(([number]) => number !== frame);
  const all = hints.length ? [...rest, [frame, { time, hints }]] : rest;
  placed = new Map(all.sort(([one], [other]) => one - other));
}

/** Begin anew, without hints. */
export function forgetFilmHints() {
  placed = new Map();
}

/**
 * List the frames with hints.
 * @param {(frame: number, time: number) => void} change called for the frame that is to be changed
 */
export function listFilmHints(change) {
  const items = [...placed].map(([frame, { time, hints }]) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Change" });
    button.setAttribute("aria-label", `Change the hints on frame ${frame}`);
    button.addEventListener("click", () => change(frame, time));
    const item = document.createElement("li");
    item.append(`${hints.length} ${hints.length === 1 ? "hint" : "hints"} on frame ${frame}, at ${time.toFixed(2)} s `, button);
    return item;
  });
  $("film-hints").replaceChildren(...items);
}
