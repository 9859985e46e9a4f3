/**
 * What a page shows while it works and when it cannot: loading with named steps, errors that may be
 * tried again, and the red stop that may not.
 * @module
 */

import { byId, clone, el, fill, onAction, show, slot } from "./dom.js";
import { t, worded } from "./messages.js";

/** @param {unknown} error @returns {string} its stable code */
export function codeOf(error) {
  const code = error && typeof error === "object" && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "unknown";
}

/** @param {unknown} error @returns {string} the sentence for people */
export const explain = (error) => worded("problem", codeOf(error));

/** That the session ended while a page worked is no fault of the page: the lock says it to people. */
const ENDED = ["locked", "signed-out"];

/** Write an error to the console, which a developer reads; words for people stand on the page. @param {unknown} error */
export function report(error) {
  if (!ENDED.includes(codeOf(error))) console.error(error);
}

/** @param {unknown} error @returns {error is Error & {what: string}} whether nothing may go on */
export const isStop = (error) => error instanceof Error && "what" in error;

/**
 * Loading, with the steps by name; call it with each step that begins.
 * @param {HTMLElement} place filled now, emptied by `done`
 * @param {{title?: string, steps?: string[]}} [options] steps: names such as "agreed", worded as step.NAME
 */
export function loading(place, { title, steps = [] } = {}) {
  const rows = steps.map((name) => clone("t-step", { label: t(`step.${name}`) }));
  const state = clone("t-loading", { title, steps: rows });
  const bar = /** @type {HTMLProgressElement} */ (slot(state, "progress"));
  place.replaceChildren(state);
  show(place);
  /** @param {string} name @param {{done?: number, total?: number, label?: string}} [how] */
  const step = (name, { done, total, label } = {}) => {
    const at = steps.indexOf(name);
    rows.forEach((row, index) => mark(row, index, at));
    if (label && rows[at]) fill(rows[at], { label });
    if (at >= 0) bar.value = (at + (done ?? 0) / (total || 1)) / steps.length;
  };
  return { step, done: () => { place.replaceChildren(); show(place, false); } };
}

/** @param {HTMLElement} row @param {number} index @param {number} at */
function mark(row, index, at) {
  row.classList.toggle("step--done", index < at);
  row.classList.toggle("step--now", index === at);
  row.toggleAttribute("aria-current", false);
  if (index === at) row.setAttribute("aria-current", "step");
}

/**
 * What happened and what to do; a stop for anything whose integrity failed.
 * @param {HTMLElement} place @param {unknown} error @param {() => unknown} [retry] none: no button
 */
export function failed(place, error, retry) {
  if (isStop(error)) return redStop(place, error);
  const state = clone("t-error", { text: explain(error) });
  if (!retry) state.querySelector("[data-action=retry]")?.remove();
  onAction(state, { retry: () => { place.replaceChildren(); show(place, false); retry?.(); } });
  place.replaceChildren(state);
  show(place);
  slot(state, "title").focus();
}

/**
 * Nothing goes on: something is not what was signed.
 * @param {HTMLElement} place @param {Error & {what: string}} error @param {{title?: string, text?: string}} [words]
 */
export function redStop(place, error, { title, text } = {}) {
  const state = clone("t-stop", { title, text: text ?? explain(error), detail: error.what });
  place.replaceChildren(state);
  show(place);
  slot(state, "title").focus();
}

/** An empty state from the page's own template. @param {HTMLElement} place @param {string} template id */
export function empty(place, template) {
  place.replaceChildren(clone(template));
  show(place);
}

/** Say something to screen readers, and to nobody else. @param {string} sentence */
export function announce(sentence) {
  const line = document.getElementById("announcer")
    ?? document.body.appendChild(el("div", { id: "announcer", class: "nhsuk-u-visually-hidden", "aria-live": "polite" }));
  line.textContent = sentence;
}

/** The page's own place for states, over its content. @returns {HTMLElement} */
export const pageState = () => byId("page-state");
