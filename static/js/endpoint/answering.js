/**
 * An owner's answer to what somebody added: the signed accept, or the signed deletion.
 *
 * Nothing is accepted unread: every partition is opened, so that each key that the accept wraps is the
 * one that the author committed to.
 * @module
 */
import { wrapKey } from "../crypto/aes.js";
import { b64uEncode } from "../crypto/encoding.js";
import { post } from "./api.js";
import { ApiError, Integrity } from "./errors.js";
import { openedParts } from "./opening.js";
import { acknowledging, checkReceipts } from "./receipts.js";
import { read } from "./shapes.js";
import { payload, sign, verify } from "./statement.js";

/** @typedef {import("./proposals.js").Proposal} Proposal */
/** @typedef {import("./session.js").Session} Session */

const PURPOSE = "own-copy";

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
  // Nobody proposes what is her own, nor a later version of it: an accept is of neither.
  if (signed.iss === session.me.id || signed.version !== 1) throw new Integrity("manifest");
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
  if (checkReceipts(session, receipts, { kind, digest }).confirmed < acknowledging(deployment)) throw new Integrity("receipt");
}
