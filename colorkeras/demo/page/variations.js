// Several colorings of one photograph side by side, of a model with noise.

import { callFor, show } from "./calls.js";
import { busy } from "./messages.js";

const place = document.getElementById("variations");
let turn = 0;

/**
 * Show small images of the plain prediction and of samples.
 * @param {number} count of samples; 0 hides them
 * @param {number|null} chosen the one that is shown large; null is the plain prediction
 * @param {object} wished the photograph and the model
 * @param {(sample: number|null) => void} choose called with the one that was clicked
 */
export async function showVariations(count, chosen, wished, choose) {
  const mine = ++turn;
  place.hidden = count === 0;
  if (count === 0) return;
  const samples = [null, ...Array(count).keys()];
  const buttons = samples.map((sample) => {
    const label = sample === null ? "Most likely" : `Variation ${sample + 1}`;
    const button = Object.assign(document.createElement("button"), { type: "button" });
    button.append(Object.assign(document.createElement("img"), { alt: "" }), label);
    button.setAttribute("aria-pressed", String(sample === chosen));
    button.addEventListener("click", () => {
      for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
      choose(sample);
    });
    return button;
  });
  place.querySelector(".row").replaceChildren(...buttons);
  for (const [number, sample] of samples.entries()) {
    const isThere = await busy("Coloring the variations …", async (signal) => {
      const answer = await callFor("look", { ...wished, sample, small: true }, signal);
      if (mine === turn) await show(buttons[number].querySelector("img"), answer);
      return true;
    });
    if (!isThere || mine !== turn) return; // canceled, failed, or others are wanted
  }
}

/** Hide them, and make no more. */
export function hideVariations() {
  turn += 1;
  place.hidden = true;
}
