/**
 * Encodings of the protocol: length prefixes, decimal numbers, base64url and identifiers.
 *
 * Every reader is strict: it accepts one spelling of a value and must never normalise.
 * @module
 */
import { concat, utf8 } from "./bytes.js";
import { DecodingError } from "./errors.js";

export { canonicalJson, parseIjson } from "./ijson.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */

/** The only suite of version 1; a reader refuses every other. */
export const SUITE = "SeSPHR-BLS12381-SHA256-AES256GCM-v1";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const PARTITION = /^[a-z0-9-]{1,32}$/;
const DEPLOYMENT = /^[a-z0-9.-]{1,64}$/;
const LOGIN = /^[a-z0-9._@+-]{1,254}$/;

/**
 * lp(part 1) lp(part 2) ...: a 4-octet big-endian length before each part. Text goes in as UTF-8.
 * @param {...(Uint8Array | string)} parts
 * @returns {Bytes}
 */
export function lp(...parts) {
  return concat(...parts.flatMap((part) => {
    const octets = typeof part === "string" ? utf8(part) : part;
    const prefix = new Uint8Array(4);
    new DataView(prefix.buffer).setUint32(0, octets.length);
    return [prefix, octets];
  }));
}

/**
 * @param {number} n an integer, 0 <= n < 2^53
 * @returns {Bytes} decimal ASCII
 * @throws {DecodingError}
 */
export function dec(n) {
  return utf8(String(checkInt(n, 0, "number")));
}

/**
 * @param {unknown} value
 * @param {number} least
 * @param {string} what named in the error
 * @returns {number} an integer, least <= n < 2^53
 * @throws {DecodingError}
 */
export function checkInt(value, least, what) {
  if (!isInt(value) || value < least) throw new DecodingError(`${what}: integer from ${least} expected`);
  return value;
}

/**
 * @param {unknown} value
 * @returns {value is number} true for an I-JSON integer; -0 is none
 */
export function isInt(value) {
  return Number.isSafeInteger(value) && !Object.is(value, -0);
}

/**
 * @param {Iterable<string>} found
 * @param {Iterable<string>} wanted without repetitions
 * @returns {boolean} whether both hold the same names, in any order
 */
export function sameNames(found, wanted) {
  const [own, other] = [[...found], new Set(wanted)];
  return own.length === other.size && new Set(own).size === own.length && own.every((name) => other.has(name));
}

/**
 * base64url without padding (RFC 4648 section 5).
 * @param {Uint8Array} octets
 * @returns {string}
 */
export function b64uEncode(octets) {
  return b64Encode(octets).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * Strict base64url: no padding, no white space, unused bits zero.
 * @param {unknown} text
 * @param {number} [length] octets demanded
 * @returns {Bytes}
 * @throws {DecodingError}
 */
export function b64uDecode(text, length) {
  if (typeof text !== "string" || /[^A-Za-z0-9_-]/.test(text) || text.length % 4 === 1) {
    throw new DecodingError("not base64url");
  }
  const plain = text.replaceAll("-", "+").replaceAll("_", "/");
  const octets = b64Decode(plain + "=".repeat((4 - (plain.length % 4)) % 4));
  if (length !== undefined && octets.length !== length) {
    throw new DecodingError(`base64url of ${length} octets expected`);
  }
  return octets;
}

/**
 * base64 with padding (RFC 4648 section 4).
 * @param {Uint8Array} octets
 * @returns {string}
 */
export function b64Encode(octets) {
  let text = "";
  // Whole triples of octets, so that the pieces join; one piece at a time keeps btoa fast.
  for (let i = 0; i < octets.length; i += 0x6000) {
    text += btoa(String.fromCharCode(...octets.subarray(i, i + 0x6000)));
  }
  return text;
}

/**
 * Strict base64: padding demanded, no white space, unused bits zero.
 * @param {string} text
 * @returns {Bytes}
 * @throws {DecodingError}
 */
export function b64Decode(text) {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.endsWith("\n")) {
    throw new DecodingError("not base64");
  }
  let binary;
  try {
    binary = atob(text);
  } catch {
    throw new DecodingError("not base64");
  }
  // atob drops unused bits; encoding the last group again shows whether they were zero.
  if (btoa(binary.slice(binary.length - (binary.length % 3 || 3))) !== text.slice(-4)) {
    throw new DecodingError("base64 with unused bits set");
  }
  const octets = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) octets[i] = binary.charCodeAt(i);
  return octets;
}

/**
 * @param {unknown} text
 * @param {RegExp} pattern
 * @param {string} what
 * @returns {string}
 */
function match(text, pattern, what) {
  if (typeof text !== "string" || !pattern.test(text) || text.endsWith("\n")) {
    throw new DecodingError(`not a ${what}`);
  }
  return text;
}

/** @param {unknown} text @returns {string} the text, if it is a lower-case UUID */
export const checkUuid = (text) => match(text, UUID, "lower-case UUID");

/** @param {unknown} text @returns {string} the text, if it is a partition id */
export const checkPartition = (text) => match(text, PARTITION, "partition id");

/** @param {unknown} text @returns {string} the text, if it is a deployment id */
export const checkDeployment = (text) => match(text, DEPLOYMENT, "deployment id");

/** @param {unknown} text @returns {string} the text, if it is a login name */
export const checkLogin = (text) => match(text, LOGIN, "login name");
