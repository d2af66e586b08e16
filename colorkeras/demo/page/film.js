// A film: colored with progress, then shown and downloaded.

import { call } from "./calls.js";
import { filmHints, forgetFilmHints, hintsOf, keepHints, listFilmHints } from "./filmhints.js";
import { busy, complain, tell } from "./messages.js";
import { saveAs, stem } from "./names.js";

const $ = (id) => document.getElementById(id);
const ASKED = 500; // milliseconds between two questions how far it is
let film = null; // its name for the program, and its own
let turn = 0;
let shown = null; // the frame that is shown as a photograph: its number and time
let at = 0; // seconds at which the colored film is shown first

/** Forget the film, if there is one. */
export function forgetFilm() {
  turn += 1;
  if (film) call("film/forget", { film: film.film }).catch(() => {});
  film = shown = null;
  at = 0;
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
  clearVideo();
  listFilmHints(showFrame);
  showState({ state: "beginning" });
  try {
    await call("film/color", { film: film.film, ...wishes, hints: filmHints() });
    for (;;) {
      const told = await (await call("film/told", { film: film.film })).json();
      if (mine !== turn) return;
      showState(told);
      if (!RUNNING.includes(told.state)) return;
      await new Promise((resolve) => setTimeout(resolve, ASKED));
      if (mine !== turn) return;
    }
  } catch (error) {
    if (mine !== turn) return;
    complain(error.message);
    showState({ state: "failed" });
  }
}

const RUNNING = ["waiting", "beginning", "coloring"];
const STATES = {
  waiting: "Waiting until another film is colored …", beginning: "Beginning …", coloring: "Coloring …",
  canceled: "Canceled.", failed: "The film could not be colored.", done: "The film is in color.",
};

function showState(told) {
  const isRunning = RUNNING.includes(told.state);
  const counted = told.total ? `${told.done} of ${told.total} frames` : `${told.done} frames`;
  $("film-told").textContent = told.done ? `${STATES.coloring} ${counted}` : STATES[told.state];
  $("film-bar").hidden = !isRunning;
  if (told.total) $("film-bar").value = told.done / told.total;
  else $("film-bar").removeAttribute("value");
  $("film-cancel").hidden = !isRunning;
  $("film-again").disabled = $("film-hints").inert = isRunning;
  $("film-download").disabled = $("film-frame").disabled = told.state !== "done";
  if (told.state === "failed" && told.reason) complain(told.reason);
  if (!isRunning) tell(STATES[told.state]);
  const notes = (told.notes || []).map((note) => Object.assign(document.createElement("li"), { textContent: note }));
  $("film-notes").replaceChildren(...notes);
  if (told.state !== "done") return;
  film.suffix = told.suffix;
  $("video").src = `/film/${film.film}?${turn}#t=${at}`; // another address each time: it is another film
  $("video").hidden = false;
}

let showAsPhoto = async () => false;

/** Show the frame of a time as a photograph, with the hints that it has. */
async function showFrame(time) {
  const mine = turn;
  $("video").pause();
  const found = await busy("Looking for the frame …", async (signal) => (await call("film/frame", { film: film.film, time }, signal)).json());
  if (!found) return;
  if (mine !== turn) {
    call("forget", found).catch(() => {});
    return;
  }
  shown = { frame: found.frame, time };
  $("film").hidden = true;
  showAsPhoto(found, `${stem(film.name)}-frame${found.frame}.png`, hintsOf(found.frame));
}

/** From a frame back to the film; with hints, it is colored again. */
function leaveFrame(show, hints, wishes) {
  if (hints) keepHints(shown.frame, shown.time, hints);
  at = shown.time;
  shown = null;
  show();
  $("film").hidden = false;
  if (hints) colorFilm(wishes);
  $("film-frame").focus();
}

/**
 * Listen to the buttons.
 * @param {() => object} wishes model, saturation and temperature
 * @param {object} view showPhoto(told, name, hints) shows a frame as a photograph, showFilm() leaves it,
 *   hints() are those on it
 */
export function listenForFilms(wishes, view) {
  showAsPhoto = view.showPhoto;
  $("film-frame").addEventListener("click", () => showFrame($("video").currentTime));
  $("frame-use").addEventListener("click", () => leaveFrame(view.showFilm, view.hints(), wishes()));
  $("frame-leave").addEventListener("click", () => leaveFrame(view.showFilm, null));
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
