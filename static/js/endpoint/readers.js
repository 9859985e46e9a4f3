/**
 * Who can read each part just now, by the list in force: what pages say before something is saved.
 *
 * Names and roles are those that were shown at approval, the server's word where this device was not
 * there; keys are compared with those pinned.
 * @module
 */
import { cellOf, isOutdated, roleCell, rowsOf } from "./matrix.js";
import { lookUp, nameOf, pins } from "./people.js";
import { recallPeople } from "./peoplenames.js";
import { ORIGINAL } from "./records.js";
import { readHead } from "./sharing.js";

/** @typedef {import("./matrix.js").Row} Row */
/** @typedef {import("./session.js").Session} Session */
/**
 * Somebody who can read a part. `member` null for a role; `name` null for a role or somebody whom the
 * directory does not name; times in Unix seconds; `emergency`: only then, for so many hours;
 * `from`: later than now, or null; `gone`: the list lets them, but they are no member now, so nobody opens for them.
 * @typedef {{member: string | null, role: string | null, name: string | null, from: number | null,
 *   until: number | null, emergency: number | null, gone: boolean}} Reader
 */
/** Everybody but the owner, in the list's order, who is gone last; `everybody`: whoever reads any part. @typedef {((partition: string) => Reader[]) & {everybody: string[]}} ReadersOf */

const STATES = new Set(["shared", "later"]);

/**
 * @param {Session} session
 * @param {number} [at] Unix seconds
 * @returns {Promise<ReadersOf>}
 * @throws {import("./errors.js").Integrity} a list or a key that is not as signed or pinned
 */
export async function readReaders(session, at = Date.now() / 1000) {
  const [{ rules }, known, before] = await Promise.all([readHead(session), pins(session), recallPeople(session)]);
  const rows = await Promise.all(rowsOf(rules).map((row) => named(session, row, known, before)));
  const of = (/** @type {string} */ partition) => rows.flatMap(({ row, name, role, gone, person }) => {
    const { cell, emergency } = row.member === null ? roleReads(row, partition, at) : { cell: cellOf(rules, row.member, partition, at), emergency: null };
    if (!STATES.has(cell.state) || isOutdated(cell, person)) return [];
    return [{ member: row.member, role, name, from: cell.state === "later" ? cell.from : null, until: cell.until, emergency, gone }];
  }).sort((a, b) => Number(a.gone) - Number(b.gone));
  const all = new Set(rules.flatMap(({ partitions }) => partitions).filter((name) => name !== ORIGINAL));
  const everybody = new Set([...all].flatMap(of).filter(({ gone }) => !gone).map(({ member, role }) => member ?? `${role}`));
  return Object.assign(of, { everybody: [...everybody] });
}

/** @param {Row} row @param {string} partition @param {number} at @returns {{cell: import("./matrix.js").Cell, emergency: number | null}} */
function roleReads({ role, issuer, rules }, partition, at) {
  const found = roleCell(rules, { role: String(role), issuer }, partition, at);
  return STATES.has(found.state) ? { cell: found, emergency: null } : { cell: found.special, emergency: found.emergency };
}

/**
 * @param {Session} session @param {Row} row @param {Record<string, import("./people.js").Pin>} known
 * @param {import("./peoplenames.js").Names} before how they were called when they were seen last
 */
async function named(session, row, known, before) {
  if (row.member === null) return { row, name: null, role: row.role, gone: false, person: null };
  const person = await lookUp(session, row.member);
  const called = nameOf(known[row.member]) ?? person ?? before[row.member];
  return { row, name: called?.name ?? null, role: called?.role ?? null, gone: person?.state !== "authorised", person };
}
