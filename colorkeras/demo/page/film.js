// A film: colored with progress, then shown and downloaded.

import { call } from "./calls.js";
import { busy, complain, tell } from "./messages.js";
import { saveAs, stem } from "./names.js";

const $ = (id) => document.getElementById(id);
const ASKED = 500; // milliseconds between two questions how far it is
let film = null; // its name for the program, and its own
let turn = 0;

/** Forget the film, if there is one. */
export function forgetFilm() {
  turn += 1;
  if (film) call("film/forget", { film: film.film }).catch(() => {});
  film = null;
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
  showState({ state: "beginning" });
  try {
    await call("film/color", { film: film.film, ...wishes });
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
  $("film-again").disabled = isRunning;
  $("film-download").disabled = told.state !== "done";
  if (told.state === "failed" && told.reason) complain(told.reason);
  if (!isRunning) tell(STATES[told.state]);
  const notes = (told.notes || []).map((note) => Object.assign(document.createElement("li"), { textContent: note }));
  $("film-notes").replaceChildren(...notes);
  if (told.state !== "done") return;
  film.suffix = told.suffix;
  $("video").src = `/film/${film.film}?${turn}`; // another address each time: it is another film
  $("video").hidden = false;
}

/**
 * Listen to the buttons.
 * @param {() => object} wishes model, saturation and temperature
 */
export function listenForFilms(wishes) {
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
