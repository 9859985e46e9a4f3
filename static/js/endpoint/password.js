/**
 * Passwords: stretched and judged in a worker of their own, which ends when its work is done.
 *
 * The password goes to that worker and nowhere else.
 * @module
 */
import { CryptoError } from "../crypto/errors.js";
import * as slots from "../crypto/slots.js";
import { Invalid, Unsupported } from "./errors.js";

/** @typedef {import("../crypto/slots.js").Identity} Identity */
/** @typedef {import("../crypto/slots.js").SlotKeys} SlotKeys */
/** @typedef {ReturnType<typeof import("../crypto/strength.js").judge>} Judgement */
/** failure: the name of the error. @typedef {{id: number, value?: any, failure?: string}} Answer */
/** @typedef {{ask: (what: "derive" | "makePasswordSlot" | "judge", ...args: any[]) => Promise<any>, close: () => void}} Helper */

/** @type {(() => Worker) | null} */
let maker = null;

/**
 * Let the work be done in workers from now on.
 * @param {(() => Worker) | null} make a new worker of `workers/password.js`; null: do it here
 */
export function useWorker(make) {
  maker = make;
}

/** Does the work where it was asked. @type {Helper} */
const here = {
  ask: async (what, ...args) => {
    const { judge } = await import("../crypto/strength.js");
    return /** @type {any} */ ({ ...slots, judge })[what](...args);
  },
  close: () => {},
};

/** One worker; answers come in any order. @implements {Helper} */
class PasswordWorker {
  #last = 0;
  /** @type {Map<number, {resolve: (value: any) => void, reject: (error: Error) => void}>} */
  #waiting = new Map();

  /** @param {Worker} worker */
  constructor(worker) {
    this.worker = worker;
    worker.onmessage = ({ data }) => this.#answered(data);
    worker.onerror = worker.onmessageerror = () => this.close();
  }

  /** @param {string} what @param {...unknown} args @returns {Promise<any>} */
  ask(what, ...args) {
    return new Promise((resolve, reject) => {
      const id = ++this.#last;
      this.#waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, ask: what, args });
    });
  }

  /** @param {Answer} answer */
  #answered({ id, value, failure }) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (failure === undefined) waiting?.resolve(value);
    else waiting?.reject(failure === "Error" ? new Unsupported("memory") : new CryptoError(failure));
  }

  /** End the worker; what was still asked fails. */
  close() {
    this.worker.terminate();
    for (const { reject } of this.#waiting.values()) reject(new Unsupported("memory"));
    this.#waiting.clear();
  }
}

/** @returns {Helper} */
function helper() {
  return maker ? new PasswordWorker(maker()) : here;
}

/**
 * @param {"derive" | "makePasswordSlot"} what
 * @param {...any} args
 * @returns {Promise<any>}
 */
async function once(what, ...args) {
  const worker = helper();
  try {
    return await worker.ask(what, ...args);
  } finally {
    worker.close();
  }
}

/**
 * What a password leads to; parameters and salt are checked before.
 * @param {Identity & {salt: Uint8Array, params: unknown, secret: string}} options
 * @returns {Promise<SlotKeys>}
 * @throws {Unsupported} `memory`: this device cannot do it
 */
export async function derive(options) {
  try {
    return await once("derive", "password", options);
  } catch (error) {
    throw error instanceof CryptoError ? new Unsupported("memory", { cause: error }) : error;
  }
}

/**
 * Seal a seed under a password.
 * @param {Uint8Array} seed 32 octets
 * @param {Identity & {password: string, generation: number, params: object, salt: Uint8Array, hints?: string[]}} options
 * @returns {Promise<{slot: import("../crypto/slots.js").Slot, loginSecret: Uint8Array<ArrayBuffer>}>}
 * @throws {Invalid} `weak-password` @throws {Unsupported} `memory`
 */
export async function makePasswordSlot(seed, options) {
  try {
    return await once("makePasswordSlot", seed, options);
  } catch (error) {
    throw error instanceof CryptoError ? new Invalid("weak-password", { cause: error }) : error;
  }
}

/** Judges passwords while they are typed; only the newest question is answered. */
export class Judge {
  #worker = helper();
  #asked = 0;

  /**
   * @param {string} password
   * @param {...string} hints words that its owner is known by
   * @returns {Promise<Judgement | null>} null when a newer password was asked about meanwhile
   */
  async judge(password, ...hints) {
    const number = ++this.#asked;
    const found = await this.#worker.ask("judge", password.toWellFormed(), ...hints);
    return number === this.#asked ? found : null;
  }

  /** End the worker. */
  close() {
    this.#worker.close();
  }
}
