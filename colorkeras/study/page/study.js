"use strict";
/* The course of a session: welcome, practice, trials, thanks. Answers go to the server one by one;
   a page that is loaded again goes on where the rater was. */

const TASKS = {
  "timed-pair": `<p>You will see pairs of images, one after the other, each for a moment only. In each pair
    one image has its real colors. The other has <b>fake colors</b>, made by a computer program.
    You then say which one had the fake colors. Take as long as you like to answer.</p>`,
  "five-image": `<p>You will see five colored versions of a picture at a time. Mark the versions that
    <b>look poor</b> to you: any number of them, or none. There is no time limit.</p>`,
  "real-or-not": `<p>You will see images one at a time. Some have their real colors; of others the
    colors were made by a computer program. You say whether the colors are <b>real</b>. About half of them
    are. There is no time limit.</p>`,
};
const RETRY_MS = 2000;

async function call(name, values = {}) {
  const response = await fetch(`api/${name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(values),
  });
  return { status: response.status, ...(await response.json()) };
}

/* Send an answer until the server has it; one that it already has is in order. */
async function stored(values) {
  for (;;) {
    try {
      const reply = await call("answer", values);
      if (reply.status === 200 || reply.status === 409) {
        notice("");
        return reply;
      }
      notice(reply.error || "The answer could not be stored.");
      if (reply.status < 500) throw new Stop();
    } catch (error) {
      if (error instanceof Stop) return new Promise(() => {});
      notice("The study's server does not answer. Your earlier answers are kept; trying again …");
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

class Stop extends Error {}

function notice(text) {
  let place = document.getElementById("notice");
  if (!place) {
    place = document.createElement("div");
    place.id = "notice";
    place.setAttribute("role", "alert");
    document.body.append(place);
  }
  place.textContent = text;
}

/* A card of text with one button; resolves when it is pressed, to what was typed. */
function card(html, text, { field = false, other = "" } = {}) {
  const study = document.getElementById("study");
  study.innerHTML = `<div class="jspsych-content-wrapper"><div class="jspsych-content"><form class="card">${html}
    ${field ? '<input name="code" autocomplete="off" autocapitalize="none" spellcheck="false" aria-label="Your code" required>' : ""}
    <div class="row">${text ? `<button class="strong">${text}</button>` : ""}${other}</div></form></div></div>`;
  const form = study.querySelector("form");
  (form.querySelector("input") || form.querySelector("button"))?.focus();
  return new Promise((resolve) => {
    form.onsubmit = (event) => {
      event.preventDefault();
      resolve(field ? form.elements.code.value : "");
    };
  });
}

async function begin() {
  let hello;
  try {
    hello = await call("hello");
  } catch {
    notice("The study's server does not answer. Please start it, and load this page again.");
    return;
  }
  const known = new URLSearchParams(location.search).get("code") || localStorage.getItem("rater") || "";
  let session = await opened(hello.code, known);
  localStorage.setItem("rater", session.rater);
  const left = session.trials.filter((trial) => !session.done.includes(trial.id));
  if (left.length) {
    if (session.done.length === 0) await welcome(session);
    else await card(`<h1>Welcome back</h1><p>${left.length} of ${session.trials.length} are left.</p>`, "Go on");
    await run(session, left);
  }
  await thanks(session, hello.code, left.length === 0);
}

async function opened(needsCode, known) {
  let code = known;
  let wrong = "";
  for (;;) {
    if (needsCode && (!code || wrong)) {
      code = await card(`<h1>Images in color</h1><p>Please type the code that you were given.</p>${wrong}`, "Go on", {
        field: true,
      });
    }
    const session = await call("start", { rater: code });
    if (session.status === 200) return session;
    wrong = `<p class="wrong">${session.error}</p>`;
    if (!needsCode) throw new Error(session.error);
  }
}

function welcome(session) {
  const practice = session.trials.filter((trial) => trial.practice).length;
  const exercise = practice ? `, the first ${practice} of them for practice` : "";
  return card(
    `<h1>Images in color</h1>${TASKS[session.form]}
    <ul><li>There are ${session.trials.length} questions${exercise}.</li>
    <li>Please take part only if your color vision is normal. Turn off night mode and blue-light filters.</li>
    <li>Answer by mouse or touch<span class="by-key">, or with the keys that are shown</span>.</li></ul>
    <p class="soft">Stored are your answers, their times, and the random code <span class="code">${session.rater}</span>;
    nothing about you or your device. You may stop at any time by closing the page. If you load it again, it goes on
    where you were.</p>`,
    "Start",
  );
}

async function thanks(session, needsCode, before) {
  const again = needsCode ? "" : '<button type="button" id="next">I am another person</button>';
  const shown = card(
    `<h1>${before ? "You have already answered" : "Thank you"}</h1>
    <p>All ${session.trials.length} answers are stored. You can close this page.</p>
    <p class="soft">Your code: <span class="code">${session.rater}</span></p>`,
    "",
    { other: again },
  );
  const next = document.getElementById("next");
  if (next) {
    next.onclick = () => {
      localStorage.removeItem("rater");
      location.assign("/");
    };
  }
  await shown;
}

/* Runs the trials that are left; resolves after the last. */
async function run(session, left) {
  const study = document.getElementById("study");
  study.innerHTML = "";
  const jsPsych = initJsPsych({
    display_element: "study",
    show_progress_bar: true,
    auto_update_progress_bar: false,
    message_progress_bar: "",
  });
  const address = (token) => `image/${token}.png`;
  const images = left.flatMap((trial) => trial.images.map(address));
  const timeline = [
    {
      type: jsPsychPreload,
      images,
      message: '<p class="count">Loading images …</p>',
      error_message: '<p class="wrong">The images could not be loaded. Please load the page again.</p>',
    },
  ];
  left.forEach((trial, index) => {
    const isFirst = !trial.practice && index > 0 && left[index - 1].practice;
    if (isFirst) timeline.push({ type: StudyPause });
    timeline.push(asTrial(jsPsych, session, trial, address));
  });
  await jsPsych.run(timeline);
}

function asTrial(jsPsych, session, trial, address) {
  const kinds = session.trials.filter((each) => each.practice === trial.practice);
  const place = kinds.indexOf(trial) + 1;
  return {
    type: StudyTrial,
    form: session.form,
    seconds: session.seconds,
    images: trial.images.map(address),
    count: `${trial.practice ? "Practice" : "Question"} ${place} of ${kinds.length}`,
    store: (data) =>
      stored({ rater: session.rater, trial: trial.id, ...data }).then(({ right, status }) => {
        jsPsych.progressBar.progress = (session.trials.indexOf(trial) + 1) / session.trials.length;
        return status === 200 && trial.practice ? { right } : null;
      }),
  };
}

begin();
