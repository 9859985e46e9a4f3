/**
 * The next access control list from the present one: pure functions over rules.
 *
 * They know nothing of keys, of servers or of time, and say the same as the command-line client's
 * `sesphr/client/rules.py`. What the nodes will demand of a list is computed here too, so that a
 * list never goes out without the keys that it needs.
 * @module
 */
import { sameNames } from "../crypto/encoding.js";

/**
 * A rule as it stands in a list (docs/statements.md).
 * @typedef {{id: string, who: {member?: string, key?: string, role?: string, issuer?: string},
 *   partitions: string[], actions: string[], purposes: string[], valid_from: number,
 *   valid_until: number | null, history: boolean, deny: boolean,
 *   emergency: {hours: number, signers: number} | null, code?: true, hours?: number}} Rule
 */
/**
 * Reading of partitions by a member whose B_U has this digest (b64u), until then (Unix seconds) or
 * for good; with the action `add` adding to them, which lets read nothing.
 * @typedef {{member: string, key: string, partitions: readonly string[], until: number | null,
 *   history: boolean, action?: "read" | "add"}} Grant
 */
/** @typedef {{member: string, partition: string}} Pair */

const BOTH = ["read", "add"];

/** @param {Rule} rule @param {string} member @returns {boolean} whether a rule names this member */
export function isMembers(rule, member) {
  return rule.who.member === member;
}

/**
 * The rules after a grant, which replaces what older rules said of these partitions and of what it
 * lets do: reading and adding are granted each for itself.
 * @param {readonly Rule[]} rules
 * @param {Grant} grant
 * @returns {Rule[]}
 */
export function granted(rules, grant) {
  const wanted = new Set(grant.partitions);
  /** @type {Rule[]} */
  const kept = [];
  let merged = false;
  for (const rule of rules) {
    if (!isMembers(rule, grant.member)) {
      kept.push(rule);
    } else if (!merged && isSameGrant(rule, grant)) {
      merged = true;
      kept.push({ ...rule, partitions: united(rule.partitions, grant.partitions) });
    } else {
      kept.push(...without(rule, wanted, [grant.action ?? "read"]));
    }
  }
  return merged ? kept : [...kept, ruleOf(grant)];
}

/**
 * The rules after taking back partitions (null: all) from a member: reading and adding.
 *
 * Where a role's rule might still allow, a deny rule is added for each of the two; it names the
 * member with the digest `key`.
 * @param {readonly Rule[]} rules
 * @param {string} member
 * @param {Iterable<string> | null} partitions
 * @param {string} key b64u
 * @returns {Rule[]}
 */
export function revoked(rules, member, partitions, key) {
  const concerned = new Set(partitions ?? rules.flatMap((rule) => rule.partitions));
  const kept = rules.flatMap((rule) =>
    isMembers(rule, member) && !rule.deny ? without(rule, concerned, BOTH) : [rule]);
  for (const action of BOTH) {
    const [open, closed] = [byRole(kept, action), denied(kept, member, action)];
    const left = [...concerned].filter((name) => open.has(name) && !closed.has(name));
    if (left.length) kept.push(newRule({ member, key }, sorted(left), { deny: true, action }));
  }
  return kept;
}

/**
 * Whether two lists say the same, ids and the order of partitions apart.
 * @param {readonly Rule[]} left
 * @param {readonly Rule[]} right
 * @returns {boolean}
 */
export function same(left, right) {
  return left.length === right.length && left.every((rule, i) => meaning(rule) === meaning(right[i]));
}

/**
 * The (member, partition) for which every node must hold a re-encryption key, sorted.
 * @param {readonly Rule[]} rules
 * @returns {Pair[]}
 */
export function wantedPairs(rules) {
  const reading = rules.filter((rule) => rule.who.member !== undefined && !rule.deny && rule.actions.includes("read"));
  const members = sorted(new Set(reading.map((rule) => /** @type {string} */ (rule.who.member))));
  return members.flatMap((member) => {
    const allowed = new Set(reading.filter((rule) => isMembers(rule, member)).flatMap((rule) => rule.partitions));
    const closed = denied(rules, member);
    return sorted(allowed).filter((name) => !closed.has(name)).map((partition) => ({ member, partition }));
  });
}

/**
 * The key digests (b64u) under which the rules let a member read a partition.
 * @param {readonly Rule[]} rules
 * @param {Pair} pair
 * @returns {Set<string>}
 */
export function keysOf(rules, { member, partition }) {
  return new Set(rules
    .filter((rule) => isMembers(rule, member) && !rule.deny && rule.actions.includes("read") &&
      rule.partitions.includes(partition))
    .map((rule) => /** @type {string} */ (rule.who.key)));
}

/** @param {readonly Rule[]} rules @param {string} member @returns {string[]} what some rule lets them read */
export function readable(rules, member) {
  return wantedPairs(rules).filter((pair) => pair.member === member).map((pair) => pair.partition);
}

/**
 * The partitions to which some rule lets a member add, for telling people.
 * @param {readonly Rule[]} rules
 * @param {string} member
 * @returns {string[]}
 */
export function addable(rules, member) {
  const adding = rules.filter((rule) => isMembers(rule, member) && !rule.deny && rule.actions.includes("add"));
  return sorted(new Set(adding.flatMap((rule) => rule.partitions)));
}

/**
 * Whether, of the partitions asked for, just the grant's may be read, and on its terms.
 * @param {readonly Rule[]} rules
 * @param {Grant} grant
 * @param {readonly string[]} asked
 * @returns {boolean}
 */
export function isInForce(rules, grant, asked) {
  const reads = readable(rules, grant.member).filter((name) => asked.includes(name));
  return sameNames(reads, new Set(grant.partitions)) && same(granted(rules, grant), rules);
}

/**
 * The rules without those that ended by themselves.
 * @param {readonly Rule[]} rules
 * @param {number} now Unix seconds
 * @returns {Rule[]}
 */
export function unexpired(rules, now) {
  return rules.filter((rule) => rule.valid_until === null || now < rule.valid_until);
}

/** @param {Iterable<string>} names @returns {string[]} by code point, as other languages sort ASCII */
export function sorted(names) {
  return [...names].sort();
}

/** @param {Rule} rule @param {Grant} grant @returns {boolean} */
function isSameGrant(rule, grant) {
  const plain = rule.actions.length === 1 && rule.actions[0] === (grant.action ?? "read") &&
    rule.purposes.length === 0 && !rule.deny;
  return plain && rule.who.key === grant.key && rule.valid_until === grant.until &&
    rule.history === grant.history && rule.valid_from === 0;
}

/** @param {readonly string[]} left @param {readonly string[]} right @returns {string[]} the names of both, sorted */
export function united(left, right) {
  return sorted(new Set([...left, ...right]));
}

/**
 * A rule without reading of these partitions: none, one, or two (what it lets add stays).
 * @param {Rule} rule @param {ReadonlySet<string>} partitions @returns {Rule[]}
 */
export const withoutReading = (rule, partitions) => without(rule, partitions, ["read"]);

/**
 * A rule that lets do none of these in these partitions: none, one, or two (what else it lets do
 * there stays).
 * @param {Rule} rule
 * @param {ReadonlySet<string>} partitions
 * @param {readonly string[]} taken
 * @returns {Rule[]}
 */
function without(rule, partitions, taken) {
  const rest = rule.partitions.filter((name) => !partitions.has(name));
  const concerned = rule.actions.some((action) => taken.includes(action));
  if (!concerned || rest.length === rule.partitions.length) return [rule];
  const found = rest.length ? [{ ...rule, partitions: rest }] : [];
  const actions = rule.actions.filter((action) => !taken.includes(action));
  if (actions.length) {
    const cut = rule.partitions.filter((name) => partitions.has(name));
    found.push({ ...rule, id: rest.length ? crypto.randomUUID() : rule.id, partitions: cut, actions });
  }
  return found;
}

/** @param {readonly Rule[]} rules @param {string} action @returns {Set<string>} */
function byRole(rules, action) {
  const open = rules.filter((rule) => rule.who.role !== undefined && !rule.deny && rule.actions.includes(action));
  return new Set(open.flatMap((rule) => rule.partitions));
}

/**
 * Partitions whose reading (or adding to) is denied to a member without any bound.
 * @param {readonly Rule[]} rules
 * @param {string} member
 * @param {string} [action]
 * @returns {Set<string>}
 */
export function denied(rules, member, action = "read") {
  const closing = rules.filter((rule) => isMembers(rule, member) && rule.deny && rule.actions.includes(action) &&
    rule.purposes.length === 0 && rule.valid_from === 0 && rule.valid_until === null);
  return new Set(closing.flatMap((rule) => rule.partitions));
}

/** @param {Grant} grant @returns {Rule} */
function ruleOf({ member, key, partitions, until, history, action }) {
  return newRule({ member, key }, sorted(partitions), { until, history, action });
}

/**
 * A rule about one action, with an id of its own.
 * @param {Rule["who"]} who
 * @param {string[]} partitions
 * @param {{until?: number | null, history?: boolean, deny?: boolean, action?: string}} terms
 * @returns {Rule}
 */
export function newRule(who, partitions, { until = null, history = false, deny = false, action = "read" }) {
  return {
    id: crypto.randomUUID(), who, partitions, actions: [action], purposes: [], valid_from: 0,
    valid_until: until, history, deny, emergency: null,
  };
}

/** @param {Rule} rule @returns {string} what it says, in one spelling */
function meaning({ id: _, who, partitions, actions, emergency, ...rest }) {
  return JSON.stringify([
    Object.entries(who).sort(), sorted(partitions), sorted(actions), emergency && Object.entries(emergency).sort(),
    Object.entries(rest).sort(),
  ]);
}
