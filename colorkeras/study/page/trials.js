"use strict";
/* The trials as a jsPsych plugin: shows images, takes an answer by key, mouse or touch.

   It knows which form a trial has and which image files it shows; what they are, only the server
   knows. */

const QUESTIONS = {
  "timed-pair": "Which image had the fake colors?",
  "five-image": "Which of these images look poor? Mark any number, or none.",
  "real-or-not": "Are these the real colors?",
};
const KEYS = {
  "timed-pair": "Keys: <kbd>←</kbd> left image, <kbd>→</kbd> right image",
  "five-image": "Keys: <kbd>1</kbd> to <kbd>5</kbd> mark an image, <kbd>Enter</kbd> goes on",
  "real-or-not": "Keys: <kbd>←</kbd> real, <kbd>→</kbd> not real",
};
// Before the first and before the second image of a timed pair, in milliseconds, as in the
// published task; shorter where the images are shown for less than a second.
const BLANKS = [900, 600];

const StudyTrial = (function () {
  class StudyTrialPlugin {
    static info = {
      name: "study-trial",
      version: "1.0.0",
      parameters: {
        form: { type: jsPsychModule.ParameterType.STRING, default: undefined },
        images: { type: jsPsychModule.ParameterType.IMAGE, array: true, default: undefined },
        seconds: { type: jsPsychModule.ParameterType.FLOAT, default: 1 },
        count: { type: jsPsychModule.ParameterType.STRING, default: "" },
        store: { type: jsPsychModule.ParameterType.FUNCTION, default: undefined },
      },
      data: {
        answer: { type: jsPsychModule.ParameterType.STRING },
        response_ms: { type: jsPsychModule.ParameterType.FLOAT },
        shown_ms: { type: jsPsychModule.ParameterType.FLOAT, array: true },
      },
    };

    constructor(jsPsych) {
      this.jsPsych = jsPsych;
    }

    async trial(display, trial) {
      this.display = display;
      this.form = trial.form;
      const kind = { "timed-pair": "two", "five-image": "five", "real-or-not": "one" }[trial.form];
      display.innerHTML = `<p class="count">${trial.count}</p>
        <p class="question" aria-live="polite"></p>
        <div class="frames ${kind}"></div>
        <div class="actions"></div><p class="keys"></p>`;
      const images = await Promise.all(trial.images.map(decoded));
      this.build(images);
      const shown = trial.form === "timed-pair" ? await this.showInTurn(images, trial.seconds) : [];
      this.ask();
      const start = performance.now();
      const answer = await (trial.form === "five-image" ? this.marks() : this.choice());
      const data = { answer, response_ms: performance.now() - start, shown_ms: shown };
      const reply = await trial.store(data);
      if (reply && "right" in reply) await this.feedback(images, answer, reply.right);
      this.jsPsych.finishTrial(data);
    }

    build(images) {
      const frames = this.display.querySelector(".frames");
      images.forEach((image, index) => {
        const place = document.createElement("div");
        place.className = "place";
        const isMark = this.form === "five-image";
        const frame = document.createElement(isMark ? "button" : "div");
        frame.className = "frame";
        if (isMark) {
          frame.type = "button";
          frame.setAttribute("aria-pressed", "false");
          frame.setAttribute("aria-label", `Image ${index + 1}`);
        }
        frame.style.aspectRatio = `${image.naturalWidth} / ${image.naturalHeight}`;
        frame.classList.toggle("tall", image.naturalHeight > image.naturalWidth);
        image.alt = "";
        image.draggable = false;
        if (this.form === "timed-pair") image.classList.add("hidden");
        frame.append(image);
        place.append(frame);
        if (this.form === "timed-pair") {
          place.append(button(["Left image", "Right image"][index], ["left", "right"][index], true));
        }
        if (isMark) place.insertAdjacentHTML("beforeend", `<span class="number">${index + 1}</span>`);
        frames.append(place);
      });
      const actions = this.display.querySelector(".actions");
      if (this.form === "real-or-not") {
        actions.append(button("Real colors", "real"), button("Not real", "fake"));
      }
      if (this.form === "five-image") actions.append(button("None looks poor", "done"));
    }

    /* Each image for so many seconds, one after the other; resolves to the measured times. */
    async showInTurn(images, seconds) {
      const shown = [];
      for (const [index, image] of images.entries()) {
        await lasting(BLANKS[index] * Math.min(1, seconds));
        image.classList.remove("hidden");
        shown.push(await lasting(1000 * seconds));
        image.classList.add("hidden");
      }
      return shown;
    }

    ask() {
      this.display.querySelector(".question").textContent = QUESTIONS[this.form];
      this.display.querySelector(".keys").innerHTML = KEYS[this.form];
      this.buttons().forEach((each) => (each.disabled = false));
    }

    buttons() {
      return [...this.display.querySelectorAll("button[data-answer]")];
    }

    choice() {
      const answers = this.buttons().map((each) => each.dataset.answer);
      return new Promise((resolve) => {
        const done = (answer) => {
          this.jsPsych.pluginAPI.cancelAllKeyboardResponses();
          this.buttons().forEach((each) => (each.disabled = true));
          resolve(answer);
        };
        this.buttons().forEach((each) => (each.onclick = () => done(each.dataset.answer)));
        this.onKeys(["ArrowLeft", "ArrowRight"], (key) => done(answers[key === "arrowleft" ? 0 : 1]));
      });
    }

    marks() {
      const frames = [...this.display.querySelectorAll(".frame")];
      const [go] = this.buttons();
      const marked = () => frames.flatMap((f, i) => (f.ariaPressed === "true" ? [i + 1] : []));
      const toggle = (frame) => {
        frame.ariaPressed = String(frame.ariaPressed !== "true");
        const count = marked().length;
        go.textContent = count ? `Go on: ${count} marked` : "None looks poor";
        go.classList.toggle("strong", count > 0);
      };
      return new Promise((resolve) => {
        const done = () => {
          this.jsPsych.pluginAPI.cancelAllKeyboardResponses();
          [...frames, go].forEach((each) => (each.disabled = false));
          go.disabled = true;
          resolve(marked().join("+") || "none");
        };
        frames.forEach((frame) => (frame.onclick = () => toggle(frame)));
        go.onclick = done;
        this.onKeys(["1", "2", "3", "4", "5"], (key) => toggle(frames[key - 1]));
        this.onKeys(["Enter"], () => {
          if (!frames.includes(document.activeElement) && document.activeElement !== go) done();
        });
      });
    }

    onKeys(keys, call) {
      this.jsPsych.pluginAPI.getKeyboardResponse({
        valid_responses: keys,
        callback_function: ({ key }) => call(key.toLowerCase()),
        persist: true,
        allow_held_key: false,
      });
    }

    /* After a practice trial: the images once more, with what they are where that has an answer. */
    async feedback(images, answer, right) {
      const question = this.display.querySelector(".question");
      images.forEach((image) => image.classList.remove("hidden"));
      this.display.querySelector(".keys").innerHTML = "";
      if (right === null) {
        question.textContent = "Thank you. No answer is right or wrong here.";
      } else {
        const isRight = answer === right;
        question.innerHTML = `<span class="${isRight ? "right" : "wrong"}">${
          isRight ? "✓ Correct." : "✗ Not correct."
        }</span> ${this.form === "real-or-not" ? `These colors were ${right === "real" ? "" : "not "}real.` : ""}`;
      }
      if (this.form === "timed-pair") {
        const places = [...this.display.querySelectorAll(".place")];
        places.forEach((place, index) => {
          const isFake = ["left", "right"][index] === right;
          place.querySelector("button").replaceWith(label(isFake ? "Fake colors" : "Real colors"));
          place.querySelector(".frame").classList.add(isFake ? "is-wrong" : "is-right");
        });
      }
      const actions = this.display.querySelector(".actions");
      const next = button("Next", "next");
      next.classList.add("strong");
      actions.replaceChildren(next);
      next.focus({ preventScroll: true });
      await new Promise((resolve) => (next.onclick = resolve));
    }
  }

  function button(text, answer, disabled = false) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.dataset.answer = answer;
    made.disabled = disabled;
    return made;
  }

  function label(text) {
    const made = document.createElement("span");
    made.className = "label";
    made.textContent = text;
    return made;
  }

  async function decoded(source) {
    const image = new Image();
    image.src = source;
    await image.decode();
    return image;
  }

  /* Waits from the next frame of the screen to the frame nearest to so many milliseconds later;
     resolves to the time between the two frames. */
  function lasting(milliseconds) {
    return new Promise((resolve) => {
      let start = null;
      let last = null;
      const step = (now) => {
        start = start ?? now;
        const frame = last === null ? 0 : now - last;
        last = now;
        if (now - start >= milliseconds - frame / 2) resolve(now - start);
        else requestAnimationFrame(step);
      };
      requestAnimationFrame(step);
    });
  }

  return StudyTrialPlugin;
})();

/* Between practice and study. */
class StudyPause {
  static info = { name: "study-pause", version: "1.0.0", parameters: {}, data: {} };

  constructor(jsPsych) {
    this.jsPsych = jsPsych;
  }

  trial(display) {
    display.innerHTML = `<div class="card"><h1>The practice is over</h1><p>The questions that follow are like
      those before, but you will not be told whether you were right.</p>
      <div class="row"><button type="button" class="strong">Go on</button></div></div>`;
    const go = display.querySelector("button");
    go.focus();
    go.onclick = () => this.jsPsych.finishTrial({});
  }
}
