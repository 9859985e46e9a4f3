/**
 * Octet helpers: strict UTF-8, hex, concatenation and comparison.
 *
 * They know nothing of the protocol and must never guess or repair an input.
 * @module
 */
import { DecodingError } from "./errors.js";

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

const encoder = new TextEncoder();

/**
 * UTF-8 octets of a text; a lone surrogate is an error, where TextEncoder would replace it.
 * @param {string} text
 * @returns {Bytes}
 * @throws {DecodingError}
 */
export function utf8(text) {
  if (typeof text !== "string") throw new DecodingError("text expected");
  if (!text.isWellFormed()) throw new DecodingError("text holds a lone surrogate");
  return encoder.encode(text);
}

/**
 * Text of UTF-8 octets; a byte order mark is kept as a character, so that callers see it.
 * @param {Uint8Array} octets
 * @returns {string}
 * @throws {DecodingError}
 */
export function utf8Text(octets) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    throw new DecodingError("octets are not UTF-8");
  }
}

/**
 * @param {...Uint8Array} parts
 * @returns {Bytes}
 */
export function concat(...parts) {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

/**
 * Give back the memory of octets that nobody will read again. A collector comes late for large buffers: in a
 * stream of a gigabyte those that wait for it would take hundreds of megabytes.
 * @param {...Uint8Array} parts each alone in its buffer; all views of it are empty afterwards
 */
export function free(...parts) {
  for (const { buffer } of parts) {
    // Browsers of before 2024 know no transfer; they collect them as ever.
    if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer?.(0);
  }
}

/**
 * Compare octets in a time that depends on the lengths alone.
 * @param {Uint8Array} a
 * @param {Uint8Array} b
 * @returns {boolean}
 */
export function equal(a, b) {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i] ^ b[i];
  return difference === 0;
}

/**
 * @param {Uint8Array} octets
 * @returns {string} lower-case hex
 */
export function toHex(octets) {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("");
}

/**
 * @param {string} text lower-case hex
 * @returns {Bytes}
 * @throws {DecodingError}
 */
export function fromHex(text) {
  if (typeof text !== "string" || !/^(?:[0-9a-f]{2})*$/.test(text) || text.endsWith("\n")) {
    throw new DecodingError("lower-case hex expected");
  }
  const out = new Uint8Array(text.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return out;
}

/**
 * Demand octets of a given length.
 * @param {unknown} value
 * @param {number} length in octets
 * @param {string} what named in the error
 * @returns {Bytes} an own copy that no other code can change
 * @throws {DecodingError}
 */
export function fixed(value, length, what) {
  if (!(value instanceof Uint8Array) || value.length !== length) {
    throw new DecodingError(`${what}: ${length} octets expected`);
  }
  return new Uint8Array(value);
}

/**
 * @param {Uint8Array} octets big-endian
 * @returns {bigint}
 */
export function toBigInt(octets) {
  return octets.length === 0 ? 0n : BigInt(`0x${toHex(octets)}`);
}

/**
 * @param {bigint} value
 * @param {number} length in octets
 * @returns {Bytes} big-endian
 */
export function fromBigInt(value, length) {
  return fromHex(value.toString(16).padStart(2 * length, "0"));
}

/**
 * Octets from the platform's generator. WebCrypto gives at most 65536 at a time.
 * @param {number} length
 * @returns {Bytes}
 */
export function randomBytes(length) {
  return crypto.getRandomValues(new Uint8Array(length));
}
