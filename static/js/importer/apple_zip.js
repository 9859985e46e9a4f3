/**
 * Reads what matters out of an Apple Health archive, piece by piece.
 *
 * An archive is untrusted twice: in what its entries are called and in how far
 * they swell. Nothing is ever written under a name, everything is counted, and
 * what is not read is not unpacked.
 */

import { Unzip, UnzipInflate } from 'fflate';

import { piece } from './attachments.js';
import { MAX_EXPORT_OCTETS, MAX_UNPACK_RATIO, MAX_ZIP_ENTRIES } from './limits.js';
import { ImportRefused, refuse } from './refused.js';

/** @typedef {(octets: Uint8Array, final: boolean) => void} Sink */
/**
 * Chooses what is unpacked, by its name: undefined leaves an entry packed.
 *
 * @typedef {(name: string) => {take: Sink, most: number} | undefined} Choose
 */

const READ = 1024 * 1024;
/** Small, because deflate swells a thousandfold at most, and all of that is given at once. */
const PUSH = 16 * 1024;
/** What is unpacked before the ratio counts: small files of zeros are no attack. */
const FREE = 4 * 1024 * 1024;

/** @param {string} name @returns {boolean} whether a name leads out of its folder, or is none */
function wanders(name) {
  return name === '' || /[\0\\]/.test(name) || /^(?:\/|[A-Za-z]:)/.test(name) || name.split('/').includes('..');
}

class Reading {
  /** @param {Choose} choose */
  constructor(choose) {
    this.choose = choose;
    this.entries = 0;
    this.read = 0;
    this.unpacked = 0;
    /** Entries that were begun and have not ended. */
    this.open = 0;
    this.unzip = new Unzip((file) => this.entry(file));
    this.unzip.register(UnzipInflate);
  }

  /** @param {import('fflate').UnzipFile} file */
  entry(file) {
    this.entries += 1;
    if (this.entries > MAX_ZIP_ENTRIES) throw refuse('zip', 'zip-bomb');
    if (wanders(file.name)) throw refuse('zip', 'zip-path');
    const chosen = file.name.endsWith('/') ? undefined : this.choose(file.name);
    if (!chosen) return;
    let size = 0;
    this.open += 1;
    file.ondata = (error, octets, final) => {
      if (error) throw error;
      size += octets.length;
      this.count(octets.length, size, chosen.most);
      chosen.take(octets, final);
      if (final) this.open -= 1;
    };
    file.start();
  }

  /** @param {number} octets @param {number} size of the entry so far @param {number} most */
  count(octets, size, most) {
    this.unpacked += octets;
    const swollen = this.unpacked > FREE && this.unpacked > this.read * MAX_UNPACK_RATIO;
    if (swollen || size > most || this.unpacked > MAX_EXPORT_OCTETS) throw refuse('zip', 'zip-bomb');
  }

  /** @param {Uint8Array} octets @param {boolean} final */
  push(octets, final) {
    this.read += octets.length;
    this.unzip.push(octets, final);
  }
}

/**
 * @param {Uint8Array | Blob} content @param {Choose} choose
 * @param {(done: number) => Promise<void>} pause is given the share done, 0 to 1
 * @throws {import('./refused.js').ImportRefused} broken, or not what an archive of a person would be
 */
export async function readZip(content, choose, pause) {
  const size = content instanceof Uint8Array ? content.length : content.size;
  const reading = new Reading(choose);
  try {
    for (let at = 0; at < size; at += READ) {
      const octets = await piece(content, at, Math.min(at + READ, size));
      for (let from = 0; from < octets.length; from += PUSH) {
        reading.push(octets.subarray(from, from + PUSH), at + from + PUSH >= size);
      }
      await pause(Math.min(1, (at + READ) / size));
    }
  } catch (error) {
    if (isOwn(error)) throw error;
    throw refuse('zip', 'zip-broken');
  }
  if (reading.open) throw refuse('zip', 'zip-broken');
}

/** What an archive can be blamed for comes from fflate, with a number as its code. @param {unknown} error */
function isOwn(error) {
  return error instanceof ImportRefused || typeof /** @type {any} */ (error)?.code !== 'number' || error instanceof DOMException;
}

