/**
 * The audit log as the endpoint checks it: checkpoints, inclusion, consistency with what was seen.
 *
 * The log shows salted commitments only; that an event stands there, unchanged and once, is computed
 * here and never believed.
 * @module
 */
import { b64uDecode } from "../crypto/encoding.js";
import { verifyNote } from "../crypto/log.js";
import { leafHash, verifyConsistency, verifyInclusion } from "../crypto/merkle.js";
import * as api from "./api.js";
import { Integrity } from "./errors.js";
import { read as shaped } from "./shapes.js";
import { asIntegrity } from "./statement.js";

/** @typedef {import("../crypto/bytes.js").Bytes} Bytes */
/** What checking the log needs of a deployment. @typedef {{log: {name: string, key: Uint8Array}}} Logged */
/** A tree that the log signed. @typedef {{size: number, root: Bytes, note: string}} Checkpoint */
/** @typedef {{index: number, size: number, path: string[], checkpoint: string}} Proof */

/**
 * Check the log's signature on a checkpoint.
 * @param {Logged} deployment
 * @param {string} note
 * @returns {Checkpoint}
 * @throws {Integrity} when it is not the pinned log's
 */
export function checkpoint({ log }, note) {
  const { size, root } = asIntegrity("log-checkpoint", () => verifyNote(log.name, log.key, note));
  return { size, root, note };
}

/**
 * Check that an entry is in the tree that a proof's checkpoint signs.
 * @param {Logged} deployment
 * @param {Uint8Array} entry 32 octets
 * @param {Proof} proof
 * @param {(note: string) => Checkpoint} [read] checks a checkpoint; one that remembers saves much
 * @returns {Checkpoint}
 * @throws {Integrity} when it is not
 */
export function checkInclusion(deployment, entry, proof, read = (note) => checkpoint(deployment, note)) {
  const tree = read(proof.checkpoint);
  if (tree.size !== proof.size) throw new Integrity("log-proof");
  asIntegrity("log-proof", () => {
    const path = proof.path.map((node) => b64uDecode(node, 32));
    verifyInclusion({ leaf: leafHash(entry), index: proof.index, size: proof.size, path, root: tree.root });
  });
  return tree;
}

/**
 * Check that the tree `second` extends the tree `first`.
 * @param {Checkpoint} first
 * @param {Checkpoint} second
 * @throws {Integrity} when the log took something back, or shows two histories
 */
export async function checkConsistency(first, second) {
  if (first.size > second.size) throw new Integrity("log-shorter");
  if (first.size === 0) return;
  const path = first.size === second.size ? [] : await consistencyPath(first.size, second.size);
  asIntegrity("log-changed", () => verifyConsistency({
    first: first.size, second: second.size, firstRoot: first.root, secondRoot: second.root,
    path: path.map((node) => b64uDecode(node, 32)),
  }));
}

/** @param {number} first @param {number} second @returns {Promise<string[]>} */
async function consistencyPath(first, second) {
  return shaped("consistency", await api.get("/log/consistency", { first, second })).path;
}
