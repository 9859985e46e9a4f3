/**
 * The normalised item of a FHIR resource.
 *
 * An item repeats what a reader looks for first; the source has the rest. What
 * a resource does not say in the expected form is left out, never guessed.
 */

import { performerOf, rangeOf } from './fhir_measured.js';
import { conceptOf } from './fhir_names.js';
import { codesOf } from './fhir_rules.js';
import { isObject, textual } from './fhir_unwrap.js';
import { JsonNumber } from './json.js';

/** @typedef {import('./fhir_unwrap.js').Resource} Resource */
/** @typedef {import('./partition.js').Item} Item */
/** @typedef {import('./partition.js').Code} Code */
/** @typedef {import('./partition.js').Value} Value */

/** @type {Record<string, string>} */
const KINDS = {
  AllergyIntolerance: 'allergy', Condition: 'problem', Immunization: 'immunisation', Procedure: 'procedure',
  Encounter: 'encounter', Coverage: 'coverage', Patient: 'patient',
  MedicationRequest: 'medication', MedicationStatement: 'medication',
  MedicationDispense: 'medication', MedicationAdministration: 'medication',
  Claim: 'claim', ClaimResponse: 'claim', ExplanationOfBenefit: 'claim',
  DocumentReference: 'document', DocumentManifest: 'document', Composition: 'document',
  DiagnosticReport: 'document', Media: 'document',
};

const DATES = ['effectiveDateTime', 'effectivePeriod', 'effectiveInstant', 'onsetDateTime', 'onsetPeriod',
  'occurrenceDateTime', 'occurrencePeriod', 'performedDateTime', 'performedPeriod', 'authoredOn', 'whenHandedOver',
  'servicedDate', 'servicedPeriod', 'billablePeriod', 'period', 'dateAsserted', 'created', 'dateTime', 'date',
  'recordedDate', 'issued', 'sent', 'birthDate'];

const CATEGORY = 'http://terminology.hl7.org/CodeSystem/observation-category|';
const RESULT_CATEGORIES = ['laboratory', 'imaging', 'exam', 'procedure'];

/** @param {any} value @returns {string} */
function observationKind(value) {
  const categories = codesOf(value.category);
  if (categories.includes(`${CATEGORY}vital-signs`)) return 'vital';
  if (categories.some((each) => RESULT_CATEGORIES.includes(each.split('|')[1]))) return 'result';
  return categories.length ? 'other' : 'result';
}

/** @param {any} value @returns {string} */
export function kindOf(value) {
  if (value.resourceType === 'Observation') return observationKind(value);
  return Object.hasOwn(KINDS, value.resourceType) ? KINDS[value.resourceType] : 'other';
}

/** @param {any} value @returns {string | undefined} */
function dateOf(value) {
  for (const name of DATES) {
    const date = textual(value[name]) ?? textual(value[name]?.start);
    if (date) return date;
  }
  return undefined;
}

/** @param {any} coding @param {string} [text] @returns {Code | undefined} */
function fromCoding(coding, text) {
  if (!isObject(coding)) return text ? { display: text } : undefined;
  return { system: textual(coding.system), value: textual(coding.code), display: textual(coding.display) ?? text };
}

/** @param {any} concept a CodeableConcept, or a list of which the first counts @returns {Code | undefined} */
function fromConcept(concept) {
  const [one] = [concept].flat();
  if (!isObject(one)) return undefined;
  const [coding] = [one.coding].flat();
  return fromCoding(coding, textual(one.text));
}

/** @param {any} value @param {(reference: string) => any} follow @returns {Code | undefined} */
function codeOf(value, follow) {
  const named = fromConcept(value.code) ?? fromConcept(value.medicationCodeableConcept)
    ?? fromConcept(value.vaccineCode) ?? fromConcept(value.type);
  if (named) return named;
  if (value.resourceType === 'Encounter') return fromCoding(value.class);
  const reference = textual(value.medicationReference?.reference);
  if (reference) return fromConcept(follow(reference)?.code) ?? fromCoding(null, textual(value.medicationReference.display));
  return fromConcept(conceptOf(value)) ?? fromConcept(value.category);
}

/** @param {any} number @returns {string | undefined} */
function numeral(number) {
  return number instanceof JsonNumber ? number.text : undefined;
}

/** @param {any} quantity @returns {Value} */
function fromQuantity({ value, unit, code, comparator }) {
  return { value: numeral(value), unit: textual(unit) ?? textual(code), comparator: textual(comparator) };
}

/** One bound alone is a comparison. @param {any} low @param {string} sign @param {any} high @returns {Value | undefined} */
function between(low, sign, high) {
  const [from, to] = [low, high].map((each) => (isObject(each) ? fromQuantity(each) : {}));
  if (from.value && to.value) return { value: `${from.value}${sign}${to.value}`, unit: from.unit ?? to.unit };
  if (from.value) return { ...from, comparator: '>=' };
  return to.value ? { ...to, comparator: '<=' } : undefined;
}

/** @param {any} value an Observation or one of its components @returns {Value | undefined} */
function valueOf(value) {
  if (isObject(value.valueQuantity)) return fromQuantity(value.valueQuantity);
  if (isObject(value.valueCodeableConcept)) return { code: fromConcept(value.valueCodeableConcept) };
  if (typeof value.valueBoolean === 'boolean') return { value: String(value.valueBoolean) };
  if (isObject(value.valueRange)) return between(value.valueRange.low, '–', value.valueRange.high);
  if (isObject(value.valueRatio)) return between(value.valueRatio.numerator, ':', value.valueRatio.denominator);
  const plain = textual(value.valueString) ?? textual(value.valueDateTime) ?? textual(value.valueTime) ?? numeral(value.valueInteger);
  return plain === undefined ? undefined : { value: plain };
}

/** @param {any} value an Observation or a component @returns {import('./partition.js').Measured} */
function measured(value) {
  return { value: valueOf(value), range: rangeOf(value), flag: fromConcept(value.interpretation) };
}

/** @param {any} value @returns {import('./partition.js').Component[]} */
function componentsOf(value) {
  if (value.resourceType !== 'Observation' || !Array.isArray(value.component)) return [];
  return value.component.filter(isObject).map((/** @type {any} */ each) => ({ code: fromConcept(each.code), ...measured(each) }));
}

/** @param {any} value @returns {string | undefined} */
function statusOf(value) {
  return fromConcept(value.clinicalStatus)?.value ?? textual(value.status);
}

/**
 * @param {Resource} resource
 * @param {(reference: string) => any} follow gives the resource that a reference names, or undefined
 * @returns {Item}
 */
export function itemOf({ value }, follow) {
  return {
    kind: kindOf(value), status: statusOf(value), verification: fromConcept(value.verificationStatus)?.value,
    date: dateOf(value), code: value.resourceType === 'Patient' ? undefined : codeOf(value, follow),
    ...(value.resourceType === 'Observation' ? measured(value) : {}), performer: performerOf(value, follow), components: componentsOf(value),
  };
}
