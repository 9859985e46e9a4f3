/**
 * Receipts: a change counts as effective only when enough key nodes signed that they have it.
 * @module
 */
import { b64uDecode } from "../crypto/encoding.js";
import { equal } from "../crypto/bytes.js";
import { Integrity } from "./errors.js";
import { asIntegrity, verify } from "./statement.js";

/** @typedef {import("./session.js").Session} Session */
/**
 * How many of the n nodes confirmed, how many have to (n - t + 1), and when the one that completed
 * that number did (Unix seconds), null while it is not complete.
 * @typedef {{confirmed: number, nodes: number, needed: number, effective: boolean, time: number | null}} Receipts
 */

/**
 * How many nodes' receipts acknowledge a write; the others catch up. Every t nodes, which is what an opening
 * needs, have one among them that knows then.
 * @param {{n: number, t: number}} deployment
 * @returns {number}
 */
export const acknowledging = ({ n, t }) => Math.max(t, n - t + 1);

/**
 * Check receipts: each a different node's, for this object of this member.
 * @param {Session} session
 * @param {readonly string[]} receipts JWS
 * @param {{kind: "acl" | "deposit" | "registration" | "departure" | "key-request" | "credential" | "accept" | "deletion", digest: Uint8Array, owner?: string}} expected
 *   digest: SHA-256 of the object's payload; owner: whose object it is, oneself unless told otherwise
 * @returns {Receipts}
 * @throws {Integrity} when a receipt is not a node's, or for something else
 */
export function checkReceipts(session, receipts, { kind, digest, owner = session.me.id }) {
  const { id, n, t, nodeKeys } = session.deployment;
  /** @type {Map<string, number>} */
  const times = new Map();
  for (const jws of receipts) {
    const { payload, issuer } = verify(jws, { typ: "sesphr-receipt", deployment: id, directory: nodeKeys, what: "receipt" });
    const object = asIntegrity("receipt", () => b64uDecode(payload.object, 32));
    if (payload.kind !== kind || payload.owner !== owner || !equal(object, digest)) throw new Integrity("receipt");
    if (!times.has(issuer)) times.set(issuer, payload.iat);
  }
  const needed = n - t + 1;
  const time = [...times.values()].sort((a, b) => a - b)[needed - 1] ?? null;
  return { confirmed: times.size, nodes: n, needed, effective: times.size >= needed, time };
}
