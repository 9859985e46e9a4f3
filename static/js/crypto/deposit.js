/**
 * What an SRS node checks of a deposit, the access control list apart (protocol section 4).
 * @module
 */
import { b64uDecode, checkInt, checkPartition, sameNames } from "./encoding.js";
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

/**
 * @param {{partition: string, epoch: number, A: G1}[]} keys
 * @returns {Map<string, G1>} by partition and epoch
 */
function registeredKeys(keys) {
  const found = new Map(keys.map(({ partition, epoch, A }) =>
    [`${checkPartition(partition)} ${checkInt(epoch, 1, "epoch")}`, A]));
  if (found.size !== keys.length) throw new ProofError("a partition and epoch registered twice");
  return found;
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
  const registered = registeredKeys(keys);
  if (!sameNames(R.keys(), names) || !sameNames(proofs.keys(), names)) {
    throw new ProofError("manifest, R parameters and proofs name different partitions");
  }
  for (const name of names) {
    const base = registered.get(`${name} ${partitions[name].epoch}`);
    if (!base) throw new ProofError("an epoch that the owner has not registered");
    const Y = /** @type {G1} */ (R.get(name));
    const proof = /** @type {Uint8Array} */ (proofs.get(name));
    checkPart({ deployment, payload: verified.payload, name, base, Y, proof });
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
