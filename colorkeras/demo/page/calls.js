// Calls of this page to the program behind it.

/** What the program answers when it cannot do what was asked. */
export class Refusal extends Error {}

/**
 * Send a call and return its answer.
 * @param {string} name of the call
 * @param {object|Blob} body sent as JSON, or a file as it is
 * @param {AbortSignal} [signal]
 * @returns {Promise<Response>}
 */
export async function call(name, body, signal) {
  const isFile = body instanceof Blob;
  let answer;
  try {
    answer = await fetch(`/api/${name}`, {
      method: "POST",
      headers: { "Content-Type": isFile ? "application/octet-stream" : "application/json" },
      body: isFile ? body : JSON.stringify(body),
      signal,
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal(
      isFile
        ? "The file could not be sent. Is it still there, and does the program still run?"
        : "The program does not answer. Start colorkeras demo again.",
    );
  }
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => ({}));
  throw new Refusal(told.error || `The program answered with ${answer.status}.`);
}

let leaving = new AbortController();

/** A call for the photograph that is there, as `call`: it is given up when that is left. */
export function callFor(name, body, signal) {
  return call(name, body, AbortSignal.any([signal, leaving.signal]));
}

/** The photograph is left. */
export function endCalls() {
  leaving.abort();
  leaving = new AbortController();
}

/** Show the image of an answer; the one shown before is given back. */
export async function show(image, answer) {
  const address = URL.createObjectURL(await answer.blob());
  const old = image.src;
  image.src = address;
  await image.decode().catch(() => {});
  if (old.startsWith("blob:")) URL.revokeObjectURL(old);
}
