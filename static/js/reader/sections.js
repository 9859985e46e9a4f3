/**
 * A part as its source lays it out: sections with their narrative, and the facts of each.
 */

import { sectionKind, sectionRule } from '../importer/ccda_rules.js';
import { resourceNarrative, sectionNarrative } from './narrative.js';
import { subsections } from './ccda_facts.js';
import { list, text } from './fhir_values.js';
import { newestFirst } from './times.js';
import { first, outline, textOf } from './tree.js';

/** @typedef {import('./narrative.js').Node} Node */
/** @typedef {import('./tree.js').Element} Element */
/** @typedef {import('./partition.js').Source} Source */
/** @typedef {import('./index.js').Read} Read */
/** @typedef {import('./facts.js').Fact} Fact */
/**
 * @typedef {object} Section
 * @property {string} [title] in the source's words @property {string} kind of its facts; `other` where none is known
 * @property {(Node | string)[]} nodes its narrative @property {Fact[]} facts where the source has no narrative of its own
 * @property {Section[]} sections @property {boolean} copy @property {boolean} partial
 */

/** @param {Element} element @param {Source} source @returns {Section} */
function cdaSection(element, source) {
  return {
    title: textOf(first(element, 'title')) || undefined, kind: sectionKind(sectionRule(/** @type {any} */ (element))),
    nodes: sectionNarrative(first(element, 'text')), facts: [], copy: source.copy, partial: source.partial,
    sections: subsections(element).map((each) => cdaSection(each, source)),
  };
}

/** @param {any} holder a Composition or one of its sections @returns {Section[]} */
function compositionSections(holder) {
  return list(holder.section).map((each) => ({
    title: text(each.title), kind: 'document', nodes: resourceNarrative(each.text?.div), facts: [], copy: false, partial: false,
    sections: compositionSections(each),
  }));
}

/** @param {Source} source @returns {Section[]} the words that a resource has of its own */
function resourceWords(source) {
  const { value, type } = source.resource ?? { type: '' };
  if (!value) return [];
  const nodes = value.text?.status === 'empty' ? [] : resourceNarrative(value.text?.div);
  const attached = list(value.presentedForm ?? list(value.content).map(({ attachment }) => attachment)).flatMap(plainAttachment);
  const sections = type === 'Composition' ? compositionSections(value) : [];
  if (!nodes.length && !sections.length && !attached.length) return [];
  return [{ title: text(value.title), kind: type, nodes: [...nodes, ...attached], facts: [], sections, copy: source.copy, partial: false }];
}

const MAX_ATTACHED = 400_000;

/** @param {any} attachment @returns {(Node | string)[]} its words, when it is plain text that stands in the record */
function plainAttachment(attachment) {
  const data = text(attachment?.data);
  if (!data || data.length > MAX_ATTACHED || !/^text\/plain\b/.test(text(attachment.contentType) ?? '')) return [];
  try {
    const octets = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
    return [{ type: 'preformatted', children: [new TextDecoder().decode(octets)] }];
  } catch {
    return [];
  }
}

/** What a reader looks for first comes first. */
const ORDER = ['allergy', 'problem', 'medication', 'result', 'vital', 'immunisation', 'procedure', 'encounter', 'document', 'coverage', 'claim'];

/** @param {Read} read @returns {Section[]} facts of sources without a narrative of their own, by kind */
function factSections(read) {
  const wordless = new Set(read.sources.filter(({ element }) => element?.local !== 'section').map(({ id }) => id));
  /** @type {Map<string, Fact[]>} */
  const kinds = new Map();
  for (const fact of read.facts.filter(({ source, kind }) => wordless.has(source) && kind !== 'patient')) {
    kinds.set(fact.kind, [...(kinds.get(fact.kind) ?? []), fact]);
  }
  const place = (/** @type {string} */ kind) => (ORDER.includes(kind) ? ORDER.indexOf(kind) : ORDER.length);
  const sorted = [...kinds].toSorted(([a], [b]) => place(a) - place(b));
  return sorted.map(([kind, facts]) => ({
    kind, facts: facts.toSorted(newestFirst(({ date }) => date)), nodes: [], sections: [],
    copy: facts.every(({ copy }) => copy), partial: false,
  }));
}

/**
 * @param {Read} read one part
 * @returns {Section[]} in the order of the source
 */
export function sections(read) {
  const records = read.sources.filter(({ role }) => role === 'record');
  const told = records.flatMap((source) => (source.element?.local === 'section' ? [cdaSection(source.element, source)] : []));
  const spoken = records.flatMap(resourceWords);
  return [...told, ...factSections(read), ...spoken];
}

/** @param {Read} read @returns {Source[]} those that have a text; files have none */
const written = ({ sources }) => sources.filter(({ attachment }) => !attachment);

/** @param {Read} read @returns {string[]} what every source with a text is called, by itself or by its kind */
export function rawTitles(read) {
  if (read.other) return [read.other.local];
  return written(read).map(({ element, resource }) => resource?.type ?? (element ? textOf(first(element, 'title')) || element.local : ''));
}

/** @param {Read} read @param {number} index in `rawTitles` @returns {string} the text that stood in the file; of XML its outline */
export function rawText(read, index) {
  if (read.other) return outline(read.other);
  const { resource, element } = written(read)[index];
  return resource?.text ?? (element ? outline(element) : '');
}
