/**
 * Changes of the matrix that are not saved yet: kept on this device, so that they outlive a lock and a reload.
 * @module
 */
import { cellAbout, isIdle, overtaken } from "../../endpoint/matrix.js";
import { now } from "./words.js";

/** @typedef {import("../../endpoint/matrix.js").CellChange} CellChange */
/** @typedef {import("../../endpoint/rules.js").Rule} Rule */
/** @typedef {import("../../endpoint/session.js").Session} Session */
/**
 * Somebody who was added to the matrix; key: digest (b64u) of the key whose fingerprint was shown then.
 * @typedef {{member: string, login: string, key: string}} Added
 */
/**
 * base: the rules that were shown when the changes were made.
 * @typedef {{base: Rule[], changes: CellChange[], people: Added[]}} Draft
 */

const DRAFT = "sharing-draft";

/** @param {Session} session @returns {Promise<Draft>} */
export async function readDraft(session) {
  return (await session.memory.get(DRAFT)) ?? { base: [], changes: [], people: [] };
}

/** @param {Session} session @param {Draft} draft */
export async function keepDraft(session, draft) {
  if (draft.changes.length || draft.people.length) await session.memory.set(DRAFT, draft);
  else await session.memory.remove(DRAFT);
}

/**
 * The draft over the rules in force now: what they say already is dropped, and what another device
 * changed meanwhile is told apart.
 * @param {Draft} draft @param {Rule[]} present
 * @returns {{draft: Draft, clashes: CellChange[]}} clashes: changes of the draft whose cells are not as they were
 */
export function rebased(draft, present) {
  const changes = draft.changes.filter((one) => !isIdle(cellAbout(present, one, now()), one));
  const clashes = overtaken(changes, draft.base, present, now());
  // Until somebody decided about them, clashes are found again after every reload.
  return { draft: { ...draft, base: clashes.length ? draft.base : present, changes }, clashes };
}

/** @param {Draft} draft @param {CellChange} change @returns {Draft} with this change in the place of an earlier one of its cell */
export function changed(draft, change) {
  const rest = without(draft, change).changes;
  const idle = isIdle(cellAbout(draft.base, change, now()), change);
  return { ...draft, changes: idle ? rest : [...rest, change] };
}

/** @param {Draft} draft @param {{member: string, partition: string}} cell @returns {Draft} */
export function without(draft, { member, partition }) {
  return { ...draft, changes: draft.changes.filter((one) => one.member !== member || one.partition !== partition) };
}

/** @param {Draft} draft @param {string} member or a role's id @param {string} partition @returns {CellChange | null} */
export function changeOf(draft, member, partition) {
  return draft.changes.find((one) => one.member === member && one.partition === partition) ?? null;
}
