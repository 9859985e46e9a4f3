/**
 * Attachment streams (protocol section 4): 64 KiB chunks of AES-256-GCM, sealed and opened in
 * constant memory, with a Merkle tree over the cipher chunks.
 *
 * A chunk of plaintext comes out only after its tag is checked; a stream that ends early fails.
 * @module
 */
import { TAG_LENGTH, gcmDecrypt, gcmEncrypt, gcmKey } from "./aes.js";
import { concat, equal, fixed, free, utf8 } from "./bytes.js";
import { checkUuid, isInt, lp } from "./encoding.js";
import { DecodingError, OpenError } from "./errors.js";
import { hkdf } from "./kdf.js";
import { MerkleAccumulator, leafHash } from "./merkle.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/** @typedef {AsyncIterable<Uint8Array> | Iterable<Uint8Array>} Source */

/** Octets of plaintext in every chunk but the last. */
export const CHUNK = 65536;

const CIPHER_CHUNK = CHUNK + TAG_LENGTH;
/** Chunk numbers have 32 bits. */
const MAX_CHUNKS = 2 ** 32;

/**
 * @param {Uint8Array} k the partition's key, 32 octets
 * @param {string} id of the attachment
 * @returns {Bytes} 32 octets
 */
export function attachmentKey(k, id) {
  return hkdf(fixed(k, 32, "key"), lp("SeSPHR-v1 attachment", utf8(checkUuid(id))));
}

/** @param {number} number @param {boolean} last @returns {Bytes} 12 octets */
function nonce(number, last) {
  if (number >= MAX_CHUNKS) throw new OpenError();
  const octets = new Uint8Array(12);
  new DataView(octets.buffer).setUint32(7, number);
  octets[11] = last ? 1 : 0;
  return octets;
}

/**
 * Cut a source into pieces of `size` octets, each a copy; the last has 1 to `size`, 0 only when it is alone.
 * @param {Source} source
 * @param {number} size
 * @returns {AsyncGenerator<{piece: Bytes, last: boolean}>}
 */
async function* pieces(source, size) {
  let held = new Uint8Array(0);
  for await (const part of source) {
    let rest = part;
    // A full piece goes out only when more follows, since the last one is sealed otherwise.
    while (held.length + rest.length > size) {
      const taken = size - held.length;
      const piece = concat(held, rest.subarray(0, taken));
      free(held);
      held = new Uint8Array(0);
      yield { piece, last: false };
      rest = rest.subarray(taken);
    }
    const longer = concat(held, rest);
    free(held);
    held = longer;
  }
  yield { piece: held, last: true };
}

/** Seals one attachment; afterwards `size`, `root` and `leaves` are the manifest's. */
export class AttachmentSealer {
  #key;
  #tree = new MerkleAccumulator();
  /** Octets of the cipher stream so far. */
  size = 0;
  /** Leaf hashes of the cipher chunks so far. @type {Bytes[]} */
  leaves = [];

  /** @param {Uint8Array} k the partition's key @param {string} id fresh for every encryption */
  constructor(k, id) {
    this.#key = gcmKey(attachmentKey(k, id));
  }

  /** @returns {Bytes} the Merkle root so far */
  get root() {
    return this.#tree.root();
  }

  /**
   * @param {Source} source plaintext in parts of any size, each read before the next is asked for
   * @returns {AsyncGenerator<Bytes>} cipher chunks
   * @throws {DecodingError} the second time: two streams would share their nonces
   */
  async *seal(source) {
    if (this.#tree.size > 0) throw new DecodingError("an attachment's id seals one stream only");
    const key = await this.#key;
    let number = 0;
    for await (const { piece, last } of pieces(source, CHUNK)) {
      const chunk = await gcmEncrypt(key, nonce(number++, last), piece);
      free(piece);
      const leaf = leafHash(chunk);
      this.leaves.push(leaf);
      this.#tree.add(leaf);
      this.size += chunk.length;
      yield chunk;
    }
  }
}

/**
 * @param {Uint8Array} k the partition's key
 * @param {string} id
 * @param {Source} source plaintext
 * @returns {AsyncGenerator<Bytes>} cipher chunks
 */
export function sealStream(k, id, source) {
  return new AttachmentSealer(k, id).seal(source);
}

/**
 * Open a cipher stream from its start.
 * @param {Uint8Array} k the partition's key
 * @param {string} id
 * @param {Source} source cipher octets in parts of any size
 * @param {{size?: number, root?: Uint8Array}} [expected] from the manifest
 * @returns {AsyncGenerator<Bytes>} plaintext; complete only when the generator ends without error
 * @throws {OpenError}
 */
export async function* openStream(k, id, source, { size, root } = {}) {
  if (size !== undefined && !isInt(size)) throw new OpenError();
  if (root !== undefined && !(root instanceof Uint8Array)) throw new OpenError();
  const key = await gcmKey(attachmentKey(k, id));
  const tree = new MerkleAccumulator();
  let [number, seen] = [0, 0];
  for await (const { piece, last } of pieces(source, CIPHER_CHUNK)) {
    seen += piece.length;
    tree.add(leafHash(piece));
    if (last ? !fits(seen, tree.root(), size, root) : size !== undefined && seen >= size) throw new OpenError();
    if (piece.length === TAG_LENGTH && number > 0) throw new OpenError();
    const plain = await gcmDecrypt(key, nonce(number++, last), piece);
    free(piece);
    yield plain;
  }
}

/**
 * @param {number} seen
 * @param {Uint8Array} found
 * @param {number | undefined} size
 * @param {Uint8Array | undefined} root
 * @returns {boolean}
 */
function fits(seen, found, size, root) {
  return (size === undefined || size === seen) && (root === undefined || equal(root, found));
}

/**
 * @param {number} size of the cipher stream
 * @returns {{chunks: number, length: number}} number of chunks, and octets of plaintext
 * @throws {OpenError} when no stream has this size
 */
export function plainLayout(size) {
  if (!isInt(size) || size < TAG_LENGTH || size > MAX_CHUNKS * CIPHER_CHUNK) throw new OpenError();
  const chunks = Math.ceil(size / CIPHER_CHUNK);
  const length = size - chunks * TAG_LENGTH;
  const tail = length - (chunks - 1) * CHUNK;
  if (tail < 0 || (tail === 0 && chunks > 1)) throw new OpenError();
  return { chunks, length };
}

/**
 * The chunks that a part of the plaintext lies in.
 * @param {number} offset in octets of plaintext
 * @param {number} length from 1
 * @param {number} size of the cipher stream
 * @returns {[number, number]} first and last chunk number
 * @throws {OpenError} when the part does not lie within the plaintext
 */
export function chunkRange(offset, length, size) {
  const whole = plainLayout(size).length;
  if (!isInt(offset) || !isInt(length) || offset < 0 || length < 1 || length > whole - offset) {
    throw new OpenError();
  }
  return [Math.floor(offset / CHUNK), Math.floor((offset + length - 1) / CHUNK)];
}

/**
 * Open a part of an attachment; only the chunks that it lies in are fetched.
 * @param {Uint8Array} k the partition's key
 * @param {string} id
 * @param {(from: number, to: number) => Promise<Uint8Array> | Uint8Array} fetch cipher octets from..to
 * @param {{offset: number, length: number, size: number}} part size: of the cipher stream
 * @returns {AsyncGenerator<Bytes>} plaintext, chunk by chunk
 * @throws {OpenError}
 */
export async function* openRange(k, id, fetch, { offset, length, size }) {
  const [first, final] = chunkRange(offset, length, size);
  const { chunks } = plainLayout(size);
  const key = await gcmKey(attachmentKey(k, id));
  for (let number = first; number <= final; number++) {
    const from = number * CIPHER_CHUNK;
    const octets = await fetch(from, Math.min(from + CIPHER_CHUNK, size));
    if (octets.length !== Math.min(CIPHER_CHUNK, size - from)) throw new OpenError();
    const plain = await gcmDecrypt(key, nonce(number, number === chunks - 1), octets);
    const start = Math.max(0, offset - number * CHUNK);
    yield plain.slice(start, offset + length - number * CHUNK);
  }
}
