/**
 * The comparison as a command: `node compare-cli.mjs` reads one JSON object from standard input,
 * {partitions: {name: base64}, records: {id: {name: base64}}, onto?: {record, version}}.
 *
 * Writes {records: {id: outcome}, best: id or null} and, with `onto`, the partitions as they stand in
 * that version of that record, and how many things of it stood elsewhere; exits 0, or 2 with {error}
 * when the input is none. Records that cannot be read are left out.
 */

import process from 'node:process';
import { text } from 'node:stream/consumers';

import { best, Comparison, suggestion } from './compare.js';
import { mark } from './mark.js';
import { readPartition, Unreadable } from '../reader/partition.js';

/** @typedef {Record<string, string>} Encoded partitions in base64, by name */

/** @param {Encoded} partitions */
const decoded = (partitions) => Object.entries(partitions).map(([name, each]) => ({ name, octets: new Uint8Array(Buffer.from(each, 'base64')) }));

/** @param {Encoded} partitions */
const models = (partitions) => decoded(partitions).map(({ name, octets }) => readPartition(octets, name));

/** @param {ReturnType<typeof models>} file @param {string} id @param {Encoded} partitions @returns {[string, Comparison][]} */
function compared(file, id, partitions) {
  try {
    return [[id, new Comparison(file, models(partitions))]];
  } catch (error) {
    if (error instanceof Unreadable) return [];
    throw error;
  }
}

/** @param {Comparison} comparison @param {Encoded} partitions @param {number} version */
function marked(comparison, partitions, version) {
  const marks = comparison.marks(version);
  return Object.fromEntries(decoded(partitions).map(({ name, octets }) => {
    const found = marks.get(name);
    return [name, Buffer.from(found ? mark(octets, found) : octets).toString('base64')];
  }));
}

/** @param {{partitions: Encoded, records: Record<string, Encoded>, onto?: {record: string, version: number}}} asked */
function answer({ partitions, records, onto }) {
  const file = models(partitions);
  const found = new Map(Object.entries(records).flatMap(([id, each]) => compared(file, id, each)));
  const outcomes = [...found].map(([record, { outcome }]) => ({ record, outcome }));
  const told = {
    records: Object.fromEntries(outcomes.map(({ record, outcome }) => [record, { ...outcome, suggestion: suggestion(outcome) }])),
    best: best(outcomes)?.record ?? null,
  };
  const comparison = onto && found.get(onto.record);
  return comparison ? { ...told, moved: comparison.moves().length, partitions: marked(comparison, partitions, onto.version) } : told;
}

try {
  process.stdout.write(`${JSON.stringify(answer(JSON.parse(await text(process.stdin))))}\n`);
} catch (error) {
  process.stdout.write(`${JSON.stringify({ error: `This cannot be compared: ${/** @type {Error} */ (error).message}.` })}\n`);
  process.exitCode = 2;
}
