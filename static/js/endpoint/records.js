/**
 * Lists of records: what there is, never what it says.
 *
 * A list is the server's word. What this device itself deposited must be in it, and what is opened
 * is checked by signatures.
 * @module
 */
import * as api from "./api.js";
import { Integrity } from "./errors.js";
import { read } from "./shapes.js";

/** The partition that holds imported files as they were; only its owner ever asks for it. */
export const ORIGINAL = "original";
/** Where `depositing` notes what was acknowledged: the newest version and its manifest's digest, by record. */
export const DEPOSITS = "deposits";

/**
 * manifest: digest of the newest version (b64u); date: Unix seconds.
 * @typedef {{record: string, owner: string, owner_name: string, version: number, manifest: string,
 *   date: number, partitions: string[], until?: Record<string, number>, purpose?: string}} RecordView
 * until: when access to a partition ends (Unix seconds), for those that have an end; purpose: what an
 * opening must say; the server's word.
 */

/**
 * @typedef {{me: {id: string}, memory: {get(name: string): Promise<any>}}} Reader
 */

/**
 * Records that the member owns or may read something of, oldest first.
 * @param {Reader} session
 * @param {{owner?: string, seenBy?: string}} [query] owner: only this owner's; seenBy: own records,
 *   with the partitions that the key nodes would give that member now
 * @returns {Promise<RecordView[]>}
 * @throws {Integrity} when the list cannot be true
 */
export async function list(session, { owner, seenBy } = {}) {
  const query = { ...(owner && { owner }), ...(seenBy && { seen_by: seenBy }) };
  const mine = owner === session.me.id && !seenBy;
  // Before the list: what another tab deposits meanwhile need not be in it.
  const known = mine ? ((await session.memory.get(DEPOSITS)) ?? {}) : {};
  const { records } = read("records", await api.get("/records", query));
  checkList(records, seenBy ? session.me.id : owner);
  checkNoneMissing(known, records);
  return records;
}

/** @param {RecordView[]} records @param {string | undefined} owner */
function checkList(records, owner) {
  if (new Set(records.map((one) => one.record)).size !== records.length) throw new Integrity("record-twice");
  if (owner && records.some((one) => one.owner !== owner)) throw new Integrity("record-owner");
}

/** @param {Record<string, {version?: number}>} known what was deposited from here @param {RecordView[]} records */
function checkNoneMissing(known, records) {
  const shown = new Map(records.map((one) => [one.record, one.version]));
  const deposits = Object.entries(known);
  if (deposits.some(([record]) => !shown.has(record))) throw new Integrity("record-missing");
  if (deposits.some(([record, { version = 1 }]) => Number(shown.get(record)) < version)) throw new Integrity("record-older");
}

/**
 * The partitions to ask for: `original` is its owner's alone, and only when named.
 * @param {RecordView} view
 * @returns {string[]}
 */
export function readable(view) {
  return view.partitions.filter((name) => name !== ORIGINAL);
}
