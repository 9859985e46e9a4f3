/**
 * What an SRS node checks of a deposit, the access control list apart (protocol section 4).
 * @module
 */
import { b64uDecode } from "./encoding.js";
import { equal } from "./bytes.js";
import { ProofError } from "./errors.js";
import { G1 } from "./groups.js";
import { sha256 } from "./kdf.js";
import { verify as verifyProof } from "./proofs.js";
import { verify as verifyStatement } from "./statements.js";

/**
 * @typedef {{deployment: string, directory: import("./statements.js").Directory,
 *   keys: {partition: string, epoch: number, A: G1}[], manifest: string, R: Map<string, G1>,
 *   proofs: Map<string, Uint8Array>}} Deposit
 *   keys: what the owner registered
 */

/** @param {Iterable<string>} a @param {Iterable<string>} b @returns {boolean} */
function sameNames(a, b) {
  return [...a].sort().join() === [...b].sort().join();
}

/**
 * The same partitions everywhere, each epoch registered, SHA-256(R) = rh, each proof right.
 * @param {Deposit} deposit
 * @returns {import("./statements.js").Verified} the manifest
 * @throws {CryptoError}
 */
export function checkDeposit({ deployment, directory, keys, manifest, R, proofs }) {
  const verified = verifyStatement(manifest, { typ: "sesphr-manifest", deployment, directory });
  const { partitions } = verified.payload;
  const names = Object.keys(partitions);
  if (!sameNames(names, R.keys()) || !sameNames(names, proofs.keys())) {
    throw new ProofError("manifest, R parameters and proofs name different partitions");
  }
  for (const name of names) {
    const registered = keys.find((key) => key.partition === name && key.epoch === partitions[name].epoch);
    if (!registered) throw new ProofError("an epoch that the owner has not registered");
    const Y = /** @type {G1} */ (R.get(name));
    const proof = /** @type {Uint8Array} */ (proofs.get(name));
    checkPart({ deployment, payload: verified.payload, name, base: registered.A, Y, proof });
  }
  return verified;
}

/**
 * @param {{deployment: string, payload: Record<string, any>, name: string, base: G1, Y: G1,
 *   proof: Uint8Array}} part
 */
function checkPart({ deployment, payload, name, base, Y, proof }) {
  const entry = payload.partitions[name];
  if (!equal(sha256(Y.encode()), b64uDecode(entry.rh, 32))) throw new ProofError("R is not the one that rh names");
  const ctx = {
    owner: payload.owner, record: payload.record, version: payload.version, partition: name,
    epoch: entry.epoch, author: payload.iss, digest: b64uDecode(entry.digest, 32),
  };
  verifyProof("deposit", { deployment, Y, proof, ctx, base });
}
