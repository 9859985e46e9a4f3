/**
 * Errors of a form: the summary first, with links, then each beside its field; and sending once.
 * @module
 */

import { clone, el, show } from "./dom.js";
import { t } from "./messages.js";

/** @typedef {{field: string, text: string}} FieldError field: the id of what to correct */

/**
 * Show errors in place of earlier ones; the summary takes the focus. None clears them.
 * @param {HTMLElement} form @param {FieldError[]} errors
 */
export function showErrors(form, errors) {
  clearErrors(form);
  if (!errors.length) return;
  const items = errors.map(({ field, text }) => el("li", {}, link(field, text)));
  const summary = clone("t-error-summary", { list: items });
  form.prepend(summary);
  for (const error of errors) besideField(error);
  summary.focus();
}

/** @param {HTMLElement} form */
export function clearErrors(form) {
  form.querySelectorAll(".nhsuk-error-summary, [data-field-error]").forEach((one) => one.remove());
  form.querySelectorAll(".nhsuk-form-group--error").forEach((one) => one.classList.remove("nhsuk-form-group--error"));
  form.querySelectorAll("[aria-invalid]").forEach((one) => {
    one.removeAttribute("aria-invalid");
    const described = (one.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== `${one.id}-error`);
    if (described.length) one.setAttribute("aria-describedby", described.join(" "));
    else one.removeAttribute("aria-describedby");
    one.classList.remove("nhsuk-input--error", "nhsuk-textarea--error", "nhsuk-select--error");
  });
}

/** @param {string} field @param {string} text */
function link(field, text) {
  const made = el("a", { href: `#${field}` }, text);
  made.addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById(field)?.focus();
  });
  return made;
}

/** @param {FieldError} error */
function besideField({ field, text }) {
  const input = document.getElementById(field);
  const group = input?.closest(".nhsuk-form-group, fieldset");
  if (!input || !group) return;
  const id = `${field}-error`;
  const message = el("span", { class: "nhsuk-error-message", id, "data-field-error": true },
    el("span", { class: "nhsuk-u-visually-hidden" }, `${t("form.error")} `), text);
  const anchor = group.querySelector(".nhsuk-hint, legend, label");
  if (anchor) anchor.after(message);
  else group.prepend(message);
  group.classList.add("nhsuk-form-group--error");
  for (const kind of ["input", "textarea", "select"]) {
    if (input.classList.contains(`nhsuk-${kind}`)) input.classList.add(`nhsuk-${kind}--error`);
  }
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", [input.getAttribute("aria-describedby"), id].filter(Boolean).join(" "));
}

/**
 * Run `act` when the form is sent: never twice at once, never by the browser itself.
 * @param {HTMLFormElement} form @param {(data: FormData) => unknown} act
 */
export function onSubmit(form, act) {
  form.noValidate = true;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.dataset.busy !== undefined) return;
    busy(form, true);
    try {
      await act(new FormData(form));
    } finally {
      busy(form, false);
    }
  });
}

/** Mark a form as at work; what was typed stays readable. @param {HTMLElement} form @param {boolean} on */
export function busy(form, on) {
  form.toggleAttribute("data-busy", on);
  form.setAttribute("aria-busy", `${on}`);
  form.querySelectorAll("button[type=submit]").forEach((button) => button.setAttribute("aria-disabled", `${on}`));
}

/** One question a page: show one step of several, hide the rest. @param {HTMLElement[]} steps @param {HTMLElement} step */
export function showStep(steps, step) {
  for (const one of steps) show(one, one === step);
  const heading = step.querySelector("h1, h2, legend");
  if (!(heading instanceof HTMLElement)) return;
  heading.tabIndex = -1;
  heading.focus();
}
