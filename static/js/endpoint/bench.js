/**
 * Where the heavy half of sealing, opening and reading runs: in workers where there are some, otherwise here.
 *
 * A worker is this site's own file and keeps nothing between tasks; it gets the secrets of one
 * task at a time and ends when nothing was asked for a while.
 * @module
 */
import { CryptoError } from "../crypto/errors.js";
import { startWorker } from "../ui/worker.js";
import * as cipher from "./cipher.js";
import { PartRefused } from "./cipher.js";
import { Unsupported } from "./errors.js";

/** Of cipher.js; the last four, of the reader, are pages' alone. @typedef {"sealRecord" | "openAsUser" | "openAsOwner" | "summarise" | "layOut" | "source" | "bundle"} Operation */
/** @typedef {(note: string) => void} OnNote */
/** @typedef {{resolve: (result: any) => void, reject: (error: Error) => void, onNote: OnNote}} Pending */

const IDLE = 5_000;

/** Node has no workers of this kind, and pages that are not to be kept waiting. */
const HAS_WORKERS = typeof Worker !== "undefined";

/** A worker for each core, and no more than there is work for. @returns {number} */
const most = () => Math.min(Math.max(globalThis.navigator?.hardwareConcurrency ?? 1, 1), 8);

/** @typedef {{worker: Worker, pending: Map<number, Pending>}} Bench */

/** @type {Bench[]} */
let benches = [];
let [last, timer] = [0, /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined)];

/**
 * @param {Operation} operation
 * @param {any} task
 * @param {OnNote} [onNote]
 * @returns {Promise<any>}
 * @throws {CryptoError} as the operation does
 */
export function run(operation, task, onNote = () => {}) {
  if (!HAS_WORKERS) return /** @type {any} */ (cipher)[operation](task, onNote);
  clearTimeout(timer);
  const { worker, pending } = free();
  const id = ++last;
  return new Promise((resolve, reject) => {
    pending.set(id, { resolve, reject, onNote });
    worker.postMessage({ id, operation, task });
  });
}

/** Start workers for so many tasks to come, so that they are ready when these are: they load while a server answers. @param {number} tasks */
export function expect(tasks) {
  if (!HAS_WORKERS) return;
  clearTimeout(timer);
  while (benches.length < Math.min(tasks, most())) benches.push(started(startWorker("records")));
  endLater();
}

/** @returns {number} how many tasks can be worked on at a time */
export const room = () => (HAS_WORKERS ? most() : 1);

/** @returns {Bench} the one with the least to do; a new one while all are busy and there is a core for it */
function free() {
  const idlest = benches.toSorted((a, b) => a.pending.size - b.pending.size)[0];
  if (idlest && (idlest.pending.size === 0 || benches.length >= most())) return idlest;
  const fresh = started(startWorker("records"));
  benches.push(fresh);
  return fresh;
}

/** @param {Worker} worker @returns {Bench} */
function started(worker) {
  const bench = { worker, pending: new Map() };
  worker.onmessage = ({ data }) => settle(bench, data);
  worker.onerror = worker.onmessageerror = () => {
    const waiting = [...bench.pending.values()];
    bench.pending.clear();
    worker.terminate();
    benches = benches.filter((each) => each !== bench);
    for (const { reject } of waiting) reject(new Unsupported("memory"));
  };
  return bench;
}

/** @param {Bench} bench @param {{id: number, note?: string, result?: any, refused?: {message: string, partition?: string}, failed?: string}} message */
function settle({ pending }, { id, note, result, refused, failed }) {
  const task = pending.get(id);
  if (!task) return;
  if (note !== undefined) {
    task.onNote(note);
    return;
  }
  pending.delete(id);
  if (benches.every((each) => each.pending.size === 0)) endLater();
  if (refused) task.reject(refused.partition ? new PartRefused(refused.partition) : new CryptoError(refused.message));
  else if (failed !== undefined) task.reject(new Error(failed));
  else task.resolve(result);
}

/** Nothing is to be done: the workers wait a while for more. */
function endLater() {
  clearTimeout(timer);
  timer = setTimeout(end, IDLE);
}

/** Forget the workers and all that they were given, unless they are at it again. */
function end() {
  if (benches.some((each) => each.pending.size > 0)) return;
  for (const { worker } of benches) worker.terminate();
  benches = [];
}
