/**
 * Schnorr proofs of knowledge of s with Y = base^s, bound to their context (protocol section 2).
 *
 * A proof is T, then z: 80 octets in G1, 128 in G2. Nonces come from the secret, fresh octets and
 * the statement, never from fresh octets alone.
 * @module
 */
import { concat, equal, fixed, fromBigInt, randomBytes, toBigInt, utf8 } from "./bytes.js";
import { SUITE, checkDeployment, checkInt, checkPartition, checkUuid, dec, lp } from "./encoding.js";
import { ProofError } from "./errors.js";
import { G1, G1_GENERATOR, G2, G2_GENERATOR, ORDER, Scalar, decodeG1, decodeG2, scalarFromWide } from "./groups.js";
import { hkdf } from "./kdf.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/** @typedef {"key-A" | "key-B" | "deposit"} Kind */
/** @typedef {{member: string, partition: string, epoch: number, verification: Uint8Array}} KeyAContext */
/** @typedef {{member: string, verification: Uint8Array}} KeyBContext */
/**
 * @typedef {{owner: string, record: string, version: number, partition: string, epoch: number,
 *   author: string, digest: Uint8Array}} DepositContext
 */
/** @typedef {KeyAContext | KeyBContext | DepositContext} Context */

/** @param {any} c @returns {Bytes[]} */
const keyA = (c) => [
  utf8(checkUuid(c.member)), utf8(checkPartition(c.partition)),
  dec(checkInt(c.epoch, 1, "epoch")), fixed(c.verification, 32, "verification key"),
];

/** @param {any} c @returns {Bytes[]} */
const keyB = (c) => [utf8(checkUuid(c.member)), fixed(c.verification, 32, "verification key")];

/** @param {any} c @returns {Bytes[]} */
const deposit = (c) => [
  utf8(checkUuid(c.owner)), utf8(checkUuid(c.record)), dec(checkInt(c.version, 1, "version")),
  utf8(checkPartition(c.partition)), dec(checkInt(c.epoch, 1, "epoch")),
  utf8(checkUuid(c.author)), fixed(c.digest, 32, "cipher digest"),
];

/** Each kind's context and its base; a deposit's base is the partition's A. */
const KINDS = new Map(/** @type {[string, {parts: (c: any) => Bytes[], base: G1 | G2 | null}][]} */ ([
  ["key-A", { parts: keyA, base: G1_GENERATOR }],
  ["key-B", { parts: keyB, base: G2_GENERATOR }],
  ["deposit", { parts: deposit, base: null }],
]));

/**
 * @param {string} kind
 * @param {string} deployment
 * @param {G1 | G2 | undefined} base
 * @param {Context} ctx
 * @returns {{base: G1 | G2, head: Bytes, tail: Bytes}} the transcript before Y and after T
 */
function statement(kind, deployment, base, ctx) {
  const known = KINDS.get(kind);
  const chosen = known?.base ?? base;
  if (!known || !chosen || (known.base && base && base !== known.base)) {
    throw new ProofError("unknown kind of proof, or a wrong base");
  }
  const head = lp(SUITE, checkDeployment(deployment), kind, chosen.encode());
  return { base: chosen, head, tail: lp(...known.parts(ctx)) };
}

/**
 * @param {{head: Bytes, tail: Bytes}} parts
 * @param {G1 | G2} Y
 * @param {G1 | G2} T
 * @returns {bigint} c; zero is possible in theory and does no harm
 */
function challenge({ head, tail }, Y, T) {
  const transcript = concat(head, lp(Y.encode(), T.encode()), tail);
  return toBigInt(hkdf(transcript, "SeSPHR-v1 challenge", 48)) % ORDER;
}

/**
 * Prove knowledge of `secret` with Y = base^secret.
 * @param {Kind} kind
 * @param {{deployment: string, secret: Scalar, base?: G1 | G2, ctx: Context, random?: Uint8Array}} options
 *   base: only for `deposit`; random: 32 octets, fresh unless given
 * @returns {{Y: G1 | G2, proof: Bytes}}
 * @throws {ProofError | DecodingError}
 */
export function prove(kind, { deployment, secret, base, ctx, random = randomBytes(32) }) {
  const parts = statement(kind, deployment, base, ctx);
  const Y = parts.base.multiply(secret);
  const label = utf8("SeSPHR-v1 nonce");
  const info = concat(label, parts.head, lp(Y.encode()), parts.tail);
  const n = scalarFromWide(hkdf(concat(secret.encode(), fixed(random, 32, "random octets")), info, 48));
  const T = parts.base.multiply(n);
  const z = (n.value + challenge(parts, Y, T) * secret.value) % ORDER;
  return { Y, proof: concat(T.encode(), fromBigInt(z, 32)) };
}

/**
 * Check base^z = T Y^c.
 * @param {Kind} kind
 * @param {{deployment: string, Y: G1 | G2, proof: Uint8Array, ctx: Context, base?: G1 | G2}} options
 * @throws {ProofError | DecodingError} unless the proof holds
 */
export function verify(kind, { deployment, Y, proof, ctx, base }) {
  const parts = statement(kind, deployment, base, ctx);
  const group = parts.base instanceof G1 ? G1 : G2;
  if (!(Y instanceof group)) throw new ProofError("the statement lies in another group");
  const width = group === G1 ? 48 : 96;
  const own = fixed(proof, width + 32, "proof");
  const T = (group === G1 ? decodeG1 : decodeG2)(own.subarray(0, width));
  const z = toBigInt(own.subarray(width));
  if (z >= ORDER) throw new ProofError("z out of range");
  const c = challenge(parts, Y, T);
  const left = parts.base.point.multiplyUnsafe(z);
  const right = /** @type {any} */ (T.point).add(Y.point.multiplyUnsafe(c));
  // Comparing octets works for the identity too, which no wrapped point can hold.
  if (!equal(left.toBytes(true), right.toBytes(true))) throw new ProofError("the proof does not hold");
}
