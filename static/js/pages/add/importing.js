/**
 * The page's side of the import worker: one file at a time, which it alone holds.
 *
 * The worker gets the file itself and reads of it what it needs; a large one is never held whole.
 * @module
 */
import { EndpointError, Unsupported } from "../../endpoint/errors.js";
import { startWorker } from "../../ui/worker.js";

/** @typedef {import("../../importer/plan.js").UnitOutline} Unit */
/** @typedef {import("../../importer/plan.js").Outline} Outline */
/** @typedef {import("../../importer/refused.js").Params} Params */
/** @typedef {{format: string, title?: string, date?: string, units: Unit[], outline: Outline}} Prepared */
/** @typedef {{partitions: Record<string, Uint8Array<ArrayBuffer>>, attachments?: Record<string, import("../../endpoint/attachments.js").Attached[]>,
 *   counts: import("../../importer/plan.js").Counts, original: Uint8Array<ArrayBuffer> | File}} Written attachments in the order of their numbers */
/** @typedef {import("../../importer/units.js").Choices} Choices */
/** How well a record of the owner fits. @typedef {import("../../importer/again.js").Fit} Fit */
/** @typedef {{resolve: (value: any) => void, reject: (error: Error) => void, onDone?: (done: number) => void}} Waiting */

/** The importer turned the file down: `code` and `params` choose the words. */
export class Refused extends EndpointError {
  /** @param {string} code @param {Params} [params] */
  constructor(code, params = {}) {
    super(code);
    this.params = params;
  }
}

/** The person stopped it. */
export class Cancelled extends EndpointError {
  constructor() {
    super("cancelled");
  }
}

export class Importing {
  constructor() {
    this.worker = startWorker("importer");
    /** @type {Map<number, Waiting>} */
    this.waiting = new Map();
    this.last = 0;
    this.worker.onmessage = ({ data }) => this.#settle(data);
    this.worker.onerror = this.worker.onmessageerror = () => this.#broken();
  }

  /**
   * Read a file into a plan.
   * @param {File} file @param {(done: number) => void} onDone the share done, 0 to 1
   * @returns {Promise<Prepared>}
   * @throws {Refused} what the importer says of it @throws {Cancelled}
   * @throws {EndpointError} `unreadable`: the device does not give it @throws {Unsupported} `memory`
   */
  async prepare(file, onDone) {
    return this.#ask({ ask: "prepare", file }, onDone);
  }

  /** @param {Choices} choices @returns {Promise<Outline>} */
  outline(choices) {
    return this.#ask({ ask: "outline", choices: plain(choices) });
  }

  /**
   * The partitions as they are sealed.
   * @param {Choices} choices
   * @param {{record: string, version: number} | null} [onto] the version that they become
   * @returns {Promise<Written>}
   * @throws {Refused} too large together
   */
  result(choices, onto = null) {
    return this.#ask({ ask: "result", choices: plain(choices), onto: onto && { record: onto.record, version: onto.version } });
  }

  /** @param {{record: string, parts: Map<string, Uint8Array>}[]} records some of the owner's @returns {Promise<Fit | null>} the best of all that were given by now */
  compare(records) {
    return this.#ask({ ask: "compare", records });
  }

  cancel() {
    this.worker.postMessage({ ask: "cancel" });
  }

  /** Forget the file. */
  close() {
    this.worker.terminate();
    this.#reject(new Cancelled());
  }

  /** @param {object} message @param {(done: number) => void} [onDone] @returns {Promise<any>} */
  #ask(message, onDone = undefined) {
    const id = ++this.last;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject, onDone });
      this.worker.postMessage({ id, ...message });
    });
  }

  /** @param {{id: number, done?: number, value?: object, refusal?: {code: string, params: Params}, failed?: string}} message */
  #settle({ id, done, value, refusal, failed }) {
    const waiting = this.waiting.get(id);
    if (!waiting) return;
    if (done !== undefined) {
      waiting.onDone?.(done);
      return;
    }
    this.waiting.delete(id);
    if (refusal) waiting.reject(new Refused(refusal.code, refusal.params));
    else if (failed) waiting.reject(failureOf(failed));
    else waiting.resolve(value);
  }

  /** The worker itself ended: what it held is gone with it. */
  #broken() {
    this.worker.terminate();
    this.#reject(new Unsupported("memory"));
  }

  /** @param {Error} error */
  #reject(error) {
    const all = [...this.waiting.values()];
    this.waiting.clear();
    for (const { reject } of all) reject(error);
  }
}

/** @param {Choices} choices as messages can carry them */
function plain({ moves, copies, into = new Map(), names = new Map() }) {
  return { moves: [...moves], copies, into: [...into], names: [...names] };
}

/** @param {string} failed @returns {Error} */
function failureOf(failed) {
  if (failed === "cancelled") return new Cancelled();
  if (failed === "unreadable") return new EndpointError("unreadable");
  return failed === "memory" ? new Unsupported("memory") : new EndpointError("unknown");
}
