/**
 * Sending one sealed attachment, and going on where an earlier attempt stopped: after a pause, a lost
 * connection or a closed tab the very same octets are sent, from what the server has on.
 *
 * It knows ciphertext alone, and holds one piece at a time.
 * @module
 */
import { free } from "../crypto/bytes.js";
import * as api from "./api.js";
import { PIECE } from "./attachments.js";
import { ApiError, Conflict, Integrity } from "./errors.js";
import { read } from "./shapes.js";

/** @typedef {import("./attachments.js").Entry} Entry */
/** Pieces as they were sealed, each of PIECE octets but the last, and each read for the caller alone. @typedef {{piece: (number: number) => Promise<Uint8Array<ArrayBuffer>>, whole: () => Promise<Blob>}} Source */
/** `onSent`: octets that the server has, of this attachment. @typedef {{onSent?: (sent: number) => void, signal?: AbortSignal}} Options */
/** @typedef {{entry: Entry, source: Source, options: Options}} Sending */

/** A server that takes no uploads in pieces knows no such address, or no such method. */
const WITHOUT = new Set([404, 405]);
/** How often a server may say in a row that it has another number of octets without getting any further. */
const MOST_TURNS = 5;

/**
 * @param {Entry} entry of the manifest
 * @param {Source} source
 * @param {Options} [options]
 * @returns {Promise<void>} once the server has the whole, and says so of the very octets that were signed
 * @throws {Integrity} `attachment`: it has something else @throws {EndpointError} @throws {Paused}
 */
export async function upload(entry, source, options = {}) {
  const sending = { entry, source, options };
  const received = entry.size > PIECE ? await had(entry.id) : null;
  const stored = await (received === null ? whole(sending) : inPieces(sending, received));
  const { size, root } = read("attachment", stored);
  if (size !== entry.size || root !== entry.root) throw new Integrity("attachment");
}

/** @param {string} id @returns {Promise<number | null>} octets that the server has; null: it takes no pieces */
async function had(id) {
  try {
    return read("upload", await api.get(`/attachments/${id}/upload`)).received;
  } catch (error) {
    if (error instanceof ApiError && WITHOUT.has(error.status)) return null;
    throw error;
  }
}

/** @param {Sending} sending */
async function whole({ entry, source, options: { onSent, signal } }) {
  const onProgress = uploads(onSent, 0);
  return named(async () => api.putOctets(`/attachments/${entry.id}`, await source.whole(), { onProgress, signal }));
}

/**
 * Only a browser's own request tells how much of it has gone.
 * @param {Options["onSent"]} onSent @param {number} before octets that went before
 */
function uploads(onSent, before) {
  return onSent && typeof XMLHttpRequest !== "undefined" ? (/** @type {number} */ sent) => onSent(before + sent) : undefined;
}

/** @param {Sending} sending @param {number} received */
async function inPieces({ entry, source, options }, received) {
  let [at, turns] = [received, 0];
  while (at < entry.size) {
    options.onSent?.(at);
    const next = await more({ entry, source, options }, at);
    turns = next > at ? 0 : turns + 1;
    if (turns > MOST_TURNS) throw new ApiError(409, "conflict", "the upload does not get any further");
    at = next;
  }
  // More than was sealed is something else under this name.
  if (at > entry.size) throw new Integrity("attachment");
  options.onSent?.(entry.size);
  return named(() => api.post(`/attachments/${entry.id}/upload`, { size: entry.size, root: entry.root }));
}

/** @param {Sending} sending @param {number} at @returns {Promise<number>} octets that the server has after the next piece */
async function more({ entry, source, options: { onSent, signal } }, at) {
  const number = Math.floor(at / PIECE);
  const piece = await source.piece(number);
  if (piece.length !== Math.min(PIECE, entry.size - number * PIECE)) throw new Integrity("memory");
  const rest = piece.subarray(at - number * PIECE);
  try {
    const options = { onProgress: uploads(onSent, at), signal };
    return read("upload", await api.patchOctets(`/attachments/${entry.id}/upload`, rest, { offset: at, total: entry.size }, options)).received;
  } catch (error) {
    // An answer was lost, or an earlier attempt went on meanwhile: the server knows best what it has.
    if (error instanceof Conflict && error.received !== undefined) return error.received;
    throw error;
  } finally {
    free(piece);
  }
}

/**
 * The name was drawn at random, so another file under it, or another content, is no accident.
 * @template T
 * @param {() => Promise<T>} act
 * @returns {Promise<T>}
 */
async function named(act) {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Conflict || (error instanceof ApiError && error.status === 422)) throw new Integrity("attachment", error);
    throw error;
  }
}
