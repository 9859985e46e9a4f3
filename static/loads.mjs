/**
 * What a page's module loads, told to the page itself (js/loads.json): a browser then fetches all of
 * it at once, and not one import after another. It comes from the bundler's own account.
 * @module
 */
import path from "node:path";

/** Every page's module loads this one as soon as it runs, if the page needs a session. */
export const SESSION = "static/js/ui/lock.js";

/** @typedef {import("esbuild").Metafile["outputs"]} Outputs */

/**
 * @param {Outputs} outputs by their path, such as js/pages/home.js
 * @returns {Record<string, string[]>} by the page's name, and under "" for the session: files, each once, sorted
 */
export function loads(outputs) {
  const folder = path.join("static", "js", "pages");
  /** @type {Record<string, string[]>} */
  const found = {};
  for (const [file, { entryPoint }] of Object.entries(outputs)) {
    if (entryPoint === SESSION) found[""] = [file, ...imported(outputs, file)].sort();
    else if (entryPoint && path.dirname(entryPoint) === folder) found[path.parse(entryPoint).name] = imported(outputs, file);
  }
  return found;
}

/** @param {Outputs} outputs @param {string} file @returns {string[]} what it needs before it runs, without itself, sorted */
function imported(outputs, file) {
  const seen = new Set([file]);
  for (const one of seen) {
    for (const { path: next, kind, external } of outputs[one].imports) {
      if (kind === "import-statement" && !external) seen.add(next);
    }
  }
  seen.delete(file);
  return [...seen].sort();
}
