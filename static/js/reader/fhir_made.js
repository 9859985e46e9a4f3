/**
 * Facts of sources that are not FHIR, as resources of FHIR R4. What a fact does not say is left out;
 * where R4 demands an answer, it is the code for "unknown".
 */

import { JsonNumber } from '../importer/json.js';
import { numberOf } from './facts.js';

/** @typedef {import('./facts.js').Fact} Fact */
/** @typedef {import('./facts.js').Code} Code */
/** @typedef {import('./facts.js').Value} Value */
/** @typedef {import('./facts.js').Range} Range */
/** @typedef {import('./personal.js').Person} Person */
/** @typedef {{reference: string} | undefined} Subject whom it is about, where that is open */
/** @typedef {{from: string, subject?: Subject, words?: string}} Setting the source's format, and the words of its section */

const HL7 = 'http://terminology.hl7.org/CodeSystem/';
const UCUM = 'http://unitsofmeasure.org';
const JSON_NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
const WHOLE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const MINUTES = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(Z|[+-]\d\d:\d\d)$/;

/** @param {any[]} some @returns {any[] | undefined} FHIR has no empty lists */
const listOf = (some) => (some.length ? some : undefined);

/** @param {string | undefined} text @returns {{text: string} | undefined} */
const inWords = (text) => (text?.trim() ? { text: text.trim() } : undefined);

/** @param {string} system @param {string} code */
const coded = (system, code) => ({ coding: [{ system: `${HL7}${system}`, code }] });

/** A time without its zone is told to the day: FHIR wants both. @param {string | undefined} date @returns {string | undefined} */
export function dateTime(date) {
  if (!date || WHOLE_TIME.test(date) || /^\d{4}(-\d\d){0,2}$/.test(date)) return date || undefined;
  return MINUTES.test(date) ? date.replace(MINUTES, '$1:00$2') : date.match(/^\d{4}-\d\d-\d\d/)?.[0];
}

/** @param {Code | undefined} code @param {string} [name] @returns {any} a CodeableConcept */
function concept(code, name) {
  const system = /^[a-z][a-z0-9+.-]*:\S+$/i.test(code?.system ?? '') ? code?.system : undefined;
  const value = code?.value?.trim().replace(/\s+/g, ' ');
  const coding = value ? [{ system, code: value, display: code?.display?.trim() || undefined }] : undefined;
  const text = name?.trim() || code?.display?.trim();
  return coding || text ? { coding, text: text || undefined } : { text: 'unknown' };
}

/** @param {string} text of a number @returns {JsonNumber} its own digits where JSON can have them */
const digits = (text) => new JsonNumber(JSON_NUMBER.test(text.trim()) ? text.trim() : String(Number(text)));

/** @param {string | undefined} value @param {string} [unit] @param {string} [comparator] @returns {any} a Quantity, or undefined */
function quantity(value, unit, comparator) {
  if (numberOf(value) === undefined) return undefined;
  const sign = ['<', '<=', '>=', '>'].includes(comparator ?? '') ? comparator : undefined;
  // UCUM's codes have no spaces; anything else is words.
  const code = unit && /^\S+$/.test(unit) ? { system: UCUM, code: unit } : {};
  return { value: digits(String(value)), comparator: sign, unit: unit || undefined, ...code };
}

/** @param {Value | undefined} value @returns {any} value[x] */
function valueOf(value) {
  const number = quantity(value?.value, value?.unit, value?.comparator);
  if (number) return { valueQuantity: number };
  if (value?.code) return { valueCodeableConcept: concept(value.code) };
  return value?.value?.trim() ? { valueString: [value.comparator, value.value, value.unit].filter(Boolean).join(' ') } : {};
}

const FLAGS = { high: 'H', low: 'L', 'critical-high': 'HH', 'critical-low': 'LL', abnormal: 'A', critical: 'AA', normal: 'N' };

/** @param {import('./facts.js').Flag | undefined} flag */
const interpretation = (flag) => (flag ? [coded('v3-ObservationInterpretation', FLAGS[flag])] : undefined);

/** @param {Range | undefined} range @param {string} [unit] of what was measured */
function ranges(range, unit) {
  if (!range) return undefined;
  const [low, high] = [range.low, range.high].map((end) => quantity(end, range.unit ?? unit));
  const text = range.text?.trim() || undefined;
  return low || high || text ? [{ low, high, text }] : undefined;
}

/** @param {Fact} fact @returns {any} start and end, or undefined */
function period({ date, end }) {
  const [start, until] = [dateTime(date), dateTime(end)];
  return start || until ? { start, end: until } : undefined;
}

/** @param {Record<string, string>} words @param {string | undefined} status of the source @param {string} other @returns {string} */
function statusIn(words, status, other) {
  const known = (status ?? '').toLowerCase();
  return Object.hasOwn(words, known) ? words[known] : other;
}

/** @param {Fact} fact @returns {any[] | undefined} */
const notes = ({ note, section }) => listOf([inWords(note), inWords(section)].filter(Boolean));

/** @param {Fact} fact @param {any} subject */
function allergy(fact, subject) {
  const over = fact.negated || /^(inactive|resolved|completed)$/i.test(fact.status ?? '');
  const degree = (/** @type {string | undefined} */ said) => /^(mild|moderate|severe)$/i.exec(said ?? '')?.[0].toLowerCase();
  return {
    resourceType: 'AllergyIntolerance', clinicalStatus: coded('allergyintolerance-clinical', over ? 'inactive' : 'active'),
    verificationStatus: fact.negated ? coded('allergyintolerance-verification', 'refuted') : undefined,
    criticality: fact.severe ? 'high' : undefined, code: concept(fact.code, fact.name), patient: subject, onsetDateTime: dateTime(fact.date),
    note: notes(fact),
    reaction: listOf(fact.reactions.filter(({ name }) => name.trim()).map(({ name, severity }) => ({ manifestation: [{ text: name.trim() }], severity: degree(severity) }))),
  };
}

const CONDITION = { active: 'active', inactive: 'inactive', resolved: 'resolved', remission: 'remission', recurrence: 'recurrence', relapse: 'relapse' };

/** @param {Fact} fact @param {any} subject */
function problem(fact, subject) {
  const end = dateTime(fact.end);
  const status = statusIn(CONDITION, fact.status, end ? 'resolved' : '');
  // What has ended is not active (invariant con-4).
  const clinical = end && !['inactive', 'resolved', 'remission'].includes(status) ? 'resolved' : status;
  return {
    resourceType: 'Condition', clinicalStatus: clinical ? coded('condition-clinical', clinical) : undefined,
    verificationStatus: fact.negated ? coded('condition-ver-status', 'refuted') : undefined, severity: inWords(fact.severity),
    code: concept(fact.code, fact.name), subject, onsetDateTime: dateTime(fact.date), abatementDateTime: end, note: notes(fact),
  };
}

const TAKEN = { active: 'active', completed: 'completed', aborted: 'stopped', stopped: 'stopped', 'on-hold': 'on-hold', suspended: 'on-hold', intended: 'intended' };
const PERIODS = new Set(['s', 'min', 'h', 'd', 'wk', 'mo', 'a']);

/** @param {NonNullable<Fact['dose']>['every']} every @returns {any} a Timing, or undefined */
function timing(every) {
  const { times, period: length, unit } = every ?? {};
  if (numberOf(length) === undefined || !PERIODS.has(unit ?? '')) return undefined;
  const frequency = /^[1-9]\d{0,8}$/.test(times ?? '') ? new JsonNumber(String(times)) : undefined;
  return { repeat: { frequency, period: digits(String(length)), periodUnit: unit } };
}

/** @param {Fact['dose']} dose @returns {any[] | undefined} */
function dosage(dose) {
  if (!dose) return undefined;
  const amount = quantity(dose.amount, dose.unit);
  const made = {
    text: dose.text?.trim() || undefined, timing: timing(dose.every), asNeededBoolean: dose.asNeeded || undefined, route: inWords(dose.route),
    doseAndRate: amount ? [{ doseQuantity: amount }] : undefined,
  };
  return Object.values(made).some((each) => each !== undefined) ? [made] : undefined;
}

/** @param {Fact} fact @param {any} subject */
function medication(fact, subject) {
  return {
    resourceType: 'MedicationStatement', status: fact.negated ? 'not-taken' : statusIn(TAKEN, fact.status, 'unknown'),
    medicationCodeableConcept: concept(fact.code, fact.name), subject, effectivePeriod: period(fact), note: notes(fact), dosage: dosage(fact.dose),
  };
}

const REPORTED = { completed: 'final', final: 'final', active: 'preliminary', preliminary: 'preliminary', amended: 'amended', corrected: 'corrected', cancelled: 'cancelled', aborted: 'cancelled' };
const CATEGORIES = /** @type {Record<string, string>} */ ({ result: 'laboratory', vital: 'vital-signs' });

/** @param {Fact} fact @param {any} subject */
function observation(fact, subject) {
  const category = CATEGORIES[fact.kind];
  return {
    resourceType: 'Observation', status: statusIn(REPORTED, fact.status, 'unknown'),
    category: category ? [coded('observation-category', category)] : undefined,
    code: concept(fact.code, fact.name), subject, effectiveDateTime: dateTime(fact.date), performer: fact.who ? [{ display: fact.who }] : undefined,
    ...(fact.negated && !fact.value ? { valueString: 'negated' } : valueOf(fact.value)), interpretation: interpretation(fact.flag),
    note: notes(fact), referenceRange: ranges(fact.range, fact.value?.unit),
    component: listOf(fact.components.map(({ code, name, value, range, flag }) => ({
      code: concept(code, name), ...valueOf(value), interpretation: interpretation(flag), referenceRange: ranges(range, value?.unit),
    }))),
  };
}

/** @param {Fact} fact @param {any} subject */
function immunisation(fact, subject) {
  const date = dateTime(fact.date);
  return {
    resourceType: 'Immunization', status: fact.negated ? 'not-done' : 'completed', vaccineCode: concept(fact.code, fact.name), patient: subject,
    ...(date ? { occurrenceDateTime: date } : { occurrenceString: 'unknown' }), performer: fact.who ? [{ actor: { display: fact.who } }] : undefined, note: notes(fact),
  };
}

const DONE = { completed: 'completed', active: 'in-progress', aborted: 'stopped', cancelled: 'not-done' };

/** @param {Fact} fact @param {any} subject */
function procedure(fact, subject) {
  return {
    resourceType: 'Procedure', status: fact.negated ? 'not-done' : statusIn(DONE, fact.status, 'unknown'), code: concept(fact.code, fact.name), subject,
    performedPeriod: period(fact), performer: fact.who ? [{ actor: { display: fact.who } }] : undefined, note: notes(fact),
  };
}

/** @param {Fact} fact @param {any} subject */
function encounter(fact, subject) {
  return {
    resourceType: 'Encounter', status: statusIn({ completed: 'finished', finished: 'finished', active: 'in-progress' }, fact.status, 'unknown'),
    class: { system: `${HL7}v3-NullFlavor`, code: 'UNK' }, type: [concept(fact.code, fact.name)], subject,
    participant: fact.who ? [{ individual: { display: fact.who } }] : undefined, period: period(fact),
  };
}

/** @param {Fact} fact @param {any} subject */
function coverage(fact, subject) {
  return {
    resourceType: 'Coverage', status: statusIn({ active: 'active', completed: 'active', cancelled: 'cancelled' }, fact.status, 'active'),
    type: concept(fact.code, fact.name), beneficiary: subject, period: period(fact), payor: [{ display: fact.who?.trim() || fact.name?.trim() || 'unknown' }],
  };
}

/** @param {string} text @returns {string} Base64 of its UTF-8 */
function base64(text) {
  let octets = '';
  for (const octet of new TextEncoder().encode(text)) octets += String.fromCharCode(octet);
  return btoa(octets);
}

/** @param {Fact} fact @param {any} subject @param {string} words */
function document(fact, subject, words) {
  const { attachment } = fact;
  const content = attachment ? { contentType: attachment.type || undefined, size: new JsonNumber(String(attachment.size)), title: attachment.name || undefined }
    : { contentType: 'text/plain; charset=utf-8', data: words ? base64(words) : undefined, title: fact.name?.trim() || undefined };
  return {
    resourceType: 'DocumentReference', status: 'current', type: concept(fact.code, fact.name), subject,
    description: fact.name?.trim() || undefined, content: [{ attachment: content }],
  };
}

/** @param {Fact} fact @param {any} subject */
function basic(fact, subject) {
  return { resourceType: 'Basic', code: concept(fact.code, fact.name), subject, created: dateTime(fact.date)?.slice(0, 10) };
}

/** @type {Record<string, (fact: Fact, subject: any, words: string) => any>} */
const MAKE = { allergy, problem, medication, result: observation, vital: observation, other: observation, immunisation, procedure, encounter, coverage, document };

const SEXES = { male: 'male', m: 'male', female: 'female', f: 'female', other: 'other', undifferentiated: 'other', un: 'other' };

/** @param {Person} person */
function patient({ details }) {
  const values = (/** @type {string} */ field) => details.filter((each) => each.field === field).map(({ value }) => value);
  const sex = values('sex')[0];
  const reached = [['phone', 'phone'], ['e-mail', 'email']].flatMap(([field, system]) => values(field).map((value) => ({ system, value })));
  return {
    resourceType: 'Patient', identifier: listOf(values('identifier').map((value) => ({ value }))), name: listOf(values('name').map((text) => ({ text }))),
    telecom: listOf(reached), gender: sex ? statusIn(SEXES, sex, 'unknown') : undefined, birthDate: dateTime(values('birth-date')[0])?.slice(0, 10),
    deceasedDateTime: dateTime(values('died')[0]), address: listOf(values('address').map((text) => ({ text }))),
  };
}

/**
 * @param {Fact | Person} one a fact, or who the record is of
 * @param {Setting} setting
 * @returns {any} a resource of FHIR R4, numbers as JsonNumber
 */
export function resourceOf(one, { from, subject, words = '' }) {
  // Whose it is stands in a part of its own, which may not be open.
  const whom = subject ?? { type: 'Patient', display: 'patient' };
  const { resourceType, ...made } = 'details' in one ? patient(one) : (MAKE[one.kind] ?? basic)(one, whom, words);
  return { resourceType, meta: { tag: [{ system: 'urn:sesphr:phr:1', code: 'converted', display: `Converted from ${from}` }] }, ...made };
}
