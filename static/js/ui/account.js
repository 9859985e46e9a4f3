/**
 * What the pages of an account share: errors of the endpoint as sentences beside a field.
 * @module
 */
import { ApiError } from "../endpoint/errors.js";
import { byId, show } from "./dom.js";
import * as forms from "./forms.js";
import { t } from "./messages.js";
import { codeOf, explain, failed, isStop, pageState } from "./states.js";

/** @typedef {import("./forms.js").FieldError} FieldError */

/**
 * The sentence for a failure in a form, more exact than the general one where there is more to say.
 * @param {unknown} error
 * @param {Record<string, string>} [own] names of the page's own words by code
 * @returns {string}
 */
export function sentence(error, own = {}) {
  const code = codeOf(error);
  if (own[code]) return t(own[code]);
  if (code === "rate-limited" && error instanceof ApiError && error.retryAfter) {
    return t("account.rate-limited", { n: Math.ceil(error.retryAfter / 60) });
  }
  return explain(error);
}

/**
 * Show errors over the heading of the step that the form stands in, and beside its fields.
 * @param {HTMLElement} form
 * @param {FieldError[]} errors none clears them
 */
export function showErrors(form, errors) {
  const step = form.closest("[data-errors]");
  forms.showErrors(step instanceof HTMLElement ? step : form, errors);
}

/**
 * Show a failure at a field; what must stop everything takes the place of the page.
 * @param {HTMLElement} form
 * @param {string} field id
 * @param {unknown} error
 * @param {Record<string, string>} [own]
 */
export function showFailure(form, field, error, own = {}) {
  if (isStop(error)) {
    show(byId("page"), false);
    return failed(pageState(), error);
  }
  return showErrors(form, [{ field, text: sentence(error, own) }]);
}

/** Let password managers see whose password is asked for. @param {ParentNode} root @param {string} login */
export function nameAccount(root, login) {
  for (const field of root.querySelectorAll("[data-username]")) {
    if (field instanceof HTMLInputElement) field.value = login;
  }
}

/** @param {string} id @returns {HTMLInputElement} */
export function input(id) {
  const found = document.getElementById(id);
  if (!(found instanceof HTMLInputElement)) throw new Error(`no field ${id}`);
  return found;
}

/** @param {string} id @returns {HTMLFormElement} */
export function formOf(id) {
  const found = document.getElementById(id);
  if (!(found instanceof HTMLFormElement)) throw new Error(`no form ${id}`);
  return found;
}
