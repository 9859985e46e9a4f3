/**
 * AES-256-GCM and AES-256-KW (RFC 3394) by WebCrypto.
 *
 * Every failure is the same OpenError; nothing of a plaintext comes out before its tag is checked.
 * @module
 */
import { concat, fixed } from "./bytes.js";
import { OpenError } from "./errors.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */

export const IV_LENGTH = 12;
export const TAG_LENGTH = 16;

/** @param {Uint8Array} octets any view @returns {Uint8Array<ArrayBuffer>} as WebCrypto's types want it */
const own = (octets) => /** @type {Uint8Array<ArrayBuffer>} */ (octets);

/**
 * An AES-256-GCM key for many operations.
 * @param {Uint8Array} key 32 octets
 * @returns {Promise<CryptoKey>} not extractable
 */
export function gcmKey(key) {
  return crypto.subtle.importKey("raw", fixed(key, 32, "AES key"), "AES-GCM", false, ["encrypt", "decrypt"]);
}

/**
 * @param {CryptoKey} key from gcmKey
 * @param {Uint8Array} iv 12 octets
 * @param {Uint8Array} plaintext
 * @param {Uint8Array} [aad]
 * @returns {Promise<Bytes>} ciphertext || tag
 */
export async function gcmEncrypt(key, iv, plaintext, aad = new Uint8Array(0)) {
  const parameters = { name: "AES-GCM", iv: fixed(iv, IV_LENGTH, "IV"), additionalData: own(aad), tagLength: 128 };
  return new Uint8Array(await crypto.subtle.encrypt(parameters, key, own(plaintext)));
}

/**
 * @param {CryptoKey} key from gcmKey
 * @param {Uint8Array} iv 12 octets
 * @param {Uint8Array} octets ciphertext || tag
 * @param {Uint8Array} [aad]
 * @returns {Promise<Bytes>} plaintext
 * @throws {OpenError}
 */
export async function gcmDecrypt(key, iv, octets, aad = new Uint8Array(0)) {
  if (octets.length < TAG_LENGTH || iv.length !== IV_LENGTH) throw new OpenError();
  const parameters = { name: "AES-GCM", iv: own(iv), additionalData: own(aad), tagLength: 128 };
  try {
    return new Uint8Array(await crypto.subtle.decrypt(parameters, key, own(octets)));
  } catch {
    throw new OpenError();
  }
}

/**
 * @param {Uint8Array} key 32 octets
 * @param {Uint8Array} iv 12 octets
 * @param {Uint8Array} plaintext
 * @param {Uint8Array} [aad]
 * @returns {Promise<Bytes>} iv || ciphertext || tag
 */
export async function seal(key, iv, plaintext, aad) {
  return concat(iv, await gcmEncrypt(await gcmKey(key), iv, plaintext, aad));
}

/**
 * @param {Uint8Array} key 32 octets
 * @param {Uint8Array} octets iv || ciphertext || tag
 * @param {Uint8Array} [aad]
 * @returns {Promise<Bytes>} plaintext
 * @throws {OpenError}
 */
export async function unseal(key, octets, aad) {
  if (octets.length < IV_LENGTH + TAG_LENGTH) throw new OpenError();
  return gcmDecrypt(await gcmKey(key), octets.subarray(0, IV_LENGTH), octets.subarray(IV_LENGTH), aad);
}

/** @param {Uint8Array} key @param {KeyUsage} usage @returns {Promise<CryptoKey>} */
function kwKey(key, usage) {
  return crypto.subtle.importKey("raw", fixed(key, 32, "wrapping key"), "AES-KW", false, [usage]);
}

/**
 * @param {Uint8Array} w wrapping key, 32 octets
 * @param {Uint8Array} k 32 octets
 * @returns {Promise<Bytes>} 40 octets
 */
export async function wrapKey(w, k) {
  const inner = await crypto.subtle.importKey("raw", fixed(k, 32, "key"), "AES-GCM", true, ["encrypt"]);
  return new Uint8Array(await crypto.subtle.wrapKey("raw", inner, await kwKey(w, "wrapKey"), "AES-KW"));
}

/**
 * @param {Uint8Array} w wrapping key, 32 octets
 * @param {Uint8Array} wrapped 40 octets
 * @returns {Promise<Bytes>} k, 32 octets
 * @throws {OpenError}
 */
export async function unwrapKey(w, wrapped) {
  const outer = await kwKey(w, "unwrapKey");
  if (wrapped.length !== 40) throw new OpenError();
  try {
    const inner = await crypto.subtle.unwrapKey("raw", own(wrapped), outer, "AES-KW", "AES-GCM", true, ["encrypt"]);
    return new Uint8Array(await crypto.subtle.exportKey("raw", inner));
  } catch {
    throw new OpenError();
  }
}
