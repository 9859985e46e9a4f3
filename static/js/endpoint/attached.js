/**
 * A sealed file that was opened: read in parts for looking at it, or whole to keep it.
 *
 * A part is what its author sealed at its place, or an error; the whole is besides what the manifest
 * and the partition say, to the last octet. Nothing is kept here but its key, until it is closed.
 * @module
 */
import { sha256 } from "@noble/hashes/sha2.js";

import { CHUNK, chunkRange, openRange, openStream, plainLayout } from "../crypto/attachments.js";
import { TAG_LENGTH } from "../crypto/aes.js";
import { concat, free, toHex } from "../crypto/bytes.js";
import { b64uDecode } from "../crypto/encoding.js";
import { Integrity } from "./errors.js";
import { turns } from "./turns.js";

/** @typedef {import("../crypto/bytes.js").Bytes} Bytes */
/** @typedef {import("./attachments.js").Entry} Entry */
/** @typedef {import("./downloading.js").Download} Download */
/** What a partition says of a file; sha256 in hex, `size` of the plaintext. @typedef {{name: string, type: string, size: number, sha256: string}} Told */
/** Reports a failure of integrity inside, and lets it go on. @typedef {<T>(check: () => Promise<T>) => Promise<T>} Reporting */
/** `onProgress`: octets of plaintext, of how many. @typedef {{onProgress?: (done: number, total: number) => void, signal?: AbortSignal}} Options */

const CIPHER_CHUNK = CHUNK + TAG_LENGTH;
/** How many octets are gathered before the browser takes them off this page. */
const GATHERED = 2 ** 22;

export class AttachedFile {
  #k;
  #entry;
  #download;
  #reporting;

  /**
   * @param {Bytes} k the partition's key
   * @param {Entry} entry of the manifest
   * @param {Told} told
   * @param {{download: Download, reporting: Reporting}} by
   * @throws {Integrity} `attachment`: manifest and partition do not speak of the same size
   */
  constructor(k, entry, told, { download, reporting }) {
    if (plainLayout(entry.size).length !== told.size) throw new Integrity("attachment");
    this.#k = k.slice();
    this.#entry = entry;
    this.#download = download;
    this.#reporting = reporting;
    this.told = told;
  }

  /**
   * @param {number} offset @param {number} length from 1, within the file
   * @returns {Promise<Bytes>}
   * @throws {Integrity} it is not what was sealed; it was reported @throws {Offline | ApiError}
   */
  part(offset, length) {
    return this.#reporting(async () => {
      const { id, size } = this.#entry;
      const [first, last] = chunkRange(offset, length, size);
      const start = first * CIPHER_CHUNK;
      const octets = await this.#download.range(start, Math.min((last + 1) * CIPHER_CHUNK, size));
      const found = [];
      const fetch = (/** @type {number} */ from, /** @type {number} */ to) => octets.subarray(from - start, to - start);
      for await (const piece of openRange(this.#k, id, fetch, { offset, length, size })) found.push(piece);
      free(octets);
      const whole = concat(...found);
      free(...found);
      return whole;
    });
  }

  /**
   * @param {Options} [options]
   * @returns {Promise<Blob>} of the type that the partition says
   * @throws {Integrity} anything differs; it was reported @throws {Offline | ApiError} @throws {Paused}
   */
  whole(options = {}) {
    return this.#reporting(() => this.#whole(options));
  }

  /** @param {Options} options */
  async #whole({ onProgress = () => {}, signal }) {
    const { id, size, root } = this.#entry;
    const [hash, pause, gathered] = [sha256.create(), turns(), new Gathered()];
    const source = this.#download.all({ signal });
    for await (const piece of openStream(this.#k, id, source, { size, root: b64uDecode(root, 32) })) {
      await pause();
      hash.update(piece);
      gathered.add(piece);
      onProgress(gathered.size, this.told.size);
    }
    if (toHex(hash.digest()) !== this.told.sha256) throw new Integrity("attachment");
    return gathered.blob(this.told.type);
  }

  /** Forget the key. */
  close() {
    this.#k.fill(0);
    this.#download.close();
  }
}

/** A file that grows outside of this page's own memory. */
class Gathered {
  /** @type {Blob[]} */
  #blobs = [];
  /** @type {Bytes[]} */
  #held = [];
  #room = 0;
  size = 0;

  /** @param {Bytes} piece */
  add(piece) {
    this.#held.push(piece);
    this.#room += piece.length;
    this.size += piece.length;
    if (this.#room >= GATHERED) this.#hand();
  }

  #hand() {
    this.#blobs.push(new Blob(this.#held));
    free(...this.#held);
    [this.#held, this.#room] = [[], 0];
  }

  /** @param {string} type @returns {Blob} */
  blob(type) {
    this.#hand();
    return new Blob(this.#blobs, { type });
  }
}
