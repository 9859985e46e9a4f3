/**
 * The same record again: an owner's own records opened to compare with, and the next version of one.
 *
 * A new version has the record's id, the next number and the digest of the version before it, which
 * this owner opened and checked. Its keys are fresh; who may read it stays as it was, because access
 * belongs to partitions and not to versions.
 * @module
 */
import { open } from "./opening.js";
import { list, readable } from "./records.js";

/** @typedef {import("./session.js").Session} Session */
/** @typedef {import("./records.js").RecordView} RecordView */
/** @typedef {import("./opening.js").OpenedRecord} OpenedRecord */
/**
 * Where the next version of a record goes. previous: digest of the manifest before (b64u); extra: what
 * the owner had said of the record itself, which stays.
 * @typedef {{record: string, version: number, previous: string, extra: {date?: number, open_from?: number, open_until?: number}}} Onto
 */
/** An own record, opened; made: when its newest version was signed (Unix seconds). @typedef {{onto: Onto, made: number, parts: Map<string, Uint8Array>}} Earlier */

/** Records that are opened with one request: enough to be quick, few enough to be held at once. */
const TOGETHER = 8;
/** How many of the newest records are compared with: each opening is in the owner's activity. */
const MOST = 64;
const LASTING = /** @type {const} */ (["date", "open_from", "open_until"]);

/**
 * The owner's records, the newest first and some at a time.
 * @param {Session} session
 * @returns {AsyncGenerator<Earlier[]>}
 * @throws {EndpointError} as listing and opening do
 */
export async function* ownRecords(session) {
  const views = (await list(session, { owner: session.me.id })).filter((view) => readable(view).length > 0).reverse().slice(0, MOST);
  for (let at = 0; at < views.length; at += TOGETHER) {
    const items = views.slice(at, at + TOGETHER).map((view) => ({ record: view.record, partitions: readable(view) }));
    const opened = await open(session, items, { owner: session.me.id, purpose: "own-copy" });
    // What was not given whole cannot be told from what is gone.
    yield opened.filter(({ manifest, refused, away }) => manifest !== null && !refused.length && !away.length).map(earlier);
  }
}

/** @param {OpenedRecord} opened @returns {Earlier} */
function earlier({ record, version, digest, manifest, parts }) {
  const payload = /** @type {import("../crypto/schemas.js").Members} */ (manifest);
  const extra = Object.fromEntries(LASTING.filter((name) => payload[name] !== undefined).map((name) => [name, payload[name]]));
  return { onto: { record, version: Number(version) + 1, previous: String(digest), extra }, made: payload.iat, parts };
}
