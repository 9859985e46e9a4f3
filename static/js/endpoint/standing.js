/**
 * What a list gives to roles: pure functions over rules, as `rules.js` has them for members.
 *
 * A rule for a role works while its owner is away. Only ordinary rules are changed here: those for
 * emergencies, and those that ask for a code, are other promises. They say the same as the
 * command-line client's `sesphr/client/standing.py`.
 * @module
 */
import { newRule, sorted, united, withoutReading } from "./rules.js";

/** @typedef {import("./rules.js").Rule} Rule */
/**
 * Reading of partitions by whoever an authority certifies in a role, until then (Unix seconds) or
 * for good; `issuer`: its digest (b64u).
 * @typedef {{role: string, issuer: string, partitions: readonly string[], until: number | null,
 *   history: boolean}} RoleGrant
 */

/** @param {Rule} rule @returns {boolean} whether it lets a role do something without emergency and without a code */
export function isOrdinary(rule) {
  return rule.who.role !== undefined && rule.emergency === null && !Object.hasOwn(rule, "code") && !rule.deny;
}

/** @param {Rule} rule @param {{role: string, issuer: string | null}} who issuer null: of any @returns {boolean} */
export function isRoles(rule, { role, issuer }) {
  return rule.who.role === role && (issuer === null || rule.who.issuer === issuer);
}

/**
 * The rules after a grant, which replaces what ordinary rules for the role said of these partitions.
 * @param {readonly Rule[]} rules
 * @param {RoleGrant} grant
 * @returns {Rule[]}
 */
export function given(rules, grant) {
  const { role, issuer, partitions, until, history } = grant;
  const wanted = new Set(partitions);
  let merged = false;
  const kept = rules.flatMap((rule) => {
    if (!isOrdinary(rule) || !isRoles(rule, grant)) return [rule];
    if (merged || !isSameGrant(rule, grant)) return withoutReading(rule, wanted);
    merged = true;
    return [{ ...rule, partitions: united(rule.partitions, partitions) }];
  });
  return merged ? kept : [...kept, newRule({ role, issuer }, sorted(partitions), { until, history })];
}

/**
 * The rules after taking partitions (null: all) back from a role of an issuer (null: of any).
 * @param {readonly Rule[]} rules
 * @param {{role: string, issuer: string | null}} who
 * @param {Iterable<string> | null} partitions
 * @returns {Rule[]}
 */
export function withdrawn(rules, who, partitions) {
  const concerned = partitions && new Set(partitions);
  return rules.flatMap((rule) =>
    isOrdinary(rule) && isRoles(rule, who) ? withoutReading(rule, concerned ?? new Set(rule.partitions)) : [rule]);
}

/** @param {readonly Rule[]} rules @returns {string[]} the partitions of which every node must hold a share, sorted */
export function wantedShares(rules) {
  const giving = rules.filter((rule) => rule.who.role !== undefined && !rule.deny && rule.actions.includes("read"));
  return sorted(new Set(giving.flatMap((rule) => rule.partitions)));
}

/** @param {Rule} rule @param {RoleGrant} grant @returns {boolean} */
function isSameGrant(rule, grant) {
  const plain = rule.actions.length === 1 && rule.actions[0] === "read" && rule.purposes.length === 0;
  return plain && rule.valid_until === grant.until && rule.history === grant.history && rule.valid_from === 0;
}
