/** Adding somebody by the exact e-mail address: who the directory shows, to be compared and then added. @module */
import { Impostor } from "../../endpoint/errors.js";
import { lookUpLogin } from "../../endpoint/people.js";
import { clone, fill, onAction, show, slot } from "../../ui/dom.js";
import { onSubmit, showErrors } from "../../ui/forms.js";
import { t } from "../../ui/messages.js";
import { avatar } from "../../ui/people.js";
import { certified } from "../shared/certified.js";
import { compare, impostor, showStop } from "./compare.js";
import { problemWords, roleWord } from "./words.js";

/** @typedef {import("../../endpoint/people.js").Found} Found */
/** @typedef {import("../../endpoint/session.js").Session} Session */
/** @typedef {import("./draft.js").Added} Added */

const LOGIN = /^[a-z0-9._+-]+@[a-z0-9.-]+$/;

/**
 * @param {Session} session
 * @param {string} [login] filled in, and looked up at once
 * @returns {Promise<Added | null>} whom to add to the matrix, or nobody
 */
export function askPerson(session, login = "") {
  const dialog = /** @type {HTMLDialogElement} */ (clone("t-add"));
  const form = /** @type {HTMLFormElement} */ (slot(dialog, "form"));
  /** @type {Added | null} */
  let found = null;
  onSubmit(form, async (data) => { found = await look(session, dialog, String(data.get("login"))); });
  document.body.append(dialog);
  if (login) {
    /** @type {HTMLInputElement} */ (form.elements.namedItem("login")).value = login;
    queueMicrotask(() => form.requestSubmit());
  }
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes" ? found : null);
    });
    onAction(dialog, { yes: () => dialog.close("yes"), no: () => dialog.close("no") });
    dialog.showModal();
  });
}

/** @param {Session} session @param {HTMLElement} dialog @param {string} typed */
async function look(session, dialog, typed) {
  const login = typed.trim().toLowerCase();
  const place = slot(dialog, "found");
  place.replaceChildren();
  const refuse = (/** @type {string} */ text) => {
    showErrors(slot(dialog, "form"), [{ field: "add-login", text }]);
    return null;
  };
  if (!LOGIN.test(login)) return refuse(t("problem.login"));
  if (login === session.me.login) return refuse(t("add.yourself"));
  try {
    const person = await lookUpLogin(session, login);
    if (person === null || person.role === "owner") return refuse(t("add.nobody", { login }));
    showErrors(slot(dialog, "form"), []);
    return shown(session, place, person, login, await certified(session, person));
  } catch (error) {
    if (error instanceof Impostor) showStop(place, impostor(login, error.member));
    else refuse(problemWords(error, "sharing.problem"));
    return null;
  }
}

/** @param {Session} session @param {HTMLElement} place @param {Found} person @param {string} login @param {HTMLElement} role whether it is certified */
function shown(session, place, person, login, role) {
  const card = clone("t-found", {
    avatar: avatar(person.name, person.role, 40), name: person.name, role: roleWord(person.role), login,
    checked: person.checked ? t("add.checked", { checked: person.checked }) : t("add.nothing-checked"),
    certified: role, compare: compare(person, person.name, { session, role: person.role, login }),
  });
  place.replaceChildren(card);
  fill(slot(card, "add"), { label: t("add.add", { name: person.name }) });
  show(card);
  slot(card, "add").focus();
  return { member: person.member, login, key: person.key };
}
