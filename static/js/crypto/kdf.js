/**
 * HKDF-SHA256 (RFC 5869) and SHA-256, the only hashes of the protocol besides Ed25519's own.
 * @module
 */
import { hkdf as nobleHkdf } from "@noble/hashes/hkdf.js";
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";

import { concat, utf8 } from "./bytes.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */

/**
 * @param {Uint8Array} ikm input key material
 * @param {Uint8Array | string} info
 * @param {number} [length] in octets
 * @param {Uint8Array} [salt]
 * @returns {Bytes}
 */
export function hkdf(ikm, info, length = 32, salt = new Uint8Array(0)) {
  const octets = typeof info === "string" ? utf8(info) : info;
  return new Uint8Array(nobleHkdf(nobleSha256, ikm, salt, octets, length));
}

/**
 * @param {...Uint8Array} parts hashed one after the other
 * @returns {Bytes} 32 octets
 */
export function sha256(...parts) {
  return new Uint8Array(nobleSha256(parts.length === 1 ? parts[0] : concat(...parts)));
}
