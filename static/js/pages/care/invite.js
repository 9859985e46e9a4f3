/** Asking a second guardian: found by the exact address, compared, then sealed to. @module */
import { Impostor } from "../../endpoint/errors.js";
import { find, invite } from "../../endpoint/guardians.js";
import { clone, fill, onAction, slot } from "../../ui/dom.js";
import { onSubmit, showErrors } from "../../ui/forms.js";
import { t } from "../../ui/messages.js";
import { compare, impostor, showStop } from "../sharing/compare.js";
import { problemWords } from "../sharing/words.js";

/** @typedef {import("../../endpoint/guardians.js").Candidate} Candidate */
/** @typedef {import("../../endpoint/guardians.js").Dependant} Dependant */
/** @typedef {import("../../endpoint/session.js").Session} Session */

/**
 * @param {Session} session @param {Dependant} dependant
 * @returns {Promise<string | null>} the name of whoever was asked; null for nobody
 */
export function askGuardian(session, dependant) {
  const dialog = /** @type {HTMLDialogElement} */ (clone("t-invite", { title: t("care.invite-title", { name: dependant.name }) }));
  const form = /** @type {HTMLFormElement} */ (slot(dialog, "form"));
  onSubmit(form, (data) => look(session, dialog, dependant, String(data.get("login") ?? "").trim().toLowerCase()));
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => { dialog.remove(); resolve(dialog.returnValue || null); });
    onAction(dialog, { no: () => dialog.close("") });
    dialog.showModal();
  });
}

/** @param {Session} session @param {HTMLDialogElement} dialog @param {Dependant} dependant @param {string} login */
async function look(session, dialog, dependant, login) {
  const place = slot(dialog, "found");
  place.replaceChildren();
  const refuse = (/** @type {string} */ text) => showErrors(slot(dialog, "form"), [{ field: "invite-login", text }]);
  if (login === session.me.login) return refuse(t("care.problem.yourself"));
  try {
    const candidate = await find(session, login);
    showErrors(slot(dialog, "form"), []);
    return place.replaceChildren(card(session, dialog, dependant, candidate));
  } catch (error) {
    if (error instanceof Impostor) return showStop(place, impostor(login, error.member));
    return refuse(problemWords(error, "care.problem"));
  }
}

/** @param {Session} session @param {HTMLDialogElement} dialog @param {Dependant} dependant @param {Candidate} candidate @returns {HTMLElement} */
function card(session, dialog, dependant, candidate) {
  const { person, login } = candidate;
  const made = clone("t-candidate", {
    name: person.name, login, send: t("care.send", { name: person.name }),
    // Whoever they are elsewhere: here they get everything, so the words are compared.
    compare: compare(person, person.name, { session, role: "relative", login }),
  });
  onAction(made, {
    send: async () => {
      try {
        await invite(session, dependant.member, candidate);
        dialog.close(person.name);
      } catch (error) {
        fill(made, { error: problemWords(error, "care.problem") });
      }
    },
  });
  return made;
}
