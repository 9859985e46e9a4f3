/**
 * Walks a C-CDA section: its statements, its codes, its values and its times.
 *
 * The walk is the importer's, so that each item of a partition has its fact.
 */

import { isoDate } from '../importer/ccda_items.js';
import { all, attribute, elements, every, first, textOf } from './tree.js';

/** @typedef {import('./tree.js').Element} Element */
/** @typedef {import('./facts.js').Code} Code */
/** @typedef {import('./facts.js').Value} Value */
/** @typedef {{statement: Element, outer: Element, panel?: Element}} Found */

const STATEMENTS = new Set(['act', 'observation', 'procedure', 'encounter', 'substanceAdministration', 'supply', 'organizer',
  'observationMedia', 'regionOfInterest']);
/** Kinds whose entries may be an act around the statement, and the statement's template. */
const WRAPPED = new Map([['allergy', '2.16.840.1.113883.10.20.22.4.7'], ['problem', '2.16.840.1.113883.10.20.22.4.4'],
  ['coverage', '2.16.840.1.113883.10.20.22.4.61'], ['medication', '2.16.840.1.113883.10.20.22.4.16']]);
const XSI = 'http://www.w3.org/2001/XMLSchema-instance';

/** @type {Record<string, string>} */
const SYSTEMS = {
  '2.16.840.1.113883.6.1': 'http://loinc.org', '2.16.840.1.113883.6.96': 'http://snomed.info/sct',
  '2.16.840.1.113883.6.88': 'http://www.nlm.nih.gov/research/umls/rxnorm', '2.16.840.1.113883.6.90': 'http://hl7.org/fhir/sid/icd-10-cm',
  '2.16.840.1.113883.6.103': 'http://hl7.org/fhir/sid/icd-9-cm', '2.16.840.1.113883.6.12': 'http://www.ama-assn.org/go/cpt',
  '2.16.840.1.113883.12.292': 'http://hl7.org/fhir/sid/cvx', '2.16.840.1.113883.6.69': 'http://hl7.org/fhir/sid/ndc',
};

/** @param {Element} holder @returns {Element[]} */
export function statementsOf(holder) {
  return elements(holder).filter(({ local, uri }) => uri === holder.uri && STATEMENTS.has(local));
}

/** @param {Element} act @param {string} template @returns {Element[]} what a concern is about */
function wrappedIn(act, template) {
  const inner = all(act, 'entryRelationship')
    .filter((each) => ['SUBJ', 'COMP'].includes(attribute(each, 'typeCode') ?? '') && attribute(each, 'inversionInd') !== 'true')
    .flatMap(statementsOf);
  const usual = inner.filter((each) => all(each, 'templateId').some((id) => attribute(id, 'root') === template));
  return usual.length ? usual : inner;
}

/** @param {Element} statement @param {string} kind @param {Element} [panel] the organizer around it @returns {Found[]} */
function walk(statement, kind, panel) {
  if (statement.local === 'organizer') {
    const inner = all(statement, 'component').flatMap(statementsOf);
    return inner.length ? inner.flatMap((each) => walk(each, kind, statement)) : [{ statement, outer: statement, panel }];
  }
  const template = WRAPPED.get(kind);
  const inner = template && statement.local === 'act' ? wrappedIn(statement, template) : [];
  return inner.length ? inner.map((each) => ({ statement: each, outer: statement, panel })) : [{ statement, outer: statement, panel }];
}

/** @param {Element} section @param {string} kind of its items @returns {Found[]} */
export function entriesOf(section, kind) {
  return all(section, 'entry').flatMap((entry) => statementsOf(entry).flatMap((statement) => walk(statement, kind)));
}

/** Reads codes and words of one section, following references into its narrative. */
export class Words {
  /** @param {Element} section */
  constructor(section) {
    /** @type {Map<string, Element>} */
    this.byId = new Map();
    const text = first(section, 'text');
    if (text) this.index(text);
  }

  /** @param {Element} element */
  index(element) {
    const id = attribute(element, 'ID');
    if (id && !this.byId.has(id)) this.byId.set(id, element);
    for (const child of elements(element)) this.index(child);
  }

  /** @param {Element | undefined} text an originalText or text @returns {string} */
  read(text) {
    const written = textOf(text);
    if (written) return written.slice(0, 500);
    const target = attribute(first(text, 'reference'), 'value');
    return target?.startsWith('#') ? textOf(this.byId.get(target.slice(1))).slice(0, 500) : '';
  }

  /** @param {Element | undefined} element of type CD @returns {Code | undefined} */
  code(element) {
    if (!element) return undefined;
    const coded = attribute(element, 'code') ? element : all(element, 'translation').find((each) => attribute(each, 'code'));
    const oid = attribute(coded, 'codeSystem');
    const display = attribute(element, 'displayName') ?? attribute(coded, 'displayName') ?? this.read(first(element, 'originalText'));
    const value = attribute(coded, 'code');
    const system = oid && (Object.hasOwn(SYSTEMS, oid) ? SYSTEMS[oid] : `urn:oid:${oid}`);
    return value || display ? { system, value, display: display || undefined } : undefined;
  }

  /** @param {Element | undefined} value of an observation @returns {Value | undefined} */
  value(value) {
    if (!value) return undefined;
    const type = typeOf(value);
    if (['CD', 'CE', 'CO', 'CV'].includes(type)) return { code: this.code(value) };
    if (type.startsWith('IVL_')) return interval(value);
    const plain = attribute(value, 'value') ?? textOf(value).slice(0, 500);
    return plain ? { value: type === 'TS' ? isoDate(plain) ?? plain : plain, unit: unitOf(value) } : undefined;
  }
}

/** @param {Element} value @returns {string} its xsi:type without prefix */
export function typeOf(value) {
  return value.attributes.find(({ uri, local }) => uri === XSI && local === 'type')?.value.replace(/^.*:/, '') ?? '';
}

/** @param {Element | undefined} value */
export function unitOf(value) {
  const unit = attribute(value, 'unit');
  return unit === '1' ? undefined : unit;
}

/** @param {Element} value @returns {Value | undefined} one bound alone is a comparison */
function interval(value) {
  const [low, high] = [first(value, 'low'), first(value, 'high')];
  const [from, to] = [attribute(low, 'value'), attribute(high, 'value')];
  const unit = unitOf(low) ?? unitOf(high);
  if (from && to) return { value: `${from}–${to}`, unit };
  if (from) return { value: from, unit, comparator: attribute(low, 'inclusive') === 'false' ? '>' : '>=' };
  return to ? { value: to, unit, comparator: attribute(high, 'inclusive') === 'false' ? '<' : '<=' } : undefined;
}

/** @param {Element} statement @returns {{date?: string, end?: string}} */
export function timesOf(statement) {
  for (const time of [...all(statement, 'effectiveTime'), ...all(statement, 'time')]) {
    const date = isoDate(attribute(time, 'value')) ?? isoDate(attribute(first(time, 'low'), 'value'));
    const end = isoDate(attribute(first(time, 'high'), 'value'));
    if (date || end) return { date: date ?? end, end };
  }
  return {};
}

/** Names of people and organisations below an element. @param {Element | undefined} element @param {string} path */
export function namesAt(element, path) {
  return every(element, path).map(textOf).filter(Boolean);
}
