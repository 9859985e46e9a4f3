/**
 * Imports and renders every record of some folders: a line of JSON for each file.
 *
 * node benchmarks/corpus/measure.mjs NAME=FOLDER ...
 *
 * `outcome` is `imported`, `refused` (with the importer's code) or `broken`: anything that
 * throws besides a refusal is a fault of ours. `rendered` tells whether the reader gave
 * facts, sections and people of every partition, and as many facts as there are items.
 */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

import { ImportRefused, prepare } from '../../static/js/importer/plan.js';
import { read } from '../../static/js/reader/index.js';
import { people } from '../../static/js/reader/personal.js';
import { rawText, rawTitles, sections } from '../../static/js/reader/sections.js';
import { factsIn, HOME, listOf } from '../../static/js/reader/summary.js';
import { resource, parseExact } from '../../tests/js/fhir_xml_support.mjs';

const NOW = new Date('2026-11-29T12:00:00Z');
const START = 4096;

/** @param {string} folder @returns {Generator<string>} */
function* files(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const at = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* files(at);
    else if (entry.isFile() && statSync(at).size) yield at;
  }
}

/** What could be a record: a CDA document, or a JSON file of one FHIR resource. @param {string} file @param {Uint8Array} octets */
function isRecord(file, octets) {
  if (/\.(js|mjs|ts|py|md|html|xsl|xsd)$/i.test(file)) return false;
  const start = new TextDecoder().decode(octets.subarray(0, START));
  return /<([\w-]+:)?ClinicalDocument[\s>]/.test(start) || (file.endsWith('.json') && /^\ufeff?\s*\{[^]*"resourceType"\s*:/.test(start));
}

/** @param {import('../../static/js/importer/plan.js').Plan} plan */
function mapped(plan) {
  const { notices, splitter } = plan.unmoved;
  const unknown = notices.filter(({ code }) => code === 'unknown-section').map(({ params }) => params.section);
  const left = notices.filter(({ code }) => code === 'left-out').map(({ params }) => [`${params.reason} ${params.type}`, Number(params.n)]);
  const unwrapped = /** @type {any} */ (plan.split).unwrapped;
  const sections = plan.units.filter(({ type }) => type === 'section').length;
  const unknownSections = notices.filter(({ code }) => code === 'unknown-section').reduce((sum, { params }) => sum + Number(params.n), 0);
  return { format: plan.format, sections, unknownSections, resources: unwrapped?.resources.length ?? 0, unknown, left, partitions: splitter.filled() };
}

/** @param {Record<string, Uint8Array>} partitions @returns {{wrong?: string, facts?: number, named?: number}} */
function rendering(partitions) {
  const parts = new Map(Object.entries(partitions).map(([name, octets]) => [name, read(octets, name)]));
  for (const [name, model] of parts) {
    if (model.facts.length !== model.items.length) return { wrong: `${model.items.length} items and ${model.facts.length} facts in ${name}` };
    if (rawTitles(model).some((_, index) => !rawText(model, index))) return { wrong: `a source without text in ${name}` };
    sections(model);
    people(model);
  }
  const opened = [{ record: 'r', date: NOW.toISOString(), parts }];
  const facts = factsIn(opened);
  for (const kind of Object.keys(HOME)) listOf(opened, facts, kind, NOW);
  const known = facts.filter(({ kind }) => kind !== 'patient');
  return { facts: known.length, named: known.filter(({ name }) => name).length };
}

/** @param {Uint8Array} octets @param {Record<string, any>} counts of the same record in JSON @returns {Promise<string>} whether XML gives the same */
async function twin(octets, counts) {
  const xml = resource(parseExact(new TextDecoder().decode(octets)));
  const { counts: found } = (await prepare(new TextEncoder().encode(xml))).result();
  return JSON.stringify(found) === JSON.stringify(counts) ? 'same' : `other: ${JSON.stringify(found)}`;
}

/** @param {Uint8Array} octets @returns {Promise<object>} */
async function measured(octets) {
  try {
    const plan = await prepare(octets);
    const { partitions, counts } = plan.result();
    const shown = rendering(partitions);
    const inXml = plan.format === 'fhir-r4' ? await twin(octets, counts).catch((error) => `${error.code ?? error.message}`) : undefined;
    return { outcome: 'imported', ...mapped(plan), rendered: !shown.wrong, ...shown, inXml };
  } catch (error) {
    if (error instanceof ImportRefused) return { outcome: 'refused', code: error.code, params: error.params };
    return { outcome: 'broken', wrong: String(/** @type {Error} */ (error).stack).slice(0, 400) };
  }
}

for (const each of process.argv.slice(2)) {
  const [name, folder] = each.split(/=(.*)/s);
  for (const file of files(folder)) {
    const octets = readFileSync(file);
    if (!isRecord(file, octets)) continue;
    process.stdout.write(`${JSON.stringify({ source: name, file: path.relative(folder, file), size: octets.length, ...await measured(octets) })}\n`);
  }
}
