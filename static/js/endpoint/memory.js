/**
 * What this device remembers of a member: pins, heads, and what is on its way.
 *
 * Each entry is sealed under a key of the seed and lies under an opaque name, so that after sign-out
 * it opens nothing and does not tell whose it is. It must never hold what the server has to know.
 * @module
 */
import { gcmDecrypt, gcmEncrypt, gcmKey, IV_LENGTH } from "../crypto/aes.js";
import { concat, free, randomBytes, utf8, utf8Text } from "../crypto/bytes.js";
import { b64uEncode, lp } from "../crypto/encoding.js";
import { hkdf } from "../crypto/kdf.js";
import { CryptoError } from "../crypto/errors.js";
import { Integrity, Locked } from "./errors.js";
import * as storage from "./storage.js";

/** @typedef {import("../crypto/bytes.js").Bytes} Bytes */

const OCTETS = "$octets";

/**
 * JSON values and Uint8Arrays at any depth as octets: a length, JSON, then the arrays.
 * @param {unknown} value
 * @returns {Bytes}
 * @throws {TypeError} what JSON cannot hold, or a list that begins with `$octets`
 */
export function pack(value) {
  /** @type {Uint8Array[]} */
  const arrays = [];
  const text = JSON.stringify(value, (_, item) => {
    if (Array.isArray(item) && item[0] === OCTETS) throw new TypeError(`no list may begin with ${OCTETS}`);
    return item instanceof Uint8Array ? [OCTETS, arrays.push(item) - 1] : item;
  });
  if (text === undefined) throw new TypeError("nothing to remember");
  const sizes = arrays.map((one) => one.length);
  return concat(lp(utf8(JSON.stringify(sizes)), utf8(text)), ...arrays);
}

/** @param {Uint8Array} octets from pack @returns {any} */
export function unpack(octets) {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  let at = 0;
  const take = (/** @type {number} */ length) => octets.slice(at, (at += length));
  const text = () => {
    const length = view.getUint32(at);
    at += 4;
    return utf8Text(take(length));
  };
  /** @type {number[]} */
  const sizes = JSON.parse(text());
  const body = text();
  const arrays = sizes.map(take);
  return JSON.parse(body, (_, item) => (isReference(item) ? arrays[item[1]] : item));
}

/** @param {unknown} item @returns {item is [string, number]} */
function isReference(item) {
  return Array.isArray(item) && item.length === 2 && item[0] === OCTETS && Number.isInteger(item[1]);
}

/** One member's memory on this device. */
export class Memory {
  /** @type {Bytes | null} */
  #key;

  /** @param {Uint8Array} seed 32 octets */
  constructor(seed) {
    this.#key = hkdf(seed, lp("SeSPHR-v1 device"));
  }

  /** Forget the key: from now on every call is Locked. */
  close() {
    this.#key?.fill(0);
    this.#key = null;
  }

  /** @returns {Bytes} */
  #open() {
    if (this.#key === null) throw new Locked();
    return this.#key;
  }

  /** @param {string} name @returns {string} tells nothing without the key */
  #opaque(name) {
    return b64uEncode(hkdf(this.#open(), lp("name", name)));
  }

  /** @returns {Promise<CryptoKey>} */
  #cipher() {
    return gcmKey(hkdf(this.#open(), lp("seal")));
  }

  /**
   * @param {string} name
   * @returns {Promise<any>} undefined when there is none
   * @throws {Integrity} `memory`: what is kept is not what was written @throws {Locked | Unsupported}
   */
  async get(name) {
    const [key, found] = await Promise.all([this.#cipher(), storage.read("memory", this.#opaque(name))]);
    if (found === undefined) return undefined;
    try {
      const octets = await gcmDecrypt(key, found.subarray(0, IV_LENGTH), found.subarray(IV_LENGTH), lp(name));
      free(found);
      const value = unpack(octets);
      free(octets);
      return value;
    } catch (error) {
      if (error instanceof CryptoError) throw new Integrity("memory", error);
      throw error;
    }
  }

  /** @param {string} name @returns {Promise<boolean>} whether there is one, whatever it is */
  async has(name) {
    return storage.has("memory", this.#opaque(name));
  }

  /**
   * @param {string} name
   * @param {unknown} value JSON, with Uint8Array members where wanted
   * @returns {Promise<void>} once it is on disk
   */
  async set(name, value) {
    const [iv, octets, opaque] = [randomBytes(IV_LENGTH), pack(value), this.#opaque(name)];
    const sealed = await gcmEncrypt(await this.#cipher(), iv, octets, lp(name));
    free(octets);
    const written = concat(iv, sealed);
    free(sealed);
    await storage.write("memory", opaque, written);
    free(written);
  }

  /**
   * Replace an entry by what a function makes of it, safe against other tabs.
   * Not inside `locked` of the same name: that would wait for itself; use get and set there.
   * @template T
   * @param {string} name
   * @param {(value: any) => T | Promise<T>} change gets undefined when there is none
   * @returns {Promise<T>}
   */
  update(name, change) {
    return this.locked(name, async () => {
      const value = await change(await this.get(name));
      await this.set(name, value);
      return value;
    });
  }

  /** @param {string} name @returns {Promise<void>} */
  async remove(name) {
    await storage.remove("memory", this.#opaque(name));
  }

  /**
   * Hold a lock of this name; other tabs of this member wait. Not reentrant.
   * @template T
   * @param {string} name
   * @param {() => Promise<T>} run
   * @returns {Promise<T>}
   */
  async locked(name, run) {
    return storage.locked(this.#opaque(name), run);
  }
}
