/**
 * Ed25519 (RFC 8032), checked strictly.
 *
 * S < L; A and R canonical; keys of small order refused; S B = R + k A compared without the
 * cofactor. noble's own verify multiplies by 8, hence the comparison of its own here.
 * @module
 */
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";

import { concat, equal, fixed } from "./bytes.js";
import { SignatureError } from "./errors.js";

const { Point } = ed25519;
const L = Point.Fn.ORDER;

/** @typedef {import("./bytes.js").Bytes} Bytes */

/** @param {Uint8Array} octets little-endian @returns {bigint} */
function littleEndian(octets) {
  let value = 0n;
  for (let i = octets.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(octets[i]);
  return value;
}

/**
 * @param {Uint8Array} seed 32 octets
 * @returns {Bytes} the verification key, 32 octets
 */
export function publicKey(seed) {
  return new Uint8Array(ed25519.getPublicKey(fixed(seed, 32, "signing seed")));
}

/**
 * @param {Uint8Array} seed 32 octets
 * @param {Uint8Array} message
 * @returns {Bytes} 64 octets
 */
export function sign(seed, message) {
  return new Uint8Array(ed25519.sign(message, fixed(seed, 32, "signing seed")));
}

/**
 * @param {Uint8Array} octets 32
 * @returns {InstanceType<typeof Point>} canonical and not of small order
 * @throws {SignatureError}
 */
function decodeKey(octets) {
  let point;
  try {
    point = Point.fromBytes(fixed(octets, 32, "verification key"), false);
  } catch {
    throw new SignatureError("not a verification key");
  }
  if (point.isSmallOrder()) throw new SignatureError("verification key of small order");
  return point;
}

/**
 * @param {Uint8Array} octets 32
 * @returns {Bytes} the key, if it is canonical and not of small order
 * @throws {SignatureError}
 */
export function checkKey(octets) {
  decodeKey(octets);
  return fixed(octets, 32, "verification key");
}

/**
 * @param {Uint8Array} key verification key, 32 octets
 * @param {Uint8Array} message
 * @param {Uint8Array} signature
 * @throws {SignatureError} unless the signature holds
 */
export function verify(key, message, signature) {
  if (!holds(key, message, signature)) throw new SignatureError("the signature does not hold");
}

/**
 * @param {Uint8Array} key
 * @param {Uint8Array} message
 * @param {Uint8Array} signature
 * @returns {boolean}
 */
function holds(key, message, signature) {
  if (!(signature instanceof Uint8Array) || signature.length !== 64) return false;
  const A = decodeKey(key);
  const R = signature.subarray(0, 32);
  const s = littleEndian(signature.subarray(32));
  if (s >= L) return false;
  const k = littleEndian(sha512(concat(R, key, message))) % L;
  // Encoding is canonical, so equality of octets also refuses a non-canonical R.
  const expected = Point.BASE.multiplyUnsafe(s).subtract(A.multiplyUnsafe(k));
  return equal(new Uint8Array(expected.toBytes()), R) && nobleAgrees(key, message, signature);
}

/**
 * @param {Uint8Array} key
 * @param {Uint8Array} message
 * @param {Uint8Array} signature
 * @returns {boolean} the library's verdict, a second opinion
 */
function nobleAgrees(key, message, signature) {
  return ed25519.verify(signature, message, key, { zip215: false });
}
