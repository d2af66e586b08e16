// The names of files that are downloaded.

/** A file name without its extension. */
export function stem(name) {
  const end = name.lastIndexOf(".");
  return end > 0 ? name.slice(0, end) : name;
}

/** The name of a photograph's result: its extension stays where the format is the same. */
export function fileName(name, suffixes) {
  const own = name.slice(stem(name).length);
  return `${stem(name)}-color${suffixes.includes(own.toLowerCase()) ? own : suffixes[0]}`;
}

/** Let the browser store what a call has answered. */
export function saveBlob(blob, name) {
  const address = URL.createObjectURL(blob);
  saveAs(address, name);
  URL.revokeObjectURL(address);
}

/** Let the browser store what is at an address. */
export function saveAs(address, name) {
  Object.assign(document.createElement("a"), { href: address, download: name }).click();
}
