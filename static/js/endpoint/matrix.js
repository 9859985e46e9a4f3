/**
 * Who can see what, as cells of people and partitions, and the changes of cells that are not saved yet.
 *
 * Pure functions over rules: they know nothing of keys, servers or clocks.
 * @module
 */
import { denied, granted, isMembers, revoked } from "./rules.js";
import { given, isOrdinary, isRoles, withdrawn } from "./standing.js";

/** @typedef {import("./rules.js").Rule} Rule */
/**
 * What the list lets one member read of one partition. `shared`: now, until then (null: no end);
 * `later`: from then on; `ended`: it was, until then; `closed`: a rule forbids it; `none`: nothing
 * says so. `limited`: for some purposes only; `keys`: which keys of theirs the rules name (digests, b64u; empty
 * for a role). Times in Unix seconds.
 * @typedef {{state: "shared" | "later" | "ended" | "closed" | "none", from: number, until: number | null,
 *   history: boolean, limited: boolean, keys: string[]}} Cell
 */
/** A role and who certifies it: the digest (b64u) of an authority's key. @typedef {{role: string, issuer: string}} Role */
/**
 * A change of one cell that is not saved yet; `key`: digest (b64u) of the member's key. With `role` it
 * is about a role: `member` is then its `roleId`, and `key` is empty.
 * @typedef {{member: string, key: string, role?: Role, partition: string, take: boolean, until: number | null,
 *   history: boolean}} CellChange
 */
/** Somebody of the list: a member, or a role with its issuer. @typedef {{member: string | null, role: string | null, issuer: string, rules: Rule[]}} Row */

/** @type {Cell} */
const NOTHING = { state: "none", from: 0, until: null, history: false, limited: false, keys: [] };

/**
 * @param {readonly Rule[]} rules
 * @param {string} member
 * @param {string} partition
 * @param {number} now Unix seconds
 * @returns {Cell}
 */
export function cellOf(rules, member, partition, now) {
  if (denied(rules, member).has(partition)) return { ...NOTHING, state: "closed" };
  return summed(rules.filter((rule) => isMembers(rule, member) && reads(rule, partition)), now);
}

/** @param {Rule} rule @param {string} partition @returns {boolean} */
function reads(rule, partition) {
  return !rule.deny && rule.actions.includes("read") && rule.partitions.includes(partition);
}

/** @param {readonly Rule[]} allowing @param {number} now @returns {Cell} */
function summed(allowing, now) {
  if (allowing.length === 0) return NOTHING;
  const live = allowing.filter((rule) => rule.valid_until === null || now < rule.valid_until);
  const told = live.length ? live : allowing;
  const ends = told.map((rule) => rule.valid_until ?? Infinity);
  const end = Math.max(...ends);
  const from = Math.min(...told.map((rule) => rule.valid_from));
  const until = end === Infinity ? null : end;
  const state = live.length === 0 ? "ended" : from > now ? "later" : "shared";
  return {
    state, from, until, history: told.some((rule) => rule.history), limited: told.every((rule) => rule.purposes.length > 0),
    keys: [...new Set(told.map((rule) => rule.who.key ?? ""))],
  };
}

/**
 * Whether what the list says names only keys that the person has changed since: it gives nothing any more.
 * @param {Cell} cell @param {import("./people.js").Person | null} person
 * @returns {boolean}
 */
export function isOutdated({ keys }, person) {
  return keys.length > 0 && keys.every((key) => person?.hadKey(key));
}

/** @param {Role} role @returns {string} what names it in the matrix, as a member's id names a person */
export function roleId({ role, issuer }) {
  return `${role}:${issuer}`;
}

/**
 * What a role may read by itself, and in `special` what in an emergency or with a code.
 * @param {readonly Rule[]} rules
 * @param {Role} role
 * @param {string} partition
 * @param {number} now Unix seconds
 * @returns {Cell & {special: Cell, emergency: number | null, code: boolean}} emergency: for how many hours
 */
export function roleCell(rules, role, partition, now) {
  const allowing = rules.filter((rule) => isRoles(rule, role) && reads(rule, partition));
  const hours = allowing.flatMap((rule) => (rule.emergency ? [rule.emergency.hours] : []));
  return {
    ...summed(allowing.filter(isOrdinary), now), special: summed(allowing.filter((rule) => !isOrdinary(rule)), now),
    emergency: hours[0] ?? null, code: allowing.some((rule) => Object.hasOwn(rule, "code")),
  };
}

/** @param {readonly Rule[]} rules @param {{member: string, role?: Role, partition: string}} about @param {number} now Unix seconds @returns {Cell} */
export function cellAbout(rules, { member, role, partition }, now) {
  return role ? roleCell(rules, role, partition, now) : cellOf(rules, member, partition, now);
}

/**
 * Everybody whom the list names, members first, in the list's order.
 * @param {readonly Rule[]} rules
 * @returns {Row[]}
 */
export function rowsOf(rules) {
  /** @type {Map<string, Row>} */
  const found = new Map();
  for (const rule of rules) {
    const { member = null, role = null, issuer = "" } = rule.who;
    const name = member ?? roleId({ role: String(role), issuer });
    const row = found.get(name) ?? { member, role, issuer, rules: [] };
    found.set(name, { ...row, rules: [...row.rules, rule] });
  }
  const rows = [...found.values()];
  return [...rows.filter((row) => row.member !== null), ...rows.filter((row) => row.member === null)];
}

/**
 * The rules after these changes.
 * @param {readonly Rule[]} rules
 * @param {readonly CellChange[]} changes at most one of a cell
 * @returns {Rule[]}
 */
export function applied(rules, changes) {
  let next = [...rules];
  for (const same of grouped(changes)) {
    const { member, key, role, take, until, history } = same[0];
    const partitions = same.map((one) => one.partition);
    if (role) next = take ? withdrawn(next, role, partitions) : given(next, { ...role, partitions, until, history });
    else next = take ? revoked(next, member, partitions, key) : granted(next, { member, key, partitions, until, history });
  }
  return next;
}

/** @param {readonly CellChange[]} changes @returns {CellChange[][]} those of one member on the same terms together */
function grouped(changes) {
  /** @type {Map<string, CellChange[]>} */
  const groups = new Map();
  for (const one of changes) {
    const terms = JSON.stringify([one.member, one.key, one.take, one.take || one.until, one.take || one.history]);
    groups.set(terms, [...(groups.get(terms) ?? []), one]);
  }
  return [...groups.values()];
}

/**
 * Whether a change leaves its cell as it is.
 * @param {Cell} cell
 * @param {CellChange} change
 * @returns {boolean}
 */
export function isIdle(cell, { key, take, until, history }) {
  if (take) return cell.state === "none" || cell.state === "closed";
  return cell.state === "shared" && !cell.limited && cell.keys.every((one) => one === key) && cell.until === until && cell.history === history;
}

/**
 * The changes whose cells are not any more as they were when the changes were made.
 * @param {readonly CellChange[]} changes
 * @param {readonly Rule[]} before
 * @param {readonly Rule[]} present
 * @param {number} now Unix seconds
 * @returns {CellChange[]}
 */
export function overtaken(changes, before, present, now) {
  const told = (/** @type {readonly Rule[]} */ rules, /** @type {CellChange} */ one) => JSON.stringify(cellAbout(rules, one, now));
  return changes.filter((one) => told(before, one) !== told(present, one));
}
