/**
 * Reads one file and plans what goes where, for a page that shows and changes it.
 *
 * It runs in a Web Worker and in Node alike: it reads octets and returns
 * octets, never touches the network, the file system, the DOM or a key, and
 * holds no words for people.
 */

import { isAppleHealth, splitAppleXml, splitAppleZip } from './apple.js';
import { digestAll, piece } from './attachments.js';
import { splitAttachment } from './attachments_split.js';
import { decodeJson, decodeXml } from './decode.js';
import { detect, kindFromStart, tooLarge } from './detect.js';
import { splitCards, splitJson } from './fhir_files.js';
import { MAX_FILE_OCTETS } from './limits.js';
import { nameOf } from './names.js';
import { refuse } from './refused.js';
import { NOWHERE } from './units.js';
import { splitXml } from './xml_file.js';

export { ImportRefused } from './refused.js';

/** @typedef {import('./units.js').Choices} Choices */
/** @typedef {import('./words.js').Notice} Notice */
/** @typedef {Record<string, Record<string, number>>} Counts of items, by partition and kind */
/** @typedef {import('./units.js').About & {id: string, partition: string, copies: string[], role: string}} UnitOutline */

/**
 * @typedef {object} PlanOptions
 * @property {(done: number) => void} [onProgress] is called with the share done, 0 to 1
 * @property {string} [name] of the file, which an attachment keeps
 * @property {AbortSignal} [signal] stops the import between steps with the signal's reason
 */

/** @typedef {{counts: Counts, notices: Notice[], others: Record<string, number>}} Outline */

const PARTITION = /^[a-z0-9-]{1,32}$/;

/** @param {PlanOptions} options @returns {(done: number) => Promise<void>} */
function pauser({ onProgress, signal }) {
  return async (done) => {
    onProgress?.(done);
    // Only a turn of the event loop lets a cancel message reach this worker.
    await new Promise((resolve) => { setTimeout(resolve, 0); });
    signal?.throwIfAborted();
  };
}

/** A file that was read, and the ways to lay it out. */
export class Plan {
  /** @param {import('./units.js').Split} split */
  constructor(split) {
    this.split = split;
    this.format = split.format;
    this.title = split.title;
    this.origin = split.origin;
    this.ids = new Set(split.units.map(({ id }) => id));
    this.unmoved = split.lay({ moves: new Map(), copies: true });
  }

  /** What can be moved, in the order of the file. @returns {UnitOutline[]} */
  get units() {
    return this.split.units.map(({ id, home, copies, role, about }) => ({ id, partition: home, copies, role, ...about }));
  }

  /** @param {Partial<Choices>} [choices] */
  lay({ moves = new Map(), copies = true, into = new Map() } = {}) {
    if (!moves.size && !into.size && copies) return this.unmoved;
    for (const [id, name] of moves) {
      if (!this.ids.has(id)) throw new RangeError(`no unit ${id}`);
      checkTarget(name);
    }
    checkMerges(into);
    return this.split.lay({ moves, copies, into });
  }

  /** What would be where, without writing it. @param {Partial<Choices>} [choices] @returns {Outline} */
  outline(choices) {
    const { splitter, notices } = this.lay(choices);
    const filled = splitter.filled();
    const others = filled.map((name) => [name, splitter.open(name).filter(({ unit, role }) => !unit && role !== 'envelope').length]);
    return {
      counts: Object.fromEntries(filled.map((name) => [name, splitter.counts(name)])),
      others: Object.fromEntries(others), notices,
    };
  }

  /**
   * Writes the partitions.
   *
   * @param {Partial<Choices>} [choices] `moves` from unit id to partition name; `copies` false leaves safety copies out;
   *   `into` from a partition to the one that it goes into whole; both may go NOWHERE; `names` are written inside
   * @returns {{partitions: Record<string, Uint8Array>, attachments: Record<string, import('./attachments.js').Attached[]>,
   *   counts: Counts, notices: Notice[]}} partitions without content are absent; attachments are in the order of their numbers
   * @throws {import('./refused.js').ImportRefused} when what follows the moves makes them too large
   */
  result(choices) {
    const { splitter, notices } = this.lay(choices);
    for (const title of choices?.names?.values() ?? []) checkName(title);
    return { ...splitter.result(choices?.names), notices };
  }
}

/** @param {string} name */
function checkTarget(name) {
  if (name !== NOWHERE && (!PARTITION.test(name) || name === 'original')) throw new RangeError(`no partition to move to: ${name}`);
}

/** @param {ReadonlyMap<string, string>} into */
function checkMerges(into) {
  for (const [from, to] of into) {
    checkTarget(to);
    if (!PARTITION.test(from)) throw new RangeError(`no partition ${from}`);
    const passed = new Set([from]);
    for (let at = into.get(from); at !== undefined; at = into.get(at)) {
      if (passed.has(at)) throw new RangeError(`partitions merged in a circle: ${from}`);
      passed.add(at);
    }
  }
}

/** @param {string} title */
function checkName(title) {
  if (nameOf(title) !== title || !title) throw new RangeError('no name of a partition');
}

/** @param {Uint8Array | Blob} content @returns {Promise<Uint8Array>} all of it, where it is not too large to be read at once */
async function whole(content) {
  const size = content instanceof Uint8Array ? content.length : content.size;
  if (size > MAX_FILE_OCTETS) throw tooLarge();
  return piece(content, 0, size);
}

/** @param {Uint8Array} octets of a record as text @param {(done: number) => Promise<void>} pause @returns {Promise<import('./units.js').Split>} */
async function splitText(octets, pause) {
  const kind = detect(octets);
  if (kind === 'xml') return splitXml(decodeXml(octets), (done) => pause(done * 0.8));
  return kind === 'card' ? splitCards(decodeJson(octets), pause) : splitJson(decodeJson(octets), pause);
}

/** @param {Uint8Array | Blob} content @param {(done: number) => Promise<void>} pause @param {string} [name] @returns {Promise<import('./units.js').Split>} */
async function splitFile(content, pause, name) {
  const head = await piece(content, 0, 4096);
  const kind = kindFromStart(head);
  if (kind === 'zip') return (await splitAppleZip(content, pause)) ?? splitText(head, pause);
  if (kind) return splitAttachment(content, kind, name);
  if (isAppleHealth(head)) return splitAppleXml(content, pause);
  return splitText(await whole(content), pause);
}

/**
 * Reads a file and makes a plan of it.
 *
 * @param {Uint8Array | Blob} content a Blob is read piece by piece where that can be done
 * @param {PlanOptions} [options]
 * @returns {Promise<Plan>}
 * @throws {import('./refused.js').ImportRefused} with a code that says what was found
 */
export async function prepare(content, options = {}) {
  const pause = pauser(options);
  await pause(0);
  const split = await splitFile(content, pause, options.name);
  await digestAll(split.files ?? [], (done) => pause(0.8 + done * 0.2));
  const plan = new Plan(split);
  if (!plan.unmoved.splitter.filled().length) throw refuse('nothing', 'ccda-nothing');
  await pause(1);
  return plan;
}
