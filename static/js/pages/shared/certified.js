/** Whether somebody's role is certified, in words: what the key nodes say. Templates: pages/_certified.jinja. @module */
import { credentialOf, stateOf } from "../../endpoint/credentials.js";
import { now } from "../../endpoint/statement.js";
import { clone } from "../../ui/dom.js";
import { date } from "../../ui/format.js";
import { t } from "../../ui/messages.js";
import { report } from "../../ui/states.js";
import { roleWord } from "../sharing/words.js";

/** @typedef {import("../../endpoint/credentials.js").Said} Said */
/** @typedef {import("../../endpoint/session.js").Session} Session */

/** Their keys are compared instead, before anything is shared. */
const UNCERTIFIED = new Set(["relative", "owner"]);

/** @param {string} role @returns {boolean} whether somebody could certify it */
export const certifiable = (role) => !UNCERTIFIED.has(role);

/**
 * What the nodes say of a person; an element that stands for it when they do not answer.
 * @param {Session} session
 * @param {{member: string, role: string}} person role: what the administrator entered
 * @returns {Promise<HTMLElement>}
 */
export async function certified(session, { member, role }) {
  try {
    return drawn(await credentialOf(session, member), role);
  } catch (error) {
    report(error);
    return clone("t-certified-unknown");
  }
}

/**
 * The same for a list, where another page says the rest: the tag and one sentence, or the tag alone.
 * @param {Session} session @param {{member: string, role: string}} person
 * @param {{sentence: boolean}} wanted
 * @returns {Promise<HTMLElement | "">} nothing of a relative or friend, whose role nobody certifies
 */
export async function certifiedBriefly(session, person, { sentence: wanted }) {
  if (!certifiable(person.role)) return "";
  const made = await certified(session, person);
  made.querySelector("[data-slot=said]")?.remove();
  return wanted ? made : /** @type {HTMLElement} */ (made.querySelector(".tag"));
}

/** @param {Said | null} said @param {string} role @returns {HTMLElement} */
export function drawn(said, role) {
  if (said === null) return clone("t-certified-none");
  const state = stateOf(said, now());
  const other = said.role === role ? "" : t("certified.other", { role: roleWord(role) });
  if (state !== "valid") return clone("t-certified-not", { text: t(`certified.${state}`, words(said)), other });
  return clone("t-certified", { text: sentence(said), said: t("certified.said", { n: said.nodes.length }), other });
}

/** @param {Said} said @returns {string} */
export function sentence(said) {
  return t(said.organisation ? "certified.valid" : "certified.valid-alone", words(said));
}

/** @param {Said} said */
export function words({ role, issuer_name: authority, organisation, valid_from: from, valid_until: until }) {
  return { role: roleWord(role), authority, organisation, from: date(from), date: date(until) };
}
