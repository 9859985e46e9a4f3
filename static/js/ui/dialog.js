/**
 * Questions in a dialog of the browser's own: focus stays inside, Escape means no.
 * @module
 */

import { clone, fill, onAction, slot } from "./dom.js";

/**
 * Ask, and wait for the answer.
 * @param {{template?: string, title?: import("./dom.js").Filling, body?: import("./dom.js").Filling, yes?: string, no?: string,
 *   danger?: boolean, slots?: Record<string, import("./dom.js").Filling>}} question
 *   template: id of a template of the page that holds the body (then slots fill it); danger: the yes is red
 * @returns {Promise<boolean>} true for yes
 */
export function confirm({ template, title, body, yes, no, danger = false, slots = {} }) {
  const dialog = /** @type {HTMLDialogElement} */ (clone("t-confirm", { title, yes, no }));
  fill(dialog, { body: template ? clone(template, slots) : body });
  slot(dialog, "yes").classList.toggle("button--danger", danger);
  return ask(dialog);
}

/**
 * Show a dialog until something with data-action is pressed or Escape; it is then removed.
 * @param {HTMLDialogElement} dialog @returns {Promise<boolean>} whether the action was "yes"
 */
export function ask(dialog) {
  document.body.append(dialog);
  const answered = new Promise((/** @type {(yes: boolean) => void} */ resolve) => {
    dialog.addEventListener("close", () => { dialog.remove(); resolve(dialog.returnValue === "yes"); });
  });
  onAction(dialog, { yes: () => dialog.close("yes"), no: () => dialog.close("no") });
  dialog.showModal();
  return answered;
}
