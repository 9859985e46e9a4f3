/**
 * The normalised items of a C-CDA section.
 *
 * An item repeats what a reader looks for first; the section itself has the
 * rest. What an entry does not say in the expected form is left out.
 */

import { all, attribute, elementsOf, first, textOf } from './xml.js';

/** @typedef {import('./xml.js').Element} Element */
/** @typedef {import('./partition.js').Item} Item */
/** @typedef {import('./partition.js').Code} Code */
/** @typedef {import('./partition.js').Value} Value */

const STATEMENTS = new Set(['act', 'observation', 'procedure', 'encounter', 'substanceAdministration', 'supply',
  'organizer', 'observationMedia', 'regionOfInterest']);

/** Kinds whose entries may be an act around the statement, and the statement's usual template. */
const WRAPPED = new Map([
  ['allergy', '2.16.840.1.113883.10.20.22.4.7'], ['problem', '2.16.840.1.113883.10.20.22.4.4'],
  ['coverage', '2.16.840.1.113883.10.20.22.4.61'], ['medication', '2.16.840.1.113883.10.20.22.4.16'],
]);
const XSI = 'http://www.w3.org/2001/XMLSchema-instance';
const MAX_TEXT = 200;
const VALUED = new Set(['result', 'vital', 'other']);

/** Code systems that FHIR names by URL, so that one code has one name in both formats. @type {Record<string, string>} */
const SYSTEMS = {
  '2.16.840.1.113883.6.1': 'http://loinc.org',
  '2.16.840.1.113883.6.96': 'http://snomed.info/sct',
  '2.16.840.1.113883.6.88': 'http://www.nlm.nih.gov/research/umls/rxnorm',
  '2.16.840.1.113883.6.90': 'http://hl7.org/fhir/sid/icd-10-cm',
  '2.16.840.1.113883.6.103': 'http://hl7.org/fhir/sid/icd-9-cm',
  '2.16.840.1.113883.6.12': 'http://www.ama-assn.org/go/cpt',
  '2.16.840.1.113883.12.292': 'http://hl7.org/fhir/sid/cvx',
  '2.16.840.1.113883.6.69': 'http://hl7.org/fhir/sid/ndc',
};

/** @param {string | undefined} oid */
function systemOf(oid) {
  if (!oid) return undefined;
  return Object.hasOwn(SYSTEMS, oid) ? SYSTEMS[oid] : `urn:oid:${oid}`;
}

/**
 * An HL7 timestamp (YYYYMMDDHHMMSS.s+ZZZZ) as ISO 8601, as precise as it was.
 *
 * @param {string | undefined} value
 * @returns {string | undefined}
 */
export function isoDate(value) {
  const found = /^(\d{4})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:\.\d+)?)?)?)?)?)?(?:([+-]\d{2})(\d{2}))?$/.exec(value ?? '');
  if (!found) return undefined;
  const [, year, month, day, hour, minute, second, zone, zoneMinute] = found;
  const date = [year, month, day].filter(Boolean).join('-');
  if (!hour) return date;
  return `${date}T${hour}:${minute ?? '00'}${second ? `:${second}` : ''}${zone ? `${zone}:${zoneMinute}` : ''}`;
}

/** @param {Element} statement */
function dateOf(statement) {
  for (const time of [...all(statement, 'effectiveTime'), ...all(statement, 'time')]) {
    const date = isoDate(attribute(time, 'value')) ?? isoDate(attribute(first(time, 'low'), 'value'))
      ?? isoDate(attribute(first(time, 'high'), 'value'));
    if (date) return date;
  }
  return undefined;
}

/** Resolves references from entries into the narrative of one section. */
class Narrative {
  /** @param {Element} section */
  constructor(section) {
    /** Texts are kept once read: many entries may point at one long text. @type {Map<string, Element | string>} */
    this.byId = new Map();
    const text = first(section, 'text');
    if (text) this.index(text);
  }

  /** @param {Element} element */
  index(element) {
    const id = attribute(element, 'ID');
    if (id && !this.byId.has(id)) this.byId.set(id, element);
    for (const child of elementsOf(element)) this.index(child);
  }

  /** @param {Element | undefined} text an originalText or text element */
  read(text) {
    const written = textOf(text);
    if (written) return written.slice(0, 500);
    const target = attribute(first(text, 'reference'), 'value');
    return target?.startsWith('#') ? this.written(target.slice(1)) : '';
  }

  /** @param {string} id @returns {string} */
  written(id) {
    const found = this.byId.get(id) ?? '';
    if (typeof found === 'string') return found;
    const words = textOf(found).slice(0, 500);
    this.byId.set(id, words);
    return words;
  }
}

class SectionReader {
  /** @param {Element} section @param {string} kind */
  constructor(section, kind) {
    this.section = section;
    this.kind = kind;
    this.narrative = new Narrative(section);
  }

  /** @returns {Item[]} */
  items() {
    const entries = all(this.section, 'entry');
    const found = entries.flatMap((entry, index) => statementsOf(entry)
      .flatMap((statement) => this.read(statement)).map((item) => ({ ...item, entry: index + 1 })));
    return found.length ? found : this.narrativeItem();
  }

  /** A section of narrative alone is a document of its own. @returns {Item[]} */
  narrativeItem() {
    const title = textOf(first(this.section, 'title')).slice(0, 200);
    const code = this.code(first(this.section, 'code')) ?? {};
    return [{ kind: 'document', code: { ...code, display: title || code.display } }];
  }

  /** @param {Element} statement @returns {Item[]} */
  read(statement) {
    if (statement.local === 'organizer') return this.organizer(statement);
    const template = WRAPPED.get(this.kind);
    const inner = template && statement.local === 'act' ? wrappedIn(statement, template) : [];
    if (!inner.length) return [this.item(statement, statement)];
    return inner.map((each) => this.item(each, statement));
  }

  /** @param {Element} organizer @returns {Item[]} */
  organizer(organizer) {
    const inner = all(organizer, 'component').flatMap(statementsOf);
    return inner.length ? inner.flatMap((each) => this.read(each)) : [this.item(organizer, organizer)];
  }

  /** @param {Element} statement @param {Element} outer whose status counts @returns {Item} */
  item(statement, outer) {
    const read = VALUED.has(this.kind);
    return {
      kind: this.kind, status: attribute(first(outer, 'statusCode'), 'code'),
      date: dateOf(statement) ?? dateOf(outer), code: this.subject(statement),
      negated: attribute(statement, 'negationInd') === 'true',
      ...(read && statement.local === 'observation' ? this.measured(statement) : {}), performer: performerOf(statement),
    };
  }

  /** What the statement is about. @param {Element} statement @returns {Code | undefined} */
  subject(statement) {
    const product = first(statement, 'consumable/manufacturedProduct/manufacturedMaterial/code')
      ?? first(statement, 'product/manufacturedProduct/manufacturedMaterial/code')
      ?? (statement.local === 'supply' ? first(statement, 'participant/participantRole/playingDevice/code') : undefined);
    const own = first(statement, 'code');
    if (product) return this.code(product);
    if (this.kind === 'allergy') {
      const agent = first(statement, 'participant/participantRole/playingEntity/code');
      return this.code(agent) ?? this.code(first(statement, 'value')) ?? this.code(own);
    }
    if (this.kind === 'problem' && statement.local === 'observation') return this.code(first(statement, 'value')) ?? this.code(own);
    return this.code(own);
  }

  /** @param {Element | undefined} element of type CD @returns {Code | undefined} */
  code(element) {
    if (!element) return undefined;
    const coded = attribute(element, 'code') ? element : all(element, 'translation').find((each) => attribute(each, 'code'));
    const display = attribute(element, 'displayName') ?? attribute(coded, 'displayName')
      ?? this.narrative.read(first(element, 'originalText'));
    const value = attribute(coded, 'code');
    return value || display ? { system: systemOf(attribute(coded, 'codeSystem')), value, display } : undefined;
  }

  /** @param {Element} observation @returns {import('./partition.js').Measured} */
  measured(observation) {
    return {
      value: this.value(observation), range: rangeOf(first(observation, 'referenceRange/observationRange')),
      flag: this.code(first(observation, 'interpretationCode')),
    };
  }

  /** @param {Element} observation @returns {Value | undefined} */
  value(observation) {
    const value = first(observation, 'value');
    if (!value) return undefined;
    const type = value.attributes.find(({ uri, local }) => uri === XSI && local === 'type')?.value.replace(/^.*:/, '') ?? '';
    if (['CD', 'CE', 'CO', 'CV'].includes(type)) return { code: this.code(value) };
    if (type.startsWith('IVL_')) return interval(value);
    const plain = attribute(value, 'value') ?? textOf(value).slice(0, 500);
    return plain ? { value: plain, unit: unitOf(value) } : undefined;
  }
}

/** @param {Element | undefined} value */
function unitOf(value) {
  const unit = attribute(value, 'unit');
  return unit === '1' ? undefined : unit;
}

/** @param {Element | undefined} range @returns {import('./partition.js').Range | undefined} */
function rangeOf(range) {
  if (!range) return undefined;
  const value = first(range, 'value');
  const [low, high] = [first(value, 'low'), first(value, 'high')];
  const text = textOf(first(range, 'text')) || textOf(value);
  return { low: attribute(low, 'value'), high: attribute(high, 'value'), unit: unitOf(low) ?? unitOf(high), text: text.slice(0, MAX_TEXT) || undefined };
}

/** @param {Element} statement @returns {string | undefined} the person, otherwise the organisation, that did it */
function performerOf(statement) {
  const entity = first(statement, 'performer/assignedEntity');
  const name = textOf(first(entity, 'assignedPerson/name')) || textOf(first(entity, 'representedOrganization/name'));
  return name.slice(0, MAX_TEXT) || undefined;
}

/** An interval that is bounded on one side is a comparison. @param {Element} value @returns {Value | undefined} */
function interval(value) {
  const [low, high] = [first(value, 'low'), first(value, 'high')];
  const [from, to] = [attribute(low, 'value'), attribute(high, 'value')];
  const unit = unitOf(low) ?? unitOf(high);
  if (from && to) return { value: `${from}–${to}`, unit };
  if (from) return { value: from, unit, comparator: attribute(low, 'inclusive') === 'false' ? '>' : '>=' };
  return to ? { value: to, unit, comparator: attribute(high, 'inclusive') === 'false' ? '<' : '<=' } : undefined;
}

/** @param {Element} holder an entry, component or entryRelationship @returns {Element[]} */
function statementsOf(holder) {
  return elementsOf(holder).filter(({ local, uri }) => uri === holder.uri && STATEMENTS.has(local));
}

/**
 * The statements that a concern act is about, not those that say more of it
 * (severity, status): these point the other way or lack the template.
 *
 * @param {Element} act @param {string} template
 * @returns {Element[]}
 */
function wrappedIn(act, template) {
  const inner = all(act, 'entryRelationship')
    .filter((each) => ['SUBJ', 'COMP'].includes(attribute(each, 'typeCode') ?? '') && attribute(each, 'inversionInd') !== 'true')
    .flatMap(statementsOf);
  const usual = inner.filter((each) => all(each, 'templateId').some((id) => attribute(id, 'root') === template));
  return usual.length ? usual : inner;
}

/** @param {Element} section @param {string} kind @returns {Item[]} */
export function sectionItems(section, kind) {
  return new SectionReader(section, kind).items();
}

/** @param {Element} recordTarget @returns {Item} */
export function patientItem(recordTarget) {
  return { kind: 'patient', date: isoDate(attribute(first(recordTarget, 'patientRole/patient/birthTime'), 'value')) };
}
