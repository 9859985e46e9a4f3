/**
 * Where the heavy half of sealing and opening runs: in a worker where there is one, otherwise here.
 *
 * The worker is this site's own file and keeps nothing between tasks; it gets the secrets of one
 * task at a time and ends when nothing was asked of it for a while.
 * @module
 */
import { CryptoError } from "../crypto/errors.js";
import { startWorker } from "../ui/worker.js";
import * as cipher from "./cipher.js";
import { PartRefused } from "./cipher.js";
import { Unsupported } from "./errors.js";

/** @typedef {"sealRecord" | "openAsUser" | "openAsOwner"} Operation */
/** @typedef {(note: string) => void} OnNote */
/** @typedef {{resolve: (result: any) => void, reject: (error: Error) => void, onNote: OnNote}} Pending */

const IDLE = 5_000;

/** Node has no workers of this kind, and pages that are not to be kept waiting. */
const HAS_WORKERS = typeof Worker !== "undefined";

/** @type {Worker | null} */
let worker = null;
/** @type {Map<number, Pending>} */
const pending = new Map();
let [last, timer] = [0, /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined)];

/**
 * @param {Operation} operation of cipher.js
 * @param {any} task
 * @param {OnNote} [onNote]
 * @returns {Promise<any>}
 * @throws {CryptoError} as the operation does
 */
export function run(operation, task, onNote = () => {}) {
  if (!HAS_WORKERS) return /** @type {any} */ (cipher)[operation](task, onNote);
  clearTimeout(timer);
  worker ??= started(startWorker("records"));
  const id = ++last;
  return new Promise((resolve, reject) => {
    pending.set(id, { resolve, reject, onNote });
    worker?.postMessage({ id, operation, task });
  });
}

/** @param {Worker} fresh @returns {Worker} */
function started(fresh) {
  fresh.onmessage = ({ data }) => settle(data);
  fresh.onerror = fresh.onmessageerror = () => {
    const waiting = [...pending.values()];
    pending.clear();
    end();
    for (const { reject } of waiting) reject(new Unsupported("memory"));
  };
  return fresh;
}

/** @param {{id: number, note?: string, result?: any, refused?: {message: string, partition?: string}, failed?: string}} message */
function settle({ id, note, result, refused, failed }) {
  const task = pending.get(id);
  if (!task) return;
  if (note !== undefined) {
    task.onNote(note);
    return;
  }
  pending.delete(id);
  if (pending.size === 0) timer = setTimeout(end, IDLE);
  if (refused) task.reject(refused.partition ? new PartRefused(refused.partition) : new CryptoError(refused.message));
  else if (failed !== undefined) task.reject(new Error(failed));
  else task.resolve(result);
}

/** Forget the worker and all that it was given. */
function end() {
  worker?.terminate();
  worker = null;
}
