/**
 * What others added to one's records and one has not answered: checked, accepted, declined; and to
 * whose records one may add oneself.
 *
 * What the server lists is its word until the author's signature was checked on this device. Nothing
 * is accepted unread: every partition is opened, so that each key that the accept wraps is the one
 * that the author committed to.
 * @module
 */
import { wrapKey } from "../crypto/aes.js";
import { b64uEncode } from "../crypto/encoding.js";
import { get, post } from "./api.js";
import { ApiError, Impostor, Integrity } from "./errors.js";
import { openedParts } from "./opening.js";
import { checkPin, lookUp } from "./people.js";
import { checkReceipts } from "./receipts.js";
import { ORIGINAL } from "./records.js";
import { read } from "./shapes.js";
import { payload, sign, verify } from "./statement.js";

/** @typedef {import("./people.js").Found} Found */
/** @typedef {import("./session.js").Session} Session */
/**
 * As the server lists it; times in Unix seconds, `digest` of the manifest (b64u).
 * @typedef {{record: string, author: string, author_name: string, author_login: string, author_role: string,
 *   author_checked: string, manifest: string, digest: string, offered: number, partitions: string[]}} Proposal
 */
/** What one added to another's records. @typedef {{record: string, owner: string, owner_name: string, offered: number, state: string, answered: number | null}} Offered */
/** @typedef {{owner: string, owner_name: string, partitions: string[]}} Addable */
/**
 * A proposal with what this device found out; `problem` as of requests: null when its author signed
 * what is shown.
 * @typedef {{proposal: Proposal, person: Found | null, problem: null | "gone" | "impostor" | "unsigned"}} Checked
 */

const PURPOSE = "own-copy";

/** @returns {Promise<{incoming: Proposal[], outgoing: Offered[]}>} to this member, and by this member */
export async function list() {
  return read("proposals", await get("/proposals"));
}

/**
 * To whose records this member may add now, and to which partitions of them.
 * @param {string} [owner] this one's alone
 * @returns {Promise<Addable[]>}
 */
export async function addable(owner) {
  const { addable: found } = read("addable", await get("/addable", owner ? { owner } : {}));
  return found.map((/** @type {Addable} */ one) => ({ ...one, partitions: one.partitions.filter((name) => name !== ORIGINAL) }));
}

/**
 * Check who added it, and that they signed exactly what is shown.
 * @param {Session} session
 * @param {Proposal} proposal
 * @returns {Promise<Checked>}
 * @throws {ApiError | import("./errors.js").Offline} when the directory cannot be asked
 */
export async function check(session, proposal) {
  let person = null;
  try {
    person = await lookUp(session, proposal.author);
    if (person === null) return { proposal, person, problem: "gone" };
    await checkPin(session, person, proposal.author_login);
    checkManifest(session, proposal, person);
    return { proposal, person, problem: null };
  } catch (error) {
    if (error instanceof Impostor) return { proposal, person, problem: "impostor" };
    if (error instanceof Integrity) return { proposal, person, problem: "unsigned" };
    throw error;
  }
}

/** @param {Session} session @param {Proposal} proposal @param {Found} person @throws {Integrity} */
function checkManifest({ me, deployment }, { manifest, record, digest, partitions }, person) {
  const directory = new Map([[person.member, person.verification]]);
  const signed = verify(manifest, { typ: "sesphr-manifest", deployment: deployment.id, directory, what: "manifest" });
  const { owner, record: named, partitions: entries } = signed.payload;
  const shown = [me.id, record, digest, ...[...partitions].sort()];
  const found = [owner, named, b64uEncode(signed.digest), ...Object.keys(entries).sort()];
  if (JSON.stringify(shown) !== JSON.stringify(found)) throw new Integrity("manifest");
}

/**
 * Make a proposal a record of one's own. An identical call may be repeated.
 * @param {Session} session
 * @param {Proposal} proposal
 * @throws {Integrity} it is not what its author signed; that was reported
 * @throws {ApiError} `refused`: it cannot be opened any more
 */
export async function accept(session, proposal) {
  const { record, digest: manifest, partitions } = proposal;
  const opened = await openedParts(session, { owner: session.me.id, record, partitions, purpose: PURPOSE, proposed: true });
  if (!opened) throw new ApiError(403, "refused");
  const { opening, payload: signed, plain } = opened;
  const names = Object.keys(signed.partitions);
  if (opening.manifest !== manifest || names.some((name) => !plain.has(name))) throw new Integrity("manifest");
  /** @type {Record<string, string>} */
  const wrapped = {};
  for (const name of names) {
    const { wrap } = session.keys.partition(name, signed.partitions[name].epoch);
    wrapped[name] = b64uEncode(await wrapKey(wrap, /** @type {{k: Uint8Array}} */ (plain.get(name)).k));
  }
  await send(session, "accept", "accept", { record, manifest, version: signed.version, author: signed.iss, wrapped });
}

/**
 * Have a proposal erased everywhere, read or not. An identical call may be repeated.
 * @param {Session} session
 * @param {Proposal} proposal
 */
export async function decline(session, { record, digest: manifest }) {
  await send(session, "decline", "deletion", { record, manifest });
}

/**
 * @param {Session} session
 * @param {"accept" | "decline"} act
 * @param {"accept" | "deletion"} kind
 * @param {{record: string} & Record<string, unknown>} members
 */
async function send(session, act, kind, members) {
  const { deployment, me, keys, ownKeys } = session;
  const typ = `sesphr-${kind}`;
  const statement = sign(keys, typ, payload(deployment.id, me.id, members));
  const { digest } = verify(statement, { typ, deployment: deployment.id, directory: ownKeys, what: kind });
  const { receipts } = read("answered", await post(`/proposals/${members.record}/${act}`, { [kind]: statement }));
  if (checkReceipts(session, receipts, { kind, digest }).confirmed < deployment.n) throw new Integrity("receipt");
}
