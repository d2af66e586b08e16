// The page: a photograph comes in, is shown in color as wished, and goes out.

import { call, callFor, endCalls, show } from "./calls.js";
import { cutAt } from "./compare.js";
import { forgetFilm, listenForFilms, takeFilm } from "./film.js";
import { beginHints, hints, listenForHints } from "./hints.js";
import { listenForHintsFiles } from "./hintsfile.js";
import { busy, complain, tell } from "./messages.js";
import { fileName, saveAs } from "./names.js";
import { hideVariations, showVariations } from "./variations.js";

const $ = (id) => document.getElementById(id);
const FIRST = "Only the first of the files was taken.";
let begun = null; // settled when the program has told what the page offers
let models = [];
let films = []; // endings of their files' names
let mostBytes = Infinity; // of a file
let photo = null; // what the program told of the photograph, and its name here
let sample = null; // number of the variation
let looking = null; // while it is colored
let isOld = false;
let turn = 0; // of the files that were dropped: the last one counts
let writing = null; // while the result is written
let doubting = null; // while the doubt is looked for

const strengths = () => ({
  model: Number($("model").value),
  saturation: Number($("saturation").value),
  temperature: Number($("temperature").value),
});

/** What is wished for the photograph, as the program takes it. */
const wishes = () => ({ ...strengths(), photo: photo?.photo, sample, hints: hints() });

/** Color the photograph as wished now. While one is under way, only the last wish counts. */
function look() {
  isOld = true;
  if (photo) looking ??= lookWhileOld();
  return looking;
}

async function lookWhileOld() {
  while (isOld && photo) {
    isOld = false;
    const wished = wishes();
    // Also the answer's image may be given up on its way, so it is part of what `busy` watches.
    const work = async (signal) => {
      const answer = await callFor("look", wished, signal);
      if (wished.photo === photo?.photo) await show($("after"), answer);
    };
    await busy("Coloring …", work, false);
  }
  looking = null;
}

const isFilm = (file) => file.type.startsWith("video/") || films.some((end) => file.name.toLowerCase().endsWith(end));

/** Show a photograph or a film, or the place to drop one. */
function present(kind) {
  $("welcome").hidden = true;
  $("work").hidden = false;
  $("work").dataset.shows = kind;
  $("view").hidden = kind !== "photo";
  window.scrollTo(0, 0); // it may have come by a drop far below
}

/** Take a file; of several that were dropped at once, the first. */
async function take([file, ...others]) {
  if (!file) return;
  await begun; // which names are those of films, and how large a file may be
  if (file.size > mostBytes) {
    complain(`The file is larger than ${Math.floor(mostBytes / 2 ** 20)} MiB, the most that the page takes.`);
    return;
  }
  const mine = ++turn;
  if (films.length && isFilm(file)) {
    if (!(await takeFilm(file, strengths, () => mine === turn))) return;
    leave();
    present("film");
    if (others.length) complain(FIRST);
    return;
  }
  const told = await busy("Reading the photograph …", async (signal) => (await call("photo", file, signal)).json());
  if (!told) return;
  if (mine !== turn) {
    forget(told);
    return;
  }
  forgetFilm();
  if (others.length) told.notes.unshift(FIRST);
  showPhoto(told, file.name || "photograph");
}

/** Show a photograph; a frame of a film with the hints that it has. */
async function showPhoto(told, name, placed = null) {
  leave();
  photo = { ...told, name };
  sample = null;
  present("photo");
  $("of-frame").hidden = !placed;
  $("save").hidden = Boolean(placed); // the film has a file for all of its frames
  $("name").textContent = photo.name;
  $("facts").textContent = `${photo.width} × ${photo.height} pixels`;
  listNotes(photo.notes);
  const kept = placed ? "" : ", with the photograph's metadata";
  $("download-told").textContent = `At full size, as ${photo.form}${kept}.`;
  $("stage").style.setProperty("--ratio", photo.width / photo.height);
  $("before").src = `/before/${photo.photo}`;
  $("after").removeAttribute("src");
  hideDoubt();
  hideVariations();
  beginHints(placed ?? []);
  cutAt(50);
  const taken = photo;
  await look();
  if (photo !== taken || !$("after").hasAttribute("src")) return; // it failed: that is told
  tell("The photograph is colored.");
  refreshVariations();
}

/** Leave the photograph; one whose result is being written is kept until then. */
function leave() {
  endCalls();
  const left = photo;
  if (left) Promise.resolve(writing).then(() => forget(left));
  photo = null;
}

function forget({ photo: name }) {
  call("forget", { photo: name }).catch(() => {});
}

function listNotes(notes) {
  const items = [...new Set(notes)].map((note) => Object.assign(document.createElement("li"), { textContent: note }));
  $("notes").replaceChildren(...items);
}

function refreshVariations() {
  const model = models[Number($("model").value)];
  const wished = { photo: photo.photo, model: Number($("model").value) };
  showVariations(model.random ? model.samples : 0, sample, wished, (chosen) => {
    sample = chosen;
    look();
  });
}

function tellSliders() {
  $("saturation-told").textContent = `${Math.round(100 * $("saturation").value)} %`;
  const mired = Number($("temperature").value);
  const direction = mired > 0 ? "warmer" : "cooler";
  $("temperature-told").textContent = mired ? `${Math.abs(mired)} mired ${direction}` : "as predicted";
  for (const name of ["saturation", "temperature"]) $(name).setAttribute("aria-valuetext", $(`${name}-told`).textContent);
}

function hideDoubt() {
  $("doubt").hidden = $("legend").hidden = true;
  $("doubtful").setAttribute("aria-pressed", "false");
}

async function toggleDoubt() {
  if (!$("doubt").hidden) return hideDoubt();
  doubting ??= showDoubt().finally(() => (doubting = null));
  return doubting;
}

async function showDoubt() {
  const wished = wishes();
  const answer = await busy("Looking for doubt …", async (signal) => {
    const found = await callFor("doubt", wished, signal);
    const { photo: now, model } = wishes();
    if (now !== wished.photo || model !== wished.model) return null;
    await show($("doubt"), found);
    return found;
  });
  if (!answer) return;
  $("doubt").hidden = $("legend").hidden = false;
  $("doubtful").setAttribute("aria-pressed", "true");
  $("legend-told").textContent = `mean ${answer.headers.get("Doubt-Mean")}, brightest ${answer.headers.get("Doubt-Most")} CIELAB units`;
}

/** Write the result, one at a time. */
function download() {
  writing ??= writeResult().finally(() => (writing = null));
}

async function writeResult() {
  const written = photo;
  const result = await busy("Writing the result at full size …", async (signal) => (await call("result", wishes(), signal)).json());
  if (!result) return;
  saveAs(result.address, fileName(written.name, written.suffixes));
  tell("The result is downloaded.");
  if (photo === written) listNotes([...photo.notes, ...result.notes]);
}

function chooseModel() {
  sample = null;
  const { note } = models[Number($("model").value)];
  $("model-note").textContent = note;
  $("model-note").hidden = !note;
  if (!photo) return;
  hideDoubt();
  look().then(refreshVariations);
}

async function begin() {
  const told = await busy("", async (signal) => (await call("hello", {}, signal)).json(), false);
  if (!told) return;
  models = told.models.map((model) => ({ ...model, samples: told.samples }));
  films = told.films;
  mostBytes = told.most_bytes;
  $("with-films").hidden = films.length === 0;
  $("file").accept = ["image/*", ".tif", ".tiff", ...(films.length ? ["video/*", ...films] : [])].join();
  $("model").replaceChildren(...models.map((model, number) => new Option(model.label, number)));
  $("model-card").hidden = false;
  chooseModel();
}

function listenForFiles() {
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
  for (const button of document.querySelectorAll(".choose")) button.addEventListener("click", () => $("file").click());
  $("file").addEventListener("change", () => {
    take([...$("file").files]);
    $("file").value = "";
  });
  document.addEventListener("paste", (event) => take([...event.clipboardData.files]));
  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    $("dropping").hidden = false;
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) $("dropping").hidden = true;
  });
  document.addEventListener("drop", (event) => {
    $("dropping").hidden = true;
    if (!hasFiles(event)) return;
    event.preventDefault();
    take([...event.dataTransfer.files]);
  });
}

for (const name of ["saturation", "temperature"]) {
  $(name).addEventListener("input", () => {
    tellSliders();
    look();
  });
}
$("reset").addEventListener("click", () => {
  $("saturation").value = 1;
  $("temperature").value = 0;
  tellSliders();
  look();
});
$("model").addEventListener("change", chooseModel);
$("doubtful").addEventListener("click", toggleDoubt);
$("download").addEventListener("click", download);
window.addEventListener("pagehide", () => {
  if (photo) fetch("/api/forget", { method: "POST", keepalive: true, headers: { "Content-Type": "application/json" }, body: JSON.stringify({ photo: photo.photo }) });
});
tellSliders();
listenForFiles();
listenForHints(look);
listenForHintsFiles(wishes);
listenForFilms(strengths, {
  hints,
  showPhoto,
  showFilm: () => {
    leave();
    present("film");
  },
});
begun = begin();
