/**
 * Proxy re-encryption: encapsulation, dealing of re-encryption keys, re-encryption and opening
 * (protocol sections 4 to 6; the paper's equations 6 to 22 on BLS12-381).
 *
 * No D_i, and no other power of g2 by a secret, may leave this module except to its own node.
 * @module
 */
import { equal, fixed, utf8 } from "./bytes.js";
import { SUITE, checkDeployment, checkInt, checkPartition, checkUuid, dec, isInt, lp } from "./encoding.js";
import { DelegationError, OpenError } from "./errors.js";
import { G1, G1_GENERATOR, G2, G2_GENERATOR, GT, ORDER, Scalar, pair, randomScalar, samePairing, theZ } from "./groups.js";
import { hkdf, sha256 } from "./kdf.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/**
 * What a partition's key is bound to; rh = SHA-256(R), 32 octets.
 * @typedef {{deployment: string, owner: string, record: string, version: number,
 *   partition: string, epoch: number, rh: Uint8Array}} Context
 */

/** More nodes than any deployment has. */
export const MAX_NODES = 255;

/**
 * R = A^r and K = Z^r (the paper's equations 6 to 9).
 * @param {G1} A the partition's key A_P,c
 * @param {Scalar} [r] fresh unless given
 * @returns {{R: G1, K: GT, r: Scalar}}
 */
export function encapsulate(A, r = randomScalar()) {
  return { R: A.multiply(r), K: theZ().power(r), r };
}

/**
 * @param {GT} K
 * @param {Context} context
 * @returns {{k: Bytes, kc: Bytes}} the partition's key and the commitment to it, 32 octets each
 */
export function deriveKeys(K, context) {
  const rh = fixed(context.rh, 32, "rh");
  const info = lp(
    SUITE, "partition", checkDeployment(context.deployment), checkUuid(context.owner),
    checkUuid(context.record), dec(checkInt(context.version, 1, "version")),
    checkPartition(context.partition), dec(checkInt(context.epoch, 1, "epoch")), rh,
  );
  const k = hkdf(K.encode(), info);
  return { k, kc: commitment(k, rh) };
}

/**
 * kc: AES-GCM alone does not commit to its key.
 * @param {Uint8Array} k 32 octets
 * @param {Uint8Array} rh 32 octets
 * @returns {Bytes} 32 octets
 */
export function commitment(k, rh) {
  return hkdf(fixed(k, 32, "key"), lp("SeSPHR-v1 commit", fixed(rh, 32, "rh")));
}

/** @param {unknown} n @param {unknown} t */
function checkThreshold(n, t) {
  if (!isInt(n) || !isInt(t) || t < 1 || t > n || n > MAX_NODES) {
    throw new DelegationError("1 <= t <= n <= 255 does not hold");
  }
}

/** @param {unknown} index @param {number} n @returns {number} */
function checkIndex(index, n) {
  if (!isInt(index) || index < 1 || index > n) throw new DelegationError("node index outside 1 .. n");
  return index;
}

/**
 * Share 1/x: f(0) = 1/x, f of degree t-1, E_k = A^(a_k), share i is f(i).
 * @param {Scalar} x x_P,c
 * @param {number} n
 * @param {number} t
 * @param {Scalar[]} [coefficients] a_1 .. a_(t-1), fresh unless given
 * @returns {{commitments: G1[], shares: Scalar[]}}
 * @throws {DelegationError}
 */
export function deal(x, n, t, coefficients) {
  checkThreshold(n, t);
  const a = coefficients ?? Array.from({ length: t - 1 }, randomScalar);
  if (a.length !== t - 1) throw new DelegationError("exactly t-1 coefficients expected");
  const A = G1_GENERATOR.multiply(x);
  const all = [x.invertBlinded(), ...a].map((coefficient) => coefficient.value);
  const shares = Array.from({ length: n }, (_, i) => {
    const at = BigInt(i + 1);
    return new Scalar(all.reduceRight((sum, coefficient) => (sum * at + coefficient) % ORDER, 0n));
  });
  return { commitments: a.map((coefficient) => A.multiply(coefficient)), shares };
}

/**
 * D = B^share; for n = 1 the paper's equation 14.
 * @param {G2} B B_U
 * @param {Scalar} share
 * @returns {G2}
 */
export function directPoint(B, share) {
  return B.multiply(share);
}

/**
 * V_i = g1 prod E_k^(i^k), which is A^f(i).
 * @param {number} index 1 .. n
 * @param {number} n
 * @param {number} t
 * @param {G1[]} commitments E_1 .. E_(t-1)
 * @returns {G1}
 * @throws {DelegationError}
 */
export function verificationPoint(index, n, t, commitments) {
  checkThreshold(n, t);
  const i = BigInt(checkIndex(index, n));
  if (commitments.length !== t - 1) throw new DelegationError("exactly t-1 commitments expected");
  const zero = G1_GENERATOR.point.subtract(G1_GENERATOR.point);
  // Horner's rule keeps every exponent as small as the index.
  const sum = commitments.reduceRight((rest, E) => rest.add(E.point).multiplyUnsafe(i), zero);
  const V = sum.add(G1_GENERATOR.point);
  if (V.is0()) throw new DelegationError("the commitments cancel out");
  return new G1(V);
}

/**
 * What node i checks of a direct delegation: e(A, D_i) = e(V_i, B).
 * @param {{A: G1, B: G2, index: number, n: number, t: number, commitments: G1[], D: G2}} claim
 * @throws {DelegationError}
 */
export function checkDirect({ A, B, index, n, t, commitments, D }) {
  const V = verificationPoint(index, n, t, commitments);
  if (!samePairing(A, D, V, B)) throw new DelegationError("the point does not fit its commitments");
}

/**
 * What node i checks of a standing delegation: A^s_i = V_i.
 * @param {{A: G1, index: number, n: number, t: number, commitments: G1[], share: Scalar}} claim
 * @throws {DelegationError}
 */
export function checkStanding({ A, index, n, t, commitments, share }) {
  const V = verificationPoint(index, n, t, commitments);
  if (!A.multiply(share).equals(V)) throw new DelegationError("the share does not fit its commitments");
}

/**
 * T_i = e(R, D_i) (the paper's re-encryption).
 * @param {G1} R
 * @param {G2} D
 * @returns {GT}
 */
export function reencrypt(R, D) {
  return pair(R, D);
}

/**
 * Lagrange coefficient of node i among `indices`, for the value at `at`.
 * @param {number} i
 * @param {number[]} indices
 * @param {bigint} at
 * @returns {bigint} 0 < value < q
 */
function lagrange(i, indices, at) {
  const others = indices.filter((j) => j !== i);
  const mod = (/** @type {bigint} */ value) => ((value % ORDER) + ORDER) % ORDER;
  const top = others.reduce((product, j) => mod(product * (at - BigInt(j))), 1n);
  const bottom = others.reduce((product, j) => mod(product * BigInt(i - j)), 1n);
  return top === 0n ? 0n : new Scalar(top).times(new Scalar(bottom).invertBlinded()).value;
}

/**
 * @param {Map<number, GT>} answers
 * @param {number[]} indices the t nodes to interpolate from
 * @param {bigint} at none of the indices
 * @returns {GT}
 */
function interpolate(answers, indices, at) {
  // A constant polynomial: its one weight is 1, and a power in GT is dear.
  if (indices.length === 1) return /** @type {GT} */ (answers.get(indices[0]));
  const parts = indices.map((i) => /** @type {GT} */ (answers.get(i)).powerPublic(lagrange(i, indices, at)));
  return parts.reduce((product, part) => product.times(part));
}

/**
 * K = (prod T_i^lambda_i)^(1/x_U).
 * @param {Scalar} receiveSecret x_U
 * @param {number} n
 * @param {number} t
 * @param {Map<number, GT>} answers by node index; at least t, and all must agree
 * @returns {GT}
 * @throws {DelegationError | OpenError}
 */
export function combine(receiveSecret, n, t, answers) {
  checkThreshold(n, t);
  const indices = [...answers.keys()].map((index) => checkIndex(index, n)).sort((a, b) => a - b);
  if (indices.length < t) throw new DelegationError("fewer answers than the threshold");
  const chosen = indices.slice(0, t);
  for (const extra of indices.slice(t)) {
    const expected = interpolate(answers, chosen, BigInt(extra));
    if (!expected.equals(/** @type {GT} */ (answers.get(extra)))) throw new OpenError();
  }
  return interpolate(answers, chosen, 0n).root(receiveSecret);
}

/**
 * @param {GT} K
 * @param {Context} context
 * @param {Uint8Array} kc from the signed manifest
 * @returns {Bytes} k
 * @throws {OpenError} unless k matches kc
 */
function committedKey(K, context, kc) {
  const keys = deriveKeys(K, context);
  if (!equal(keys.kc, fixed(kc, 32, "kc"))) throw new OpenError();
  return keys.k;
}

/**
 * A user's key of a partition.
 * @param {Scalar} receiveSecret x_U
 * @param {number} n
 * @param {number} t
 * @param {Map<number, GT>} answers
 * @param {Context} context
 * @param {Uint8Array} kc
 * @returns {Bytes} k
 * @throws {DelegationError | DecodingError | OpenError}
 */
export function userKey(receiveSecret, n, t, answers, context, kc) {
  return committedKey(combine(receiveSecret, n, t, answers), context, kc);
}

/** Coalitions that are tried; all of them for up to 8 nodes. */
const MOST_COALITIONS = 70;

/** @param {number[]} all ascending @param {number} size @returns {Generator<number[]>} each choice of so many, in order */
function* choices(all, size) {
  if (size === 0) yield [];
  for (let i = 0; size > 0 && i <= all.length - size; i++) {
    for (const rest of choices(all.slice(i + 1), size - 1)) yield [all[i], ...rest];
  }
}

/**
 * A user's key of a partition from any t answers that give it, and the nodes whose answers do not fit.
 *
 * As few as possible are named. Liars who work together can make it undecidable who fits whom: all of both
 * sides are named then; the key is the committed one in any case.
 * @param {Scalar} receiveSecret x_U
 * @param {number} n
 * @param {number} t
 * @param {Map<number, GT>} answers
 * @param {Context} context
 * @param {Uint8Array} kc
 * @returns {{k: Bytes, wrong: number[]}}
 * @throws {DelegationError | DecodingError | OpenError} no t answers give the committed key
 */
export function userKeyNamed(receiveSecret, n, t, answers, context, kc) {
  checkThreshold(n, t);
  const indices = [...answers.keys()].map((index) => checkIndex(index, n)).sort((a, b) => a - b);
  if (indices.length < t) throw new DelegationError("fewer answers than the threshold");
  const at = (/** @type {number} */ i) => /** @type {GT} */ (answers.get(i));
  let [key, tried] = [/** @type {Bytes | null} */ (null), 0];
  /** @type {number[][]} */
  const blamed = [];
  for (const chosen of choices(indices, t)) {
    if (tried++ === MOST_COALITIONS) break;
    const k = keyOf(receiveSecret, n, t, new Map(chosen.map((i) => [i, at(i)])), context, kc);
    if (k === null) continue;
    key = k;
    const rest = indices.filter((i) => !chosen.includes(i));
    blamed.push(rest.filter((i) => !interpolate(answers, chosen, BigInt(i)).equals(at(i))));
    if (blamed.at(-1)?.length === 0) break;
  }
  if (key === null) throw new OpenError();
  const fewest = Math.min(...blamed.map((one) => one.length));
  const named = new Set(blamed.filter((one) => one.length === fewest).flat());
  return { k: key, wrong: [...named].sort((a, b) => a - b) };
}

/**
 * @param {Scalar} receiveSecret @param {number} n @param {number} t @param {Map<number, GT>} answers exactly t
 * @param {Context} context @param {Uint8Array} kc
 * @returns {Bytes | null} null when they give another key
 */
function keyOf(receiveSecret, n, t, answers, context, kc) {
  try {
    return userKey(receiveSecret, n, t, answers, context, kc);
  } catch (error) {
    if (error instanceof OpenError) return null;
    throw error;
  }
}

/**
 * The owner's key of a partition: K = e(R, g2)^(1/x_P,c).
 * @param {Scalar} partitionSecret x_P,c
 * @param {G1} R
 * @param {Context} context rh must be SHA-256(R)
 * @param {Uint8Array} kc
 * @returns {Bytes} k
 * @throws {OpenError | DecodingError}
 */
export function ownerKey(partitionSecret, R, context, kc) {
  if (!equal(sha256(R.encode()), fixed(context.rh, 32, "rh"))) throw new OpenError();
  return committedKey(ownerEncapsulated(partitionSecret, R), context, kc);
}

/**
 * The same from a node's e(R, g2), which is what it gives of a record that somebody else wrote.
 * @param {Scalar} partitionSecret x_P,c
 * @param {GT} answer
 * @param {Context} context
 * @param {Uint8Array} kc
 * @returns {Bytes} k
 * @throws {OpenError | DecodingError}
 */
export function ownerKeyOfAnswer(partitionSecret, answer, context, kc) {
  return committedKey(answer.root(partitionSecret), context, kc);
}

/** @param {Scalar} partitionSecret @param {G1} R @returns {GT} K = e(R^(1/x_P,c), g2), the same element */
export function ownerEncapsulated(partitionSecret, R) {
  return pair(R.multiply(partitionSecret.invertBlinded()), G2_GENERATOR);
}

/** Labels of what travels sealed to a node. @typedef {"deposit" | "delegation"} SealLabel */

/**
 * HPKE info of an R with its proof ("deposit", manifest digest) or a D_i ("delegation", ACL digest).
 * @param {SealLabel} label
 * @param {{deployment: string, digest: Uint8Array, partition: string, epoch: number, index: number}} scope
 * @returns {Bytes}
 */
export function nodeInfo(label, { deployment, digest, partition, epoch, index }) {
  return lp(
    SUITE, utf8(label), checkDeployment(deployment), fixed(digest, 32, "digest"),
    checkPartition(partition), dec(checkInt(epoch, 1, "epoch")), dec(checkInt(index, 1, "index")),
  );
}

/**
 * HPKE info of a standing share s_i.
 * @param {{deployment: string, owner: string, partition: string, epoch: number, index: number}} scope
 * @returns {Bytes}
 */
export function shareInfo({ deployment, owner, partition, epoch, index }) {
  return lp(
    SUITE, "share", checkDeployment(deployment), checkUuid(owner),
    checkPartition(partition), dec(checkInt(epoch, 1, "epoch")), dec(checkInt(index, 1, "index")),
  );
}
