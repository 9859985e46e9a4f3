/** Asking who is to be enrolled, and making their code. @module */
import { ApiError } from "../../endpoint/errors.js";
import { ask } from "../../ui/dialog.js";
import { byId, clone, el, slot } from "../../ui/dom.js";
import { onSubmit, showErrors } from "../../ui/forms.js";
import { t } from "../../ui/messages.js";
import { explain } from "../../ui/states.js";

/** @typedef {import("../../endpoint/organisations.js").Administered} Administered */
/** @typedef {import("../../endpoint/organisations.js").Code} Code */
/** @typedef {import("../../endpoint/organisations.js").Department} Department */
/** @typedef {import("../../endpoint/organisations.js").NewCode} NewCode */

const ADDRESS = /^[^@\s]+@[^@\s]+\.[^@\s]+$/;

/**
 * @param {Administered} place @param {readonly Department[]} departments
 * @returns {Promise<(Code & {code: string}) | null>} null for no
 */
export async function askWho(place, departments) {
  const dialog = /** @type {HTMLDialogElement} */ (clone("t-enrol"));
  const form = /** @type {HTMLFormElement} */ (slot(dialog, "form"));
  byId("enrol-department", dialog).append(...departments.map(({ id, name }) => el("option", { value: id }, name)));
  /** @type {(Code & {code: string}) | null} */
  let made = null;
  onSubmit(form, async (data) => {
    const who = read(data);
    const wrong = problems(who);
    showErrors(form, wrong);
    if (wrong.length) return;
    made = await issue(place, form, who);
    if (made) dialog.close("yes");
  });
  await ask(dialog);
  return made;
}

/** @param {FormData} data @returns {NewCode} */
function read(data) {
  const text = (/** @type {string} */ name) => String(data.get(name) ?? "").trim();
  return {
    name: text("name").normalize("NFC"), role: text("role"), department: text("department") || null, title: text("title"),
    email: text("email").toLowerCase(), administrator: data.get("administrator") !== null,
  };
}

/** @param {NewCode} who @returns {import("../../ui/forms.js").FieldError[]} */
export function problems({ name, role, email }) {
  const found = [];
  if (!name) found.push({ field: "enrol-name", text: t("org.name-missing") });
  if (!role) found.push({ field: "enrol-role", text: t("org.role-missing") });
  if (email && !ADDRESS.test(email)) found.push({ field: "enrol-email", text: t("org.email-wrong") });
  return found;
}

/** @param {Administered} place @param {HTMLFormElement} form @param {NewCode} who */
async function issue(place, form, who) {
  try {
    return await place.issue(who);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const email = error instanceof ApiError && error.code === "invalid" && who.email;
    showErrors(form, [{ field: email ? "enrol-email" : "enrol-name", text: explain(error) }]);
    return null;
  }
}
