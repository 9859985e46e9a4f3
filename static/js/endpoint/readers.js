/**
 * Who can read each part just now, by the list in force: what pages say before something is saved.
 *
 * Names and roles are those that were shown at approval, the server's word where this device was not
 * there; keys are compared with those pinned.
 * @module
 */
import { cellOf, isOutdated, roleCell, rowsOf } from "./matrix.js";
import { lookUp, nameOf, pins } from "./people.js";
import { ORIGINAL } from "./records.js";
import { readHead } from "./sharing.js";

/** @typedef {import("./matrix.js").Row} Row */
/** @typedef {import("./session.js").Session} Session */
/**
 * Somebody who can read a part. `member` null for a role; `name` null for a role or somebody whom the
 * directory does not name; times in Unix seconds; `emergency`: only then, for so many hours;
 * `from`: later than now, or null.
 * @typedef {{member: string | null, role: string | null, name: string | null, from: number | null,
 *   until: number | null, emergency: number | null}} Reader
 */
/** Everybody but the owner, in the list's order; `everybody`: whoever reads any part. @typedef {((partition: string) => Reader[]) & {everybody: string[]}} ReadersOf */

const STATES = new Set(["shared", "later"]);

/**
 * @param {Session} session
 * @param {number} [at] Unix seconds
 * @returns {Promise<ReadersOf>}
 * @throws {import("./errors.js").Integrity} a list or a key that is not as signed or pinned
 */
export async function readReaders(session, at = Date.now() / 1000) {
  const [{ rules }, known] = await Promise.all([readHead(session), pins(session)]);
  const rows = await Promise.all(rowsOf(rules).map((row) => named(session, row, known)));
  const of = (/** @type {string} */ partition) => rows.flatMap(({ row, name, role, person }) => {
    const { cell, emergency } = row.member === null ? roleReads(row, partition, at) : { cell: cellOf(rules, row.member, partition, at), emergency: null };
    if (!STATES.has(cell.state) || isOutdated(cell, person)) return [];
    return [{ member: row.member, role, name, from: cell.state === "later" ? cell.from : null, until: cell.until, emergency }];
  });
  const all = new Set(rules.flatMap(({ partitions }) => partitions).filter((name) => name !== ORIGINAL));
  const everybody = new Set([...all].flatMap(of).map(({ member, role }) => member ?? `${role}`));
  return Object.assign(of, { everybody: [...everybody] });
}

/** @param {Row} row @param {string} partition @param {number} at @returns {{cell: import("./matrix.js").Cell, emergency: number | null}} */
function roleReads({ role, issuer, rules }, partition, at) {
  const found = roleCell(rules, { role: String(role), issuer }, partition, at);
  return STATES.has(found.state) ? { cell: found, emergency: null } : { cell: found.special, emergency: found.emergency };
}

/** @param {Session} session @param {Row} row @param {Record<string, import("./people.js").Pin>} known */
async function named(session, row, known) {
  if (row.member === null) return { row, name: null, role: row.role, person: null };
  const person = await lookUp(session, row.member);
  const called = nameOf(known[row.member]) ?? person;
  return { row, name: called?.name ?? null, role: called?.role ?? null, person };
}
