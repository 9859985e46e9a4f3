/**
 * The importer: one health record file in, partitions out.
 *
 * The command-line client runs it in Node, the page plan.js in a Web Worker, so
 * that both split alike. It reads octets and returns octets: it never touches
 * the network, the file system, the DOM or a key, and it keeps nothing.
 */

import { ImportRefused, prepare } from './plan.js';
import { sentenceOf, spoken } from './words.js';

export { ImportRefused } from './refused.js';

/**
 * @typedef {object} Imported
 * @property {string} format `c-cda`, `fhir-r4`, `fhir-r4-xml`, `smart-health-card`, `hand-entry`, `apple-health`, `pdf`,
 *   `jpeg`, `png` or `dicom`
 * @property {string} [title] what the document calls itself
 * @property {Record<string, Uint8Array>} partitions name to one well-formed XML
 *   element in UTF-8 (docs/partition-format.md); partitions without content are absent
 * @property {Record<string, import('./attachments.js').Attached[]>} attachments by partition, in the order of their
 *   numbers in its XML; partitions without any are absent
 * @property {Record<string, Record<string, number>>} counts of items, by partition and kind
 * @property {string[]} warnings sentences for the owner
 */

/**
 * Splits one file into partitions.
 *
 * @param {Uint8Array | Blob} content
 * @param {import('./plan.js').PlanOptions} [options]
 * @returns {Promise<Imported>}
 * @throws {ImportRefused} with a sentence that says what was found and what to do
 */
export async function importRecord(content, options = {}) {
  try {
    const plan = await prepare(content, options);
    const { partitions, attachments, counts, notices } = plan.result();
    const { format, title } = plan;
    return { format, ...(title ? { title } : {}), partitions, attachments, counts, warnings: notices.map(sentenceOf) };
  } catch (error) {
    throw error instanceof ImportRefused ? spoken(error) : error;
  }
}
