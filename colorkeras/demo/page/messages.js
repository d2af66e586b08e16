// What the page tells: the status, errors, and that something is being done.

const $ = (id) => document.getElementById(id);
const SHOWN = 6000; // milliseconds that a message stays which does not ask for anything
let fading;
const running = new Set(); // what takes long enough to be told
const PATIENCE = 400; // milliseconds until work is worth telling

/** Tell the state in one line, for a while; screen readers say it. */
export function tell(text) {
  clearTimeout(fading);
  $("status").textContent = text;
  if (!text.endsWith("…")) fading = setTimeout(() => tell(""), SHOWN);
}

/** Tell what went wrong until it is closed or the next thing goes well. */
export function complain(text) {
  $("error").hidden = !text;
  $("error").querySelector("p").textContent = text;
}

/**
 * Do something that may take long: say so, and let it be canceled.
 * @param {string} text
 * @param {(signal: AbortSignal) => Promise<T>} work
 * @param {boolean} canCancel
 * @returns {Promise<T|undefined>} undefined when it failed or was canceled
 * @template T
 */
export async function busy(text, work, canCancel = true) {
  const stop = new AbortController();
  const job = { text, canCancel };
  const cancel = () => stop.abort();
  const timer = setTimeout(() => {
    running.add(job);
    tell(text);
    showRunning();
  }, PATIENCE);
  if (canCancel) $("cancel").addEventListener("click", cancel);
  try {
    const result = await work(stop.signal);
    complain("");
    return result;
  } catch (error) {
    if (error.name !== "AbortError") complain(error.message);
    return undefined;
  } finally {
    clearTimeout(timer);
    $("cancel").removeEventListener("click", cancel);
    running.delete(job);
    showRunning();
    if ($("status").textContent === text) tell(stop.signal.aborted ? "Canceled." : ([...running].at(-1)?.text ?? ""));
  }
}

/** Whatever ends, the bar and "Cancel" stay for what still runs. */
function showRunning() {
  $("busy").hidden = running.size === 0;
  $("cancel").hidden = ![...running].some((job) => job.canCancel);
}

document.querySelector("#error button").addEventListener("click", () => complain(""));
