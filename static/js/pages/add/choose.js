/**
 * Step 1: a file by button or by dropping it, reading it, and saying why it cannot be read.
 * @module
 */
import { byId, clone, fill, onAction, show, slot } from "../../ui/dom.js";
import { t } from "../../ui/messages.js";
import { codeOf, report } from "../../ui/states.js";
import { refusalWords } from "./describe.js";
import { Cancelled, Importing, Refused } from "./importing.js";

/** @typedef {import("./importing.js").Prepared} Prepared */
/** @typedef {(file: File, importing: Importing, prepared: Prepared) => void} OnRead */

/** @param {OnRead} onRead */
export function mountChoose(onRead) {
  const form = byId("choose-form");
  const input = /** @type {HTMLInputElement} */ (byId("file"));
  form.addEventListener("submit", (event) => event.preventDefault());
  const chosen = () => {
    const [file] = input.files ?? [];
    if (file) void take(file, onRead);
    // The same file may be chosen again after it was corrected.
    input.value = "";
  };
  input.addEventListener("change", chosen);
  // Somebody may have been faster than this module.
  chosen();
  mountDrop(form, onRead);
}

/** @param {HTMLElement} zone @param {OnRead} onRead */
function mountDrop(zone, onRead) {
  // A file dropped beside the zone must not replace the page with what it holds.
  for (const name of ["dragover", "drop"]) addEventListener(name, (event) => event.preventDefault());
  const lit = (/** @type {boolean} */ on) => () => zone.classList.toggle("dropzone--over", on);
  zone.addEventListener("dragover", lit(true));
  zone.addEventListener("dragleave", lit(false));
  zone.addEventListener("drop", (event) => {
    lit(false)();
    const items = [...(event.dataTransfer?.items ?? [])].filter(({ kind }) => kind === "file");
    const file = items[0]?.getAsFile();
    if (items.length !== 1) say(t("add.several"));
    else if (!file || items[0].webkitGetAsEntry?.()?.isDirectory) say(t("add.not-a-file"));
    else void take(file, onRead);
  });
}

/** Read a file, and say so meanwhile. @param {File} file @param {OnRead} onRead */
export async function take(file, onRead) {
  const importing = new Importing();
  const reading = shown(file, importing);
  try {
    const prepared = await importing.prepare(file, reading.progress);
    reading.done();
    onRead(file, importing, prepared);
  } catch (error) {
    importing.close();
    reading.done();
    if (error instanceof Cancelled) byId("choose-title").focus();
    else refuse(file.name, error);
  }
}

/** @param {File} file @param {Importing} importing */
function shown(file, importing) {
  const place = byId("choose-state");
  const state = clone("t-reading", { title: t("add.reading", { file: file.name }) });
  const bar = /** @type {HTMLProgressElement} */ (slot(state, "progress"));
  onAction(state, { "cancel-reading": () => importing.close() });
  place.replaceChildren(state);
  show(place);
  show(byId("choose-form"), false);
  slot(state, "title").focus();
  const done = () => { place.replaceChildren(); show(place, false); show(byId("choose-form")); };
  return { progress: (/** @type {number} */ share) => { bar.value = share; }, done };
}

/** @param {string} name of the file @param {unknown} error */
function refuse(name, error) {
  const words = refusalWords(error instanceof Refused ? error : { code: codeOf(error) });
  if (!(error instanceof Refused)) report(error);
  const state = clone("t-refused", { name, ...words });
  put(state);
  slot(state, "title").focus();
}

/** @param {string} sentence what is wrong with what was dropped */
function say(sentence) {
  const state = clone("t-refused", { found: sentence });
  for (const name of ["name", "advice"]) (name === "advice" ? slot(state, name).parentElement : slot(state, name))?.remove();
  put(state);
  slot(state, "title").focus();
}

/** @param {HTMLElement} state */
function put(state) {
  const place = byId("choose-state");
  place.replaceChildren(state);
  show(place);
}

/** Offer the draft that is still here, or take the offer away. @param {string | null} file its name @param {() => void} [onGo] */
export function offerKept(file, onGo) {
  const place = byId("kept-place");
  show(place, file !== null);
  if (file === null) return place.replaceChildren();
  const panel = clone("t-kept");
  fill(panel, { text: t("add.kept", { file }) });
  onAction(panel, { "go-on": () => onGo?.() });
  return place.replaceChildren(panel);
}
