// A film: colored with progress, then shown and downloaded.

import { call } from "./calls.js";
import { countWith, filmHints, forgetFilmHints, hintsOf, keepHints, listFilmHints } from "./filmhints.js";
import { MOST } from "./hints.js";
import { busy, complain, tell } from "./messages.js";
import { saveAs, saveBlob, stem } from "./names.js";

const $ = (id) => document.getElementById(id);
const ASKED = 500; // milliseconds between two questions how far it is
let film = null; // its name for the program, and its own
let turn = 0;
let shown = null; // the frame that is shown as a photograph: its number, and its time in the video
let at = 0; // seconds at which the colored film is shown first
let used = "[]"; // the hints that the colored film has, as JSON

/** Forget the film, if there is one. */
export function forgetFilm() {
  turn += 1;
  if (film) call("film/forget", { film: film.film }).catch(() => {});
  film = shown = null;
  at = 0;
  used = "[]";
  forgetFilmHints();
  clearVideo();
  $("film").hidden = true;
}

function clearVideo() {
  $("video").removeAttribute("src");
  $("video").load();
  $("video").hidden = true;
}

/**
 * Take a film that was dropped.
 * @param {File} file
 * @param {() => object} wishes model, saturation and temperature
 * @param {() => boolean} isWanted whether nothing else was dropped since
 * @returns {Promise<boolean>} whether it is there
 */
export async function takeFilm(file, wishes, isWanted) {
  const told = await busy("Reading the film …", async (signal) => (await call("film", file, signal)).json());
  if (!told) return false;
  if (!isWanted()) {
    call("film/forget", told).catch(() => {});
    return false;
  }
  forgetFilm();
  film = { ...told, name: file.name };
  $("film").hidden = false;
  $("film-name").textContent = film.name;
  colorFilm(wishes());
  return true;
}

/** Color the film as wished. */
export async function colorFilm(wishes) {
  const mine = ++turn;
  const hints = filmHints();
  showState({ state: "beginning" });
  try {
    await call("film/color", { film: film.film, ...wishes, hints });
    if (mine === turn) clearVideo();
    for (;;) {
      if (mine !== turn) return;
      const told = await (await call("film/told", { film: film.film })).json();
      if (mine !== turn) return;
      if (told.state === "done") used = JSON.stringify(hints);
      showState(told);
      if (!RUNNING.includes(told.state)) return;
      await new Promise((resolve) => setTimeout(resolve, ASKED));
    }
  } catch (error) {
    if (mine !== turn) return;
    complain(error.message);
    showState({ state: "failed", suffix: film.suffix });
  }
}

const RUNNING = ["waiting", "beginning", "looking", "coloring"];
const STATES = {
  waiting: "Waiting until another film is colored …", beginning: "Beginning …", coloring: "Coloring …",
  looking: "Looking for the frames with hints …", canceled: "Canceled.",
  failed: "The film could not be colored.", done: "The film is in color.",
};
const AS_BEFORE = "It is shown as it was before.";

function showState(told) {
  const isRunning = RUNNING.includes(told.state);
  const isThere = !isRunning && Boolean(told.suffix); // after "canceled", it is the film as it was before
  const focused = document.activeElement;
  const counted = told.total ? `${told.done} of ${told.total} frames` : `${told.done} frames`;
  const more = told.done ? ` ${counted}` : isThere && told.state !== "done" ? ` ${AS_BEFORE}` : "";
  $("film-told").textContent = `${STATES[told.state]}${more}`;
  $("film-bar").hidden = !isRunning;
  if (told.total) $("film-bar").value = told.done / told.total;
  else $("film-bar").removeAttribute("value");
  $("film-cancel").hidden = !isRunning;
  $("film-again").disabled = $("film-hints").inert = isRunning;
  $("film-download").disabled = $("film-frame").disabled = !isThere;
  if (isRunning && focused === $("film-again")) $("film-cancel").focus();
  if (!isRunning && focused === $("film-cancel")) $(isThere ? "film-frame" : "film-again").focus();
  showHints();
  if (told.state === "failed" && told.reason) complain(told.reason);
  if (!isRunning) tell(STATES[told.state]);
  const notes = (told.notes || []).map((note) => Object.assign(document.createElement("li"), { textContent: note }));
  $("film-notes").replaceChildren(...notes);
  if (!isThere) return;
  film.suffix = told.suffix;
  $("video").src = `/film/${film.film}?${turn}#t=${at}`; // another address each time: it is another film
  $("video").hidden = false;
}

/** List the hints, and whether the film has them already. */
function showHints() {
  listFilmHints((frame, time) => showFrame({ frame }, time));
  const hints = filmHints();
  $("film-save").hidden = hints.length === 0;
  $("film-unused").hidden = $("film-again").disabled || JSON.stringify(hints) === used;
}

let showAsPhoto = async () => false;

/** Show a frame as a photograph, with the hints that it has. */
async function showFrame(wanted, time) {
  const mine = turn;
  $("video").pause();
  $("film-frame").disabled = $("film-hints").inert = true; // one frame at a time is looked for
  const found = await busy("Looking for the frame …", async (signal) => (await call("film/frame", { film: film.film, ...wanted }, signal)).json());
  if (mine !== turn) {
    if (found) call("forget", found).catch(() => {});
    return;
  }
  $("film-frame").disabled = $("film-hints").inert = false;
  if (!found) {
    $("film-frame").focus();
    return;
  }
  shown = { frame: found.frame, time };
  $("film").hidden = true;
  showAsPhoto(found, `${stem(film.name)}-frame${found.frame}.png`, hintsOf(found.frame));
  $("frame-use").focus();
}

/** From a frame back to the film, which keeps its hints; as wished, it is colored with them. */
function leaveFrame(show, hints, wishes) {
  const count = countWith(shown.frame, hints);
  if (wishes && count > MOST) {
    complain(`${count} hints are on the frames, ${hints.length} of them on this one; the page takes at most ${MOST}.`);
    return;
  }
  keepHints(shown.frame, shown.time, hints);
  at = shown.time;
  shown = null;
  show();
  $("film").hidden = false;
  showHints();
  if (wishes) colorFilm(wishes);
  $(wishes ? "film-cancel" : "film-frame").focus();
}

async function saveHints() {
  const body = { film: film.film, hints: filmHints() };
  const file = await busy("Writing the hints …", async (signal) => (await call("film/hints", body, signal)).blob());
  if (file) saveBlob(file, "hints.csv");
}

/**
 * Listen to the buttons.
 * @param {() => object} wishes model, saturation and temperature
 * @param {object} view showPhoto(told, name, hints) shows a frame as a photograph, showFilm() leaves it,
 *   hints() are those on it
 */
export function listenForFilms(wishes, view) {
  showAsPhoto = view.showPhoto;
  $("film-frame").addEventListener("click", () => showFrame({ time: $("video").currentTime }, $("video").currentTime));
  $("frame-use").addEventListener("click", () => leaveFrame(view.showFilm, view.hints(), wishes()));
  $("frame-leave").addEventListener("click", () => leaveFrame(view.showFilm, view.hints()));
  $("film-save").addEventListener("click", saveHints);
  $("film-again").addEventListener("click", () => colorFilm(wishes()));
  $("film-cancel").addEventListener("click", () => call("film/cancel", { film: film.film }).catch(() => {}));
  $("film-download").addEventListener("click", () => saveAs(`/film/${film.film}`, `${stem(film.name)}-color${film.suffix}`));
  $("video").addEventListener("error", () => {
    if ($("video").src) complain("This browser cannot show the film. The download has it.");
  });
  window.addEventListener("pagehide", () => {
    const body = JSON.stringify({ film: film?.film });
    if (film) fetch("/api/film/forget", { method: "POST", keepalive: true, body });
  });
}
