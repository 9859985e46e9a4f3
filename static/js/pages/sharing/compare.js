/** Is it really them? A fingerprint to compare, and the stop when keys changed. @module */
import { fingerprint } from "../../endpoint/fingerprint.js";
import { clone, el, slot } from "../../ui/dom.js";
import { t } from "../../ui/messages.js";
import { fingerprintCode } from "../../ui/qr.js";

/** @param {import("../../endpoint/people.js").Person} person @param {string} name @returns {HTMLElement} */
export function compare(person, name) {
  const print = fingerprint(person.verification, person.receive);
  return clone("t-compare", {
    words: print.words.map((word) => el("li", {}, word)), digits: print.digits,
    code: fingerprintCode(print, t("compare.code", { name })),
  });
}

/**
 * @param {string} name as it was known, or as the server says
 * @param {string} member id, for the administrator
 * @returns {HTMLElement} the red stop, its title ready for focus
 */
export function impostor(name, member) {
  return clone("t-impostor", { title: t("impostor.title", { name }), detail: member });
}

/** @param {HTMLElement} place @param {HTMLElement} state */
export function showStop(place, state) {
  place.replaceChildren(state);
  slot(state, "title").focus();
}
