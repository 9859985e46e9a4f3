/**
 * Making and checking signed objects with the endpoint's errors: what a server forged is Integrity.
 * @module
 */
import { SUITE, canonicalJson } from "../crypto/encoding.js";
import { CryptoError } from "../crypto/errors.js";
import * as statements from "../crypto/statements.js";
import { Integrity } from "./errors.js";

/** @typedef {import("../crypto/statements.js").Verified} Verified */
/** @typedef {import("../crypto/statements.js").Directory} Directory */

/** @returns {number} Unix seconds by this device's clock */
export function now() {
  return Math.floor(Date.now() / 1000);
}

/**
 * The octets of a payload that is dated now.
 * @param {string} deployment
 * @param {string} issuer member id
 * @param {object} members all but suite, deployment, iss and iat
 * @returns {import("../crypto/bytes.js").Bytes}
 * @throws {DecodingError} when it is not I-JSON
 */
export function payload(deployment, issuer, members) {
  return canonicalJson({ suite: SUITE, deployment, iss: issuer, iat: now(), ...members });
}

/**
 * @param {import("../crypto/keys.js").MemberKeys} keys
 * @param {string} typ such as `sesphr-acl`
 * @param {Uint8Array} octets from payload
 * @returns {string} compact JWS
 */
export function sign(keys, typ, octets) {
  return statements.sign(keys, typ, octets);
}

/**
 * Check a signed object.
 * @param {string} jws
 * @param {{typ: string, deployment: string, directory: Directory, what: string}} expected what names
 *   it in the failure
 * @returns {Verified}
 * @throws {Integrity} unless somebody of the directory signed exactly this
 */
export function verify(jws, { what, ...expected }) {
  return asIntegrity(what, () => statements.verify(jws, expected));
}

/**
 * Run a check of the kernel on what a server gave.
 * @template T
 * @param {string} what names it in the failure
 * @param {() => T} check
 * @returns {T}
 * @throws {Integrity} when the kernel refuses
 */
export function asIntegrity(what, check) {
  try {
    return check();
  } catch (error) {
    if (error instanceof CryptoError) throw new Integrity(what, error);
    throw error;
  }
}
