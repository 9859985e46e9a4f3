/**
 * What a page asks of the reader, plain data in and out, so that a worker can do it: a part may be
 * large, and a page that reads it itself does not answer meanwhile.
 */

import { withFresh } from './added.js';
import { bundleOf } from './bundle.js';
import { brief as briefly, read, Unreadable } from './index.js';
import { rawText, rawTitles, sections } from './sections.js';

/** @typedef {import('./index.js').Brief} Brief */
/**
 * A part to read: its element, and the version of its record, with when that was made (ISO 8601).
 * @typedef {{partition: string, octets: Uint8Array, version: number | null, made: string}} Given
 */
/** A part as its source lays it out; of its sources what they are called. @typedef {{sections: import('./sections.js').Section[], raw: string[]}} Layout */
/** A record to take along; its document's date. @typedef {{record: string, date: string, parts: Given[]}} Taken */

/** @param {Given} given @returns {import('./index.js').Read} @throws {Unreadable} */
function readGiven({ partition, octets, version, made }) {
  const found = read(octets, partition);
  return { ...found, facts: withFresh(found.facts, version, made) };
}

/**
 * @param {Given[]} parts of one record
 * @returns {(Brief | null)[]} in their order; null for what is no XML that this reader knows
 */
export function summarise(parts) {
  return parts.map((given) => {
    try {
      return briefly(readGiven(given));
    } catch (error) {
      if (error instanceof Unreadable) return null;
      throw error;
    }
  });
}

/** @param {Given} given @returns {Layout} @throws {Unreadable} */
export function layOut(given) {
  const found = readGiven(given);
  return { sections: sections(found), raw: rawTitles(found) };
}

/** @param {{given: Given, index: number}} asked one of what `layOut` names @returns {string} its text @throws {Unreadable} */
export const source = ({ given, index }) => rawText(readGiven(given), index);

/** @param {{records: Taken[], now: Date}} asked the newest first @returns {string} a FHIR Bundle, JSON @throws {Unreadable} */
export function bundle({ records, now }) {
  const taken = records.map(({ record, date, parts }) => ({ record, date, parts: new Map(parts.map((given) => [given.partition, readGiven(given)])) }));
  return bundleOf(taken, now);
}
