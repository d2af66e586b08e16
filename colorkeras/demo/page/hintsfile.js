// Hints as a file: hints.csv, which `colorize --hints` reads.

import { callFor } from "./calls.js";
import { takeHints } from "./hints.js";
import { busy, tell } from "./messages.js";
import { saveBlob } from "./names.js";

const $ = (id) => document.getElementById(id);
const MOST_BYTES = 100_000;

async function save(wishes) {
  const file = await busy("Writing the hints …", async (signal) => (await callFor("hints", wishes(), signal)).blob());
  if (file) saveBlob(file, "hints.csv");
}

async function load(file, wishes) {
  const { photo } = wishes();
  const told = await busy("Reading the hints …", async (signal) => {
    if (file.size > MOST_BYTES) throw new Error("hints.csv: larger than the page takes.");
    return (await callFor("hints/read", { photo, text: await file.text() }, signal)).json();
  });
  if (!told || photo !== wishes().photo) return;
  takeHints(told.hints);
  tell(told.hints.length === 1 ? "1 hint is loaded." : `${told.hints.length} hints are loaded.`);
}

/**
 * Listen to the buttons.
 * @param {() => object} wishes what is wished for the photograph
 */
export function listenForHintsFiles(wishes) {
  $("save").addEventListener("click", () => save(wishes));
  $("load").addEventListener("click", () => $("hints-file").click());
  $("hints-file").addEventListener("change", () => {
    const file = $("hints-file").files[0];
    $("hints-file").value = "";
    if (file) load(file, wishes);
  });
}
