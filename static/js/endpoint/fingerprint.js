/**
 * Key fingerprints: what two people compare to be sure that the keys are theirs.
 *
 * Digits, words and QR code say the same digest; comparing one of them is enough.
 * @module
 */
import { wordlist } from "@scure/bip39/wordlists/english.js";

import { fixed } from "../crypto/bytes.js";
import { lp } from "../crypto/encoding.js";
import { sha256 } from "../crypto/kdf.js";

/** @typedef {import("../crypto/bytes.js").Bytes} Bytes */
/** digits: eight groups of five; words: twelve; octets: 32, for the QR code. @typedef {{digits: string, words: string[], octets: Bytes}} Fingerprint */

const WORDS = 12;
const BITS = 11;

/**
 * SHA-256(lp(verification) lp(B_U)): eight groups of five digits (each 32 bits mod 100,000), or the
 * first 132 bits as twelve words of BIP-39's English list, without its checksum.
 * @param {Uint8Array} verification 32 octets
 * @param {import("../crypto/groups.js").G2} receive B_U
 * @returns {Fingerprint}
 * @throws {DecodingError}
 */
export function fingerprint(verification, receive) {
  const octets = sha256(lp(fixed(verification, 32, "verification key"), receive.encode()));
  return { digits: digitsOf(octets), words: wordsOf(octets), octets };
}

/** @param {Bytes} digest 32 octets @returns {string} */
export function digitsOf(digest) {
  const view = new DataView(fixed(digest, 32, "digest").buffer);
  const groups = Array.from({ length: 8 }, (_, i) => view.getUint32(4 * i) % 100_000);
  return groups.map((group) => String(group).padStart(5, "0")).join(" ");
}

/** @param {Bytes} digest 32 octets @returns {string[]} */
export function wordsOf(digest) {
  const bits = Array.from(fixed(digest, 32, "digest"), (octet) => octet.toString(2).padStart(8, "0")).join("");
  return Array.from({ length: WORDS }, (_, i) => wordlist[Number.parseInt(bits.slice(BITS * i, BITS * (i + 1)), 2)]);
}

/** What a picture of a fingerprint says. @param {string} digits @returns {string} */
export const codeText = (digits) => `SESPHR ${digits}`;

/**
 * @param {string} text what a camera read
 * @returns {string | null} the digits of a fingerprint, as they are shown; null for any other code
 */
export function readCode(text) {
  const found = /^SESPHR ((?:\d{5} ){7}\d{5})$/.exec(String(text));
  return found ? found[1] : null;
}
