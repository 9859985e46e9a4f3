/**
 * Files that belong to a partition, on their way into their seal: read as streams, so that one of a
 * gigabyte needs no more memory than one of a page.
 *
 * What goes to the store is ciphertext; the content itself is never kept.
 * @module
 */
import { sha256 } from "@noble/hashes/sha2.js";

import { AttachmentSealer, CHUNK } from "../crypto/attachments.js";
import { TAG_LENGTH } from "../crypto/aes.js";
import { concat, free } from "../crypto/bytes.js";
import { b64uEncode } from "../crypto/encoding.js";
import { EndpointError, Paused } from "./errors.js";
import { turns } from "./turns.js";

/** @typedef {import("../crypto/bytes.js").Bytes} Bytes */
/** A file, or a part cut out of one. @typedef {Blob | Uint8Array} Content */
/** @typedef {{name: string, type: string, content: Content}} Attached in the order of `number` in the partition */
/** How the manifest lists one: octets of the cipher stream, root in b64u. @typedef {{id: string, size: number, root: string}} Entry */
/** Takes the pieces of a larger part in order; once it has one, the octets given are no more. @typedef {(name: string, octets: Uint8Array) => Promise<void>} Store */
/**
 * `onOctets`: plaintext octets sealed since the last call.
 * @typedef {{store: Store, onOctets: (octets: number) => void, signal?: AbortSignal}} Sealing
 */

/** Chunks of cipher stream that are handed on together. */
const CHUNKS = 64;
/** Octets of every piece of a sealed attachment but the last: about 4 MiB. */
export const PIECE = CHUNKS * (CHUNK + TAG_LENGTH);
/** What is hashed in one go; anything larger is hashed as it streams. */
const AT_ONCE = 2 ** 24;
/** Octets of a file that are read at a time. */
const READ = 2 ** 20;

/** @param {Content} content @returns {number} its octets */
export const sizeOf = (content) => (content instanceof Blob ? content.size : content.length);

/**
 * The octets of a content, a few at a time: those of a file are there until the next are asked for.
 * @param {Content} content
 * @returns {AsyncGenerator<Uint8Array>}
 * @throws {EndpointError} `unreadable-file`: the file was changed or taken away meanwhile
 */
export async function* octetsOf(content) {
  if (!(content instanceof Blob)) {
    yield content;
    return;
  }
  for (let at = 0; at < content.size; at += READ) {
    const octets = await read(content.slice(at, at + READ));
    yield octets;
    free(octets);
  }
}

/** @param {Blob} blob @returns {Promise<Uint8Array>} @throws {EndpointError} */
async function read(blob) {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch (error) {
    throw new EndpointError("unreadable-file", { cause: error });
  }
}

/** @param {AbortSignal | undefined} signal @throws {Paused} when it was pressed */
export function goOn(signal) {
  if (signal?.aborted) throw new Paused();
}

/**
 * @param {Content} content
 * @param {AbortSignal} [signal]
 * @returns {Promise<Uint8Array>} SHA-256
 * @throws {EndpointError} `unreadable-file` @throws {Paused}
 */
export async function digestOf(content, signal) {
  if (!(content instanceof Blob)) return subtle(content);
  if (content.size <= AT_ONCE) return atOnce(content);
  const hash = sha256.create();
  const pause = turns();
  for await (const part of octetsOf(content)) {
    await pause();
    goOn(signal);
    hash.update(part);
  }
  return hash.digest();
}

/** @param {Uint8Array} octets @returns {Promise<Uint8Array>} SHA-256, off this thread */
async function subtle(octets) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", /** @type {Uint8Array<ArrayBuffer>} */ (octets)));
}

/** @param {Blob} blob @returns {Promise<Uint8Array>} SHA-256 */
async function atOnce(blob) {
  const octets = await read(blob);
  const found = await subtle(octets);
  free(octets);
  return found;
}

/**
 * Digests that are worked out once for each content: a document is often its own original.
 * @param {AbortSignal} [signal]
 * @returns {(content: Content) => Promise<Uint8Array>}
 */
export function digests(signal) {
  /** @type {Map<Content, Promise<Uint8Array>>} */
  const known = new Map();
  return (content) => {
    const found = known.get(content) ?? digestOf(content, signal);
    known.set(content, found);
    return found;
  };
}

/**
 * Seal a content under its partition's key, into the store under a fresh id.
 * @param {Uint8Array} k the partition's key
 * @param {Content} content
 * @param {Sealing} sealing
 * @returns {Promise<Entry>}
 * @throws {EndpointError} `unreadable-file`, or what the store throws @throws {Paused}
 */
export async function sealAttachment(k, content, { store, onOctets, signal }) {
  const id = crypto.randomUUID();
  const sealer = new AttachmentSealer(k, id);
  const pause = turns();
  /** @type {Uint8Array[]} */
  let held = [];
  const flush = async () => {
    const piece = concat(...held);
    free(...held);
    await store(id, piece);
    onOctets(piece.length - held.length * TAG_LENGTH);
    free(piece);
    held = [];
  };
  for await (const chunk of sealer.seal(octetsOf(content))) {
    await pause();
    goOn(signal);
    held.push(chunk);
    if (held.length === CHUNKS) await flush();
  }
  if (held.length) await flush();
  return { id, size: sealer.size, root: b64uEncode(sealer.root) };
}
