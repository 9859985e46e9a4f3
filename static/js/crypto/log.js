/**
 * Log entries and checkpoints (protocol section 10; C2SP tlog-checkpoint and signed-note).
 *
 * An entry commits to an event without telling it: event and salt stay outside the tree.
 * @module
 */
import { concat, equal, fixed, utf8 } from "./bytes.js";
import { b64Decode, b64Encode, canonicalJson, checkInt, lp } from "./encoding.js";
import { sign, verify } from "./ed25519.js";
import { MerkleError, SignatureError } from "./errors.js";
import { sha256 } from "./kdf.js";
import { leafHash } from "./merkle.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */

const SIGNATURE_LINE = /^\u2014 ([^ ]*) ([A-Za-z0-9+/]+={0,2})$/u;
const MAX_NOTE = 1_000_000;
const MAX_SIGNATURES = 100;
const ED25519 = 1;

/**
 * SHA-256(lp(salt) lp(RFC 8785 JSON of the event)).
 * @param {Uint8Array} salt
 * @param {unknown} event JSON of texts, integers, booleans, null, lists and objects
 * @returns {Bytes} 32 octets
 */
export function entry(salt, event) {
  return sha256(lp(salt, canonicalJson(event)));
}

/** @param {Uint8Array} salt @param {unknown} event @returns {Bytes} SHA-256(0x00 || entry) */
export function leaf(salt, event) {
  return leafHash(entry(salt, event));
}

/** @param {string} name @returns {string} */
function checkName(name) {
  if (typeof name !== "string" || !/^[^\s+]+$/u.test(name)) throw new MerkleError("not a key name");
  utf8(name);
  return name;
}

/**
 * @param {string} origin the log's name
 * @param {number} size of the tree
 * @param {Uint8Array} root 32 octets
 * @returns {string} the text of a checkpoint, with its final newline
 */
export function formatCheckpoint(origin, size, root) {
  const line = `${checkName(origin)}\n${checkInt(size, 0, "tree size")}\n`;
  return `${line}${b64Encode(fixed(root, 32, "root"))}\n`;
}

/** @param {string} name @param {Uint8Array} key @returns {Bytes} the four octets before a signature */
function keyId(name, key) {
  return sha256(utf8(name), Uint8Array.of(10, ED25519), key).slice(0, 4);
}

/**
 * @param {string} name of the key
 * @param {Uint8Array} seed Ed25519 seed, 32 octets
 * @param {Uint8Array} publicKey 32 octets
 * @param {string} text ends in a newline
 * @returns {string} the signed note
 */
export function signNote(name, seed, publicKey, text) {
  if (!text.endsWith("\n") || text.startsWith("\n") || text.includes("\n\n")) {
    throw new MerkleError("a note's text is lines, none empty");
  }
  const signature = sign(seed, utf8(text));
  return `${text}\n\u2014 ${checkName(name)} ${b64Encode(concat(keyId(name, publicKey), signature))}\n`;
}

/**
 * @param {string} name of the log, also its checkpoint's origin
 * @param {Uint8Array} publicKey 32 octets
 * @param {string} note
 * @returns {{size: number, root: Bytes, text: string}}
 * @throws {MerkleError | SignatureError | DecodingError}
 */
export function verifyNote(name, publicKey, note) {
  const { text, lines } = splitNote(note);
  const wanted = keyId(checkName(name), fixed(publicKey, 32, "log key"));
  const found = lines.filter((line) => line.name === name && equal(line.octets.subarray(0, 4), wanted));
  if (found.length === 0) throw new SignatureError("no signature of this key");
  for (const { octets } of found) verify(publicKey, utf8(text), octets.subarray(4));
  return { ...parseCheckpoint(name, text), text };
}

/**
 * @param {string} note
 * @returns {{text: string, lines: {name: string, octets: Bytes}[]}}
 */
function splitNote(note) {
  const size = utf8(note).length;
  const gap = note.lastIndexOf("\n\n");
  if (gap < 0 || !note.endsWith("\n") || size > MAX_NOTE) throw new MerkleError("not a signed note");
  const signatures = note.slice(gap + 2, -1).split("\n");
  if (signatures.length > MAX_SIGNATURES) throw new MerkleError("not a signed note");
  const lines = signatures.map((line) => {
    const parts = SIGNATURE_LINE.exec(line);
    if (!parts) throw new MerkleError("not a signature line");
    return { name: parts[1], octets: b64Decode(parts[2]) };
  });
  return { text: note.slice(0, gap + 1), lines };
}

/**
 * @param {string} origin expected
 * @param {string} text
 * @returns {{size: number, root: Bytes}}
 */
function parseCheckpoint(origin, text) {
  const lines = text.split("\n");
  const [first, size, hash] = lines;
  if (lines.length !== 4 || first !== origin || !/^(?:0|[1-9][0-9]{0,15})$/.test(size)) {
    throw new MerkleError("not a checkpoint of this log");
  }
  return { size: checkInt(Number(size), 0, "tree size"), root: fixed(b64Decode(hash), 32, "root") };
}
