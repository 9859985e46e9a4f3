/**
 * The reader: octets of partitions in, what a page shows out.
 *
 * It runs where the record is opened, on the reader's own device. It knows no
 * DOM, no network and no key, and gives no markup: every value is text.
 */

import { withVersions } from './added.js';
import { ccdaFacts } from './ccda_facts.js';
import { compare, fact, flagOf } from './facts.js';
import { fhirReader } from './fhir_facts.js';
import { readPartition } from './partition.js';
import { people } from './personal.js';
import { saidIn } from './said.js';

export { Unreadable } from './tree.js';
export { readPartition } from './partition.js';

/** @typedef {import('./facts.js').Fact} Fact */
/** @typedef {import('./partition.js').Model} Model */
/** A part as it was read. @typedef {Model & {facts: Fact[], said: import('./said.js').Spoken[]}} Read */
/**
 * What a page keeps of a part: plain data, without the sources. `people`: whom a personal part is
 * about; `foreign`: it is XML of another kind.
 * @typedef {Pick<Read, 'partition' | 'name' | 'version' | 'origin' | 'facts' | 'said'> &
 *   {people: import('./personal.js').Person[], foreign: boolean}} Brief
 */

/**
 * What the importer wrote of a source that this reader finds nothing in.
 * @param {Model} model
 * @param {string} source
 * @returns {Fact[]}
 */
function itemFacts(model, source) {
  return model.items.filter((item) => item.source === source).map((item) => fact({
    kind: item.kind, source, code: item.code, name: item.code?.display ?? item.code?.value, value: item.value, status: item.status,
    verification: item.verification, negated: item.negated, date: item.date, who: item.performer,
    range: item.range, flag: flagOf(item.flag?.value) ?? compare(item.value, item.range),
    components: item.components.map(({ code, value }) => ({ name: code?.display ?? code?.value ?? '', code, value })),
  }));
}

/**
 * What the importer wrote of a file; without a word of it, the file is a document under its own name.
 * @param {Model} model @param {import('./partition.js').Source} source
 * @returns {Fact[]}
 */
function fileFacts(model, { id, copy, attachment }) {
  const found = itemFacts(model, id);
  const facts = found.length ? found : [fact({ kind: 'document', source: id })];
  return facts.map((each) => ({ ...each, copy, attachment, name: each.name ?? attachment?.name }));
}

/** @param {Model} model @returns {Fact[]} */
function factsOf(model) {
  const fromResource = fhirReader(model);
  return model.sources.flatMap((source) => {
    if (source.attachment) return fileFacts(model, source);
    const found = source.resource ? fromResource(source) : ccdaFacts(source);
    return found.length ? found : itemFacts(model, source.id);
  });
}

/**
 * @param {Uint8Array} octets of one partition @param {string} [name] how the record calls it
 * @returns {Read}
 * @throws {import('./tree.js').Unreadable}
 */
export function read(octets, name) {
  const model = readPartition(octets, name);
  return { ...model, facts: withVersions(model, factsOf(model)), said: saidIn(model.sources) };
}

/** @param {Read} found @returns {Brief} */
export function brief(found) {
  const { partition, name, version, origin, facts, said, other } = found;
  return { partition, name, version, origin, facts, said, people: people(found), foreign: other !== undefined };
}
