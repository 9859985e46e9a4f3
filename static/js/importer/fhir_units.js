/**
 * What a page shows of the units of a FHIR file: one resource each.
 *
 * Everything is in the file's own words; what it does not say is left out.
 */

import { isObject, textual } from './fhir_unwrap.js';

/** @typedef {import('./units.js').About} About */
/** @typedef {import('./partition.js').Item} Item */

const MAX_TEXT = 200;

/** Kinds that an item calls `other`, and a page can name better. @type {Record<string, string>} */
const KINDS = { RelatedPerson: 'contact', Person: 'contact', Consent: 'consent' };

/** @param {any} value @returns {any} the first of a list, or the value itself */
function one(value) {
  return Array.isArray(value) ? value[0] : value;
}

/** @param {any} names a HumanName or a list of them @returns {string} */
function personName(names) {
  const name = one(names);
  if (!isObject(name)) return '';
  const given = [name.given].flat().filter((each) => typeof each === 'string');
  return textual(name.text) ?? [...given, textual(name.family) ?? ''].filter(Boolean).join(' ');
}

/** @param {any} value @param {Item} item @returns {string} how much and how often, or who it is */
function textIn(value, item) {
  if (item.kind === 'patient' || Object.hasOwn(KINDS, value.resourceType)) return personName(value.name);
  // What a bill calls its type is a code that people do not know; who sent it, they do.
  if (item.kind === 'claim') return textual(value.provider?.display) ?? textual(value.insurer?.display) ?? item.code?.value ?? '';
  const dosage = one(value.dosageInstruction) ?? one(value.dosage);
  return (isObject(dosage) ? textual(dosage.text) ?? textual(one(dosage.timing?.code)?.text) : undefined) ?? '';
}

/** @param {any} value @param {(reference: string) => any} follow @returns {string | undefined} who pays */
function payer(value, follow) {
  const reference = one(value.payor);
  if (!isObject(reference)) return undefined;
  return textual(reference.display) ?? textual(follow(textual(reference.reference) ?? '')?.name);
}

/** A type in words where the resource calls itself nothing: CareTeam is "Care Team". @param {string} type */
function spaced(type) {
  return type.replace(/([a-z])([A-Z])/g, '$1 $2');
}

/** @param {any} value @param {Item} item @param {(reference: string) => any} follow @returns {string | undefined} */
function titleOf(value, item, follow) {
  if (item.kind === 'patient' || Object.hasOwn(KINDS, value.resourceType)) return undefined;
  if (item.kind === 'claim') return item.code?.display;
  const named = item.kind === 'coverage' ? payer(value, follow) : undefined;
  return named ?? item.code?.display ?? textual(value.title) ?? textual(value.name) ?? textual(one(value.description)?.text)
    ?? textual(value.description) ?? item.code?.value ?? spaced(value.resourceType);
}

/** Two values of one measurement, as blood pressure is written. @param {Item} item @returns {{value?: string, unit?: string}} */
function pair({ components = [] }) {
  const [first, second] = components.map(({ value }) => value);
  const whole = components.length === 2 && first?.value && second?.value && first.unit === second.unit && !first.comparator && !second.comparator;
  return whole ? { value: `${first.value}/${second.value}`, unit: first.unit?.slice(0, 32) } : {};
}

/** @param {Item} item @returns {{value?: string, unit?: string}} */
function measured(item) {
  const { value } = item;
  if (!value) return pair(item);
  const number = [value.comparator, value.value].filter(Boolean).join(' ');
  return { value: (number || value.code?.display || value.code?.value)?.slice(0, MAX_TEXT), unit: value.unit?.slice(0, 32) };
}

/**
 * @param {any} value a resource
 * @param {Item} item
 * @param {(reference: string) => any} follow
 * @returns {About}
 */
export function aboutResource(value, item, follow) {
  const kind = Object.hasOwn(KINDS, value.resourceType) ? KINDS[value.resourceType] : item.kind;
  return {
    kind, type: value.resourceType, title: titleOf(value, item, follow)?.slice(0, MAX_TEXT),
    text: textIn(value, item).slice(0, MAX_TEXT), ...measured(item), date: item.date, status: item.status,
    names: [], items: 1,
  };
}
