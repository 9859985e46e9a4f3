/** Somebody asks me to be a guardian: is it really them? Their fingerprint is compared before anything is accepted. @module */
import { Impostor } from "../../endpoint/errors.js";
import { inviter } from "../../endpoint/guardians.js";
import { clone, fill, show, slot } from "../../ui/dom.js";
import { t } from "../../ui/messages.js";
import { isStop, redStop } from "../../ui/states.js";
import { compare, impostor } from "../sharing/compare.js";

/** @typedef {import("../../endpoint/guardians.js").Invitation} Invitation */
/** @typedef {import("../../endpoint/session.js").Session} Session */

/**
 * @param {Session} session @param {Invitation} one
 * @returns {Promise<HTMLElement>} with actions `accept` and `end`; the first is missing where nothing can be accepted
 */
export async function askedCard(session, one) {
  const made = clone("t-invitation");
  say(made, one, one.by);
  if (one.statement === null) refuse(made, t("care.asked.invitation-unsigned"));
  else await ask(session, made, one);
  return made;
}

/** @param {HTMLElement} made @param {Invitation} one @param {string} by */
function say(made, one, by) {
  const words = { name: one.name, by, login: one.by_login };
  fill(made, { title: t("care.asked-title", words), text: t("care.asked-text", words) });
}

/** @param {Session} session @param {HTMLElement} made @param {Invitation} one */
async function ask(session, made, one) {
  try {
    const { person, name } = await inviter(session, one);
    say(made, one, name);
    const words = { first: t("care.asked-first", { name }), differs: t("care.asked-differs", { name }) };
    // Whoever they are elsewhere: with the wrong keys all that is entered here would be theirs.
    slot(made, "compare").replaceChildren(compare(person, name, { session, role: "relative", login: one.by_login, words }));
  } catch (error) {
    if (!isStop(error)) throw error;
    refuse(made, "");
    if (error instanceof Impostor) slot(made, "compare").replaceChildren(impostor(one.by, error.member));
    else redStop(slot(made, "compare"), error);
  }
}

/** @param {HTMLElement} made @param {string} why */
function refuse(made, why) {
  fill(made, { unsigned: why });
  show(slot(made, "unsigned"), why !== "");
  show(slot(made, "accept"), false);
}
