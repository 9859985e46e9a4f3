/**
 * The cipher octets of one attachment as they are needed: all from a place on, or a range.
 *
 * A connection that breaks goes on where it was; a permission that has run out meanwhile is asked for
 * again. Nothing is opened or trusted here.
 * @module
 */
import { concat } from "../crypto/bytes.js";
import * as api from "./api.js";
import { ApiError, Offline, Paused } from "./errors.js";

/** @typedef {import("../crypto/bytes.js").Bytes} Bytes */
/** The signed request, and what the nodes gave for it; both last a minute. @typedef {{request: string, tickets: string[]}} Permission */
/** @typedef {ReadableStream<Uint8Array<ArrayBuffer>>} Octets */

/** How often in a row a connection may break before any octet came, and how long to wait each time. */
const PAUSES = [1000, 3000, 6000];

export class Download {
  #permission;
  #renew;
  /** The whole, from a server that gives no ranges. @type {Blob | null} */
  #whole = null;

  /**
   * @param {string} id of the attachment
   * @param {number} size of its cipher stream
   * @param {Permission} permission
   * @param {() => Promise<Permission>} renew asks anew; each is an opening that the owner sees
   */
  constructor(id, size, permission, renew) {
    this.path = `/attachments/${id}/content`;
    this.size = size;
    this.#permission = permission;
    this.#renew = renew;
  }

  /**
   * Everything, in order; what a server gives beyond or short of it is given as it is.
   * @param {{signal?: AbortSignal}} [options]
   * @returns {AsyncGenerator<Bytes>}
   * @throws {Offline} @throws {Paused} @throws {ApiError}
   */
  async *all({ signal } = {}) {
    for (let [at, broken] = [0, 0]; ;) {
      try {
        for await (const part of this.#from(at, signal)) {
          yield part;
          [at, broken] = [at + part.length, 0];
        }
        return;
      } catch (error) {
        if (signal?.aborted) throw new Paused();
        if (!(error instanceof Offline) || broken >= PAUSES.length) throw error;
        await new Promise((resolve) => setTimeout(resolve, PAUSES[broken++]));
      }
    }
  }

  /**
   * @param {number} from @param {number} to one after the last
   * @returns {Promise<Bytes>} as many of them as the server has
   */
  async range(from, to) {
    if (this.#whole) return sliceOf(this.#whole, from, to);
    const { partial, stream } = await this.#ask(`bytes=${from}-${to - 1}`);
    const octets = await collect(stream);
    if (partial) return octets;
    this.#whole = new Blob([octets]);
    return sliceOf(this.#whole, from, to);
  }

  /** @param {number} start @param {AbortSignal} [signal] */
  async *#from(start, signal) {
    const { partial, stream } = await this.#ask(start > 0 ? `bytes=${start}-` : undefined, signal);
    let skip = partial ? 0 : start;
    for await (const part of parts(stream)) {
      const rest = part.subarray(Math.min(skip, part.length));
      skip -= part.length - rest.length;
      if (rest.length) yield rest;
    }
  }

  /** @param {string | undefined} range @param {AbortSignal} [signal] @returns {Promise<{partial: boolean, stream: Octets}>} */
  async #ask(range, signal) {
    try {
      return await api.stream(this.path, this.#permission, { range, signal });
    } catch (error) {
      if (!(error instanceof ApiError && error.code === "expired")) throw error;
    }
    this.#permission = await this.#renew();
    return api.stream(this.path, this.#permission, { range, signal });
  }

  /** Forget what was fetched. */
  close() {
    this.#whole = null;
  }
}

/** @param {Octets} stream @returns {AsyncGenerator<Bytes>} @throws {Offline} it broke off */
async function* parts(stream) {
  const reader = stream.getReader();
  try {
    for (let found = await next(reader); !found.done; found = await next(reader)) yield found.value;
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** @param {ReadableStreamDefaultReader<Bytes>} reader */
async function next(reader) {
  try {
    return await reader.read();
  } catch (error) {
    throw new Offline(error);
  }
}

/** @param {Octets} stream @returns {Promise<Bytes>} */
async function collect(stream) {
  const found = [];
  for await (const part of parts(stream)) found.push(part);
  return concat(...found);
}

/** @param {Blob} blob @param {number} from @param {number} to @returns {Promise<Bytes>} */
async function sliceOf(blob, from, to) {
  return new Uint8Array(await blob.slice(from, to).arrayBuffer());
}
