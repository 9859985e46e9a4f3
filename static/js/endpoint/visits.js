/**
 * What an owner gives to roles by a code or for emergencies: pure functions over rules.
 *
 * An ordinary rule for the same role stays as it is (`standing.js`). They say the same as the
 * command-line client's `sesphr/client/visits.py`.
 * @module
 */
import { newRule, same, sorted } from "./rules.js";

/** @typedef {import("./rules.js").Rule} Rule */
/** @typedef {"code" | "emergency"} Kind */
/**
 * Reading of partitions by a role of an issuer (b64u), for some hours after a code, or after so many
 * clinicians (`signers`; 0 for a code) signed for an emergency.
 * @typedef {{role: string, issuer: string, partitions: string[], hours: number, signers: number, history: boolean}} Terms
 */

const CODE_HOURS = 24;

/** @param {Rule} rule @returns {Kind | null} which of the two it is, if any */
export function kindOf(rule) {
  if (rule.emergency !== null) return "emergency";
  return Object.hasOwn(rule, "code") ? "code" : null;
}

/** @param {Terms} terms @returns {Rule} a new rule */
function ruleOf({ role, issuer, partitions, hours, signers, history }) {
  const made = newRule({ role, issuer }, sorted(partitions), { history });
  return signers ? { ...made, emergency: { hours, signers } } : { ...made, code: true, hours };
}

/**
 * The rules with these terms instead of earlier ones of this kind for the role.
 * @param {readonly Rule[]} rules @param {Terms} terms @returns {Rule[]}
 */
export function given(rules, terms) {
  const made = ruleOf(terms);
  const kind = kindOf(made);
  const earlier = rules.filter((one) => kindOf(one) === kind && one.who.role === terms.role && one.who.issuer === terms.issuer);
  if (earlier.length === 1 && same(earlier, [made])) return [...rules];
  return [...rules.filter((one) => !earlier.includes(one)), made];
}

/** The rules without any of this kind. @param {readonly Rule[]} rules @param {Kind} kind @returns {Rule[]} */
export function withdrawn(rules, kind) {
  return rules.filter((rule) => kindOf(rule) !== kind);
}

/** The terms of the rules of a kind. @param {readonly Rule[]} rules @param {Kind} kind @returns {Terms[]} */
export function termsOf(rules, kind) {
  return rules.filter((rule) => kindOf(rule) === kind).map(({ who, partitions, history, emergency, hours: given }) => ({
    role: String(who.role), issuer: String(who.issuer), partitions, history, signers: emergency?.signers ?? 0,
    hours: emergency?.hours ?? given ?? CODE_HOURS,
  }));
}
