/**
 * What is open of one person as one FHIR R4 Bundle: what a reader takes along.
 *
 * A resource of FHIR goes as it stood, to the last digit. What stood otherwise
 * (C-CDA, Apple Health) is told anew as resources, tagged as converted; a file
 * is named, and goes by itself.
 */

import { JsonNumber } from '../importer/json.js';
import { resourceOf } from './fhir_made.js';
import { sectionNarrative, words } from './narrative.js';
import { people } from './personal.js';
import { first } from './tree.js';

/** @typedef {import('./index.js').Read} Read */
/** @typedef {import('./partition.js').Source} Source */
/** A record as it was read; its document's date in ISO 8601. @typedef {{record: string, date: string, parts: Map<string, Read>}} Opened */
/** @typedef {import('./fhir_made.js').Subject} Subject */
/** @typedef {{fullUrl?: string, resource: any}} Entry `resource` is a value, or JSON text as it stood */

/** JSON text that goes in as it is. */
class Verbatim {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
  }
}

/** @param {any} value @returns {string} JSON, with the digits of every number as they were */
export function writeJson(value) {
  if (value instanceof Verbatim || value instanceof JsonNumber) return value.text;
  if (Array.isArray(value)) return `[${value.map(writeJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, each]) => each !== undefined);
  return `{${members.map(([name, each]) => `${JSON.stringify(name)}:${writeJson(each)}`).join(',')}}`;
}

/** @param {Source} source @returns {Entry[]} none when it is no resource, or only what a file said of itself */
function asItStood({ resource, role }) {
  if (!resource?.value || role === 'envelope') return [];
  const whole = resource.text.trimStart().startsWith('{');
  return [{ fullUrl: resource.fullUrl, resource: whole ? new Verbatim(resource.text.trim()) : resource.value }];
}

/** @param {Source} source @returns {string} its words; empty for what has none */
const told = ({ element }) => words(sectionNarrative(first(element, 'text'))).trim();

/** @param {Read} read @param {Subject} subject @returns {Entry[]} what is not FHIR, as FHIR */
function converted(read, subject) {
  const from = read.origin.format ?? 'unknown';
  const others = new Map(read.sources.filter(({ resource }) => !resource).map((source) => [source.id, source]));
  return read.facts.filter(({ kind, source }) => kind !== 'patient' && others.has(source)).map((fact) => {
    const source = /** @type {Source} */ (others.get(fact.source));
    return { resource: resourceOf(fact, { subject, from, words: fact.kind === 'document' && !source.attachment ? told(source) : '' }) };
  });
}

/** @param {Read} read @returns {boolean} whether somebody is described who is no resource */
const speaksOfPerson = ({ facts, sources }) => facts.some(({ kind, source }) => kind === 'patient' && !sources.find(({ id }) => id === source)?.resource);

/** @param {Opened} record @param {() => string} newUrl @returns {Entry[]} */
function entriesOf({ parts }, newUrl) {
  const personal = parts.get('personal');
  const persons = personal && speaksOfPerson(personal) ? people(personal) : [];
  const made = persons.map((person) => ({ fullUrl: newUrl(), resource: resourceOf(person, { from: personal?.origin.format ?? 'unknown' }) }));
  const subject = made.length === 1 ? { reference: made[0].fullUrl } : undefined;
  return [...made, ...[...parts.values()].flatMap((read) => [...read.sources.flatMap(asItStood), ...converted(read, subject)])];
}

/**
 * A name stands once in a Bundle (invariant bdl-7), and so does what two parts or two records repeat.
 * @param {Entry[]} entries @param {() => string} newUrl @returns {{fullUrl: string, resource: any}[]}
 */
function once(entries, newUrl) {
  const [names, contents] = [new Set(), new Set()];
  return entries.flatMap(({ fullUrl, resource }) => {
    const text = writeJson(resource);
    if (contents.has(text)) return [];
    const name = fullUrl && !names.has(fullUrl) ? fullUrl : newUrl();
    names.add(name);
    contents.add(text);
    return [{ fullUrl: name, resource: new Verbatim(text) }];
  });
}

/**
 * @param {Opened[]} records what is open of each, the newest first
 * @param {Date} now
 * @param {() => string} [newId] a UUID for what has no address of its own
 * @returns {string} a Bundle of the type "collection", JSON
 */
export function bundleOf(records, now, newId = () => crypto.randomUUID()) {
  const newUrl = () => `urn:uuid:${newId()}`;
  const entry = once(records.flatMap((record) => entriesOf(record, newUrl)), newUrl);
  return writeJson({ resourceType: 'Bundle', type: 'collection', timestamp: now.toISOString(), ...(entry.length ? { entry } : {}) });
}
