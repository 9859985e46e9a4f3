/**
 * What others added to one's records and one has not answered; and to whose records one may add
 * oneself.
 *
 * What the server lists is its word until the author's signature was checked on this device.
 * `answering.js` accepts and declines.
 * @module
 */
import { b64uEncode } from "../crypto/encoding.js";
import { get } from "./api.js";
import { Impostor, Integrity } from "./errors.js";
import { checkPin, lookUp } from "./people.js";
import { ORIGINAL } from "./records.js";
import { read } from "./shapes.js";
import { verify } from "./statement.js";

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
 * @throws {import("./errors.js").ApiError | import("./errors.js").Offline} when the directory cannot be asked
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
  const directory = new Map([[person.member, person.signer(manifest)]]);
  const signed = verify(manifest, { typ: "sesphr-manifest", deployment: deployment.id, directory, what: "manifest" });
  const { owner, record: named, partitions: entries } = signed.payload;
  const shown = [me.id, record, digest, ...[...partitions].sort()];
  const found = [owner, named, b64uEncode(signed.digest), ...Object.keys(entries).sort()];
  if (JSON.stringify(shown) !== JSON.stringify(found)) throw new Integrity("manifest");
}
