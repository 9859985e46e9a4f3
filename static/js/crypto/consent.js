/**
 * Consent codes: RFC 6238 over an owner's secret, and what secret and codes are sealed under.
 *
 * SHA-1, six digits, 30 seconds: what every authenticator app makes. A code goes to each node
 * sealed, bound to its owner, its asker and the one request that carries it.
 * @module
 */
import { hmac } from "@noble/hashes/hmac.js";
import { sha1 } from "@noble/hashes/legacy.js";

import { fixed, utf8 } from "./bytes.js";
import { SUITE, checkDeployment, checkInt, checkUuid, dec, lp } from "./encoding.js";
import { DecodingError } from "./errors.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */

/** Octets of a secret. */
export const SECRET = 20;
const STEP = 30;
const DIGITS = 6;
/** How many steps a code may be early or late. */
const SKEW = 1;

/** @param {number} now Unix seconds @returns {number} the number of its time step */
export function stepOf(now) {
  return Math.floor(checkInt(now, 0, "time") / STEP);
}

/** @param {Uint8Array} secret 20 octets @param {number} step @returns {string} the six digits of a step */
export function code(secret, step) {
  const counter = new Uint8Array(8);
  new DataView(counter.buffer).setBigUint64(0, BigInt(checkInt(step, 0, "step")));
  const mac = hmac(sha1, fixed(secret, SECRET, "consent secret"), counter);
  const number = new DataView(mac.buffer, mac.byteOffset).getUint32(mac[19] & 15) & 0x7fffffff;
  return String(number % 10 ** DIGITS).padStart(DIGITS, "0");
}

/**
 * @param {string} text
 * @returns {Bytes} a code's octets as they are sealed
 * @throws {DecodingError} anything but six digits
 */
export function checkCode(text) {
  if (typeof text !== "string" || text.length !== DIGITS || !/^[0-9]+$/.test(text)) throw new DecodingError("a code has six digits");
  return utf8(text);
}

/** Whether this is a code of the steps around now. @param {Uint8Array} secret @param {string} given @param {number} now Unix seconds */
export function isCode(secret, given, now) {
  const step = stepOf(now);
  return [step - SKEW, step, step + SKEW].some((one) => one >= 0 && code(secret, one) === given);
}

/**
 * The `info` under which an owner seals the secret to a node.
 * @param {{deployment: string, owner: string, index: number}} scope
 * @returns {Bytes}
 */
export function secretInfo({ deployment, owner, index }) {
  return lp(SUITE, "consent", checkDeployment(deployment), checkUuid(owner), dec(checkInt(index, 1, "index")));
}

/**
 * The `info` under which an asker seals an owner's code to a node.
 * @param {{deployment: string, owner: string, asker: string, nonce: Uint8Array, index: number}} scope nonce: the request's
 * @returns {Bytes}
 */
export function codeInfo({ deployment, owner, asker, nonce, index }) {
  return lp(
    SUITE, "code", checkDeployment(deployment), checkUuid(owner), checkUuid(asker), fixed(nonce, 16, "nonce"),
    dec(checkInt(index, 1, "index")),
  );
}
