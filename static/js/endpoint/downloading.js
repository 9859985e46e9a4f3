/**
 * The cipher octets of one attachment as they are needed: a range, or all of them range by range.
 *
 * A permission that has run out meanwhile is asked for again. Nothing is opened or trusted here.
 * @module
 */
import { free } from "../crypto/bytes.js";
import * as api from "./api.js";
import { PIECE } from "./attachments.js";
import { ApiError } from "./errors.js";

/** @typedef {import("../crypto/bytes.js").Bytes} Bytes */
/** The signed request, and what the nodes gave for it; it lasts a minute. @typedef {{request: string, tickets: string[]}} Permission */

export class Download {
  #permission;
  #renew;
  #closed = new AbortController();
  /** From a server that gives no ranges. @type {Blob | null} */
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
   * Everything, in order; what a server gives beyond or short of it is given as it is. Octets are there until
   * the next are asked for.
   * @param {{signal?: AbortSignal}} [options]
   * @returns {AsyncGenerator<Bytes>}
   * @throws {Offline} after it was tried for a while; what came before need not come again @throws {Paused} @throws {ApiError}
   */
  async *all({ signal } = {}) {
    if (this.size <= PIECE && !this.#whole) {
      yield (await this.#ask({ signal })).octets;
      return;
    }
    for (let at = 0; at < this.size; ) {
      const octets = await this.range(at, Math.min(at + PIECE, this.size), { signal });
      if (octets.length === 0) return;
      at += octets.length;
      yield octets;
      free(octets);
    }
  }

  /**
   * @param {number} from @param {number} to one after the last
   * @param {{signal?: AbortSignal}} [options]
   * @returns {Promise<Bytes>} as many of them as the server has
   */
  async range(from, to, { signal } = {}) {
    if (!this.#whole) {
      const { partial, octets } = await this.#ask({ range: [from, to], signal });
      if (partial) return octets;
      this.#whole = new Blob([octets]);
    }
    // What stands beyond the end is no part of any range, but must not go unnoticed at the last.
    const end = to === this.size ? this.#whole.size : to;
    return new Uint8Array(await this.#whole.slice(from, end).arrayBuffer());
  }

  /** @param {{range?: [number, number], signal?: AbortSignal}} options */
  async #ask({ range, signal }) {
    const options = { range, signal: signal ? AbortSignal.any([signal, this.#closed.signal]) : this.#closed.signal };
    try {
      return await api.octets(this.path, this.#permission, options);
    } catch (error) {
      if (!(error instanceof ApiError && error.code === "expired")) throw error;
    }
    this.#permission = await this.#renew();
    return api.octets(this.path, this.#permission, options);
  }

  /** Forget what was fetched; what is on its way is Paused. */
  close() {
    this.#closed.abort();
    this.#whole = null;
  }
}
