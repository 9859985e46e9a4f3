/**
 * The importer: one health record file in, partitions out.
 *
 * The page runs it in a Web Worker and the command-line client in Node, so
 * that both split alike. It reads octets and returns octets: it never touches
 * the network, the file system, the DOM or a key, and it keeps nothing.
 */

import { splitCcda } from './ccda.js';
import { decodeJson, decodeXml } from './decode.js';
import { detect } from './detect.js';
import { splitFhir } from './fhir.js';
import { refuse, WHAT_IS_READ } from './refused.js';

export { ImportRefused } from './refused.js';

/**
 * @typedef {object} Imported
 * @property {string} format `c-cda` or `fhir-r4`
 * @property {string} [title] what the document calls itself
 * @property {Record<string, Uint8Array>} partitions name to one well-formed XML
 *   element in UTF-8 (docs/partition-format.md); partitions without content are absent
 * @property {Record<string, Record<string, number>>} counts of items, by partition and kind
 * @property {string[]} warnings sentences for the owner
 */

/**
 * @typedef {object} ImportOptions
 * @property {(done: number) => void} [onProgress] is called with the share done, 0 to 1
 * @property {AbortSignal} [signal] stops the import between steps with the signal's reason
 */

/** @param {ImportOptions} options @returns {(done: number) => Promise<void>} */
function pauser({ onProgress, signal }) {
  return async (done) => {
    onProgress?.(done);
    // Only a turn of the event loop lets a cancel message reach this worker.
    await new Promise((resolve) => { setTimeout(resolve, 0); });
    signal?.throwIfAborted();
  };
}

/**
 * Splits one file into partitions.
 *
 * @param {Uint8Array} octets
 * @param {ImportOptions} [options]
 * @returns {Promise<Imported>}
 * @throws {import('./refused.js').ImportRefused} with a sentence that says what was found and what to do
 */
export async function importRecord(octets, options = {}) {
  const pause = pauser(options);
  await pause(0);
  const split = detect(octets) === 'xml'
    ? await splitCcda(decodeXml(octets), (done) => pause(done * 0.8))
    : await splitFhir(decodeJson(octets), pause);
  const { partitions, counts } = split.splitter.result();
  if (!Object.keys(partitions).length) {
    throw refuse('nothing', 'This document says nothing of a patient: it has neither a patient nor a section.', WHAT_IS_READ);
  }
  await pause(1);
  const { format, title, warnings } = split;
  return { format, ...(title ? { title } : {}), partitions, counts, warnings };
}
