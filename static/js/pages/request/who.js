/** The card of a request: who asks, whether it is really them, what is between you, and why. @module */
import { clone } from "../../ui/dom.js";
import { date, dateTime, list, time } from "../../ui/format.js";
import { t } from "../../ui/messages.js";
import { partName } from "../../ui/parts.js";
import { avatar } from "../../ui/people.js";
import { drawn } from "../shared/certified.js";
import { compare } from "../sharing/compare.js";
import { purposeWord, roleWord } from "../sharing/words.js";
import { openTo } from "./facts.js";

/** @typedef {import("./facts.js").Facts} Facts */
/** @typedef {import("../../endpoint/session.js").Session} Session */

/**
 * @param {Facts} facts
 * @param {Session} [session] where the owner may say that the fingerprint is the same
 * @returns {HTMLElement}
 */
export function whoCard(facts, session) {
  const { request } = facts.checked;
  return clone("t-who", {
    avatar: avatar(request.asker_name, request.asker_role, 64), name: request.asker_name,
    role: roleWord(request.asker_role), real: real(facts, session), between: between(facts), reason: request.reason,
    sent: t("request.sent", { purpose: purposeWord(request.purpose), when: dateTime(request.asked) }),
  });
}

/** @param {Facts} facts @param {Session} [session] @returns {HTMLElement} */
function real({ checked: { request, person, problem }, certified }, session) {
  const login = t("request.login", { login: request.asker_login });
  if (problem || !person) return clone("t-not-real", { login });
  return clone("t-real", {
    certified: certified === undefined ? clone("t-certified-unknown") : drawn(certified, request.asker_role), login, signed: t("request.signed", { time: time(new Date()) }),
    compare: compare(person, request.asker_name, session && { session, role: request.asker_role, login: request.asker_login }),
    checked: person.checked ? t("request.checked", { checked: person.checked }) : t("request.nothing-checked"),
  });
}

/** @param {Facts} facts @returns {string} */
function between({ checked: { request }, head, since }) {
  const open = openTo(head, request.asker).map(({ partition }) => partName(partition));
  if (open.length) {
    const parts = list(open);
    return since === null ? t("request.now", { parts }) : t("request.now-since", { parts, date: date(since) });
  }
  return since === null ? t("request.new") : t("request.before", { date: date(since) });
}
