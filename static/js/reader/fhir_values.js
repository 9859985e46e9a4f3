/**
 * Reads the data types of FHIR that people are shown: concepts, quantities, times, names, addresses.
 *
 * Numbers stay the source's characters. Each function takes anything and gives
 * undefined for what is not of its form.
 */

import { JsonNumber } from '../importer/json.js';

/** @typedef {import('./facts.js').Code} Code */
/** @typedef {import('./facts.js').Value} Value */

/** @param {any} value @returns {boolean} */
export function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber);
}

/** @param {any} value @returns {any[]} its objects, of a list or of one */
export function list(value) {
  return [value].flat().filter(isObject);
}

/** @param {any} value @returns {string | undefined} */
export function text(value) {
  return typeof value === 'string' && value.trim() ? value : undefined;
}

/** @param {any} value @returns {string | undefined} */
export function numeral(value) {
  return value instanceof JsonNumber ? value.text : undefined;
}

/** @param {any} concept a CodeableConcept, or a list of which the first counts @returns {Code | undefined} */
export function concept(concept) {
  const [one] = list(concept);
  if (!one) return undefined;
  const [coding] = list(one.coding);
  const display = text(one.text) ?? text(coding?.display) ?? list(one.coding).map((each) => text(each.display)).find(Boolean);
  return coding || display ? { system: text(coding?.system), value: text(coding?.code), display } : undefined;
}

/** @param {any} concepts @returns {string | undefined} what the first is called, by words or by code */
export function called(concepts) {
  const code = concept(concepts);
  return code?.display ?? code?.value;
}

/** @param {any} quantity @returns {Value | undefined} */
export function quantity(quantity) {
  if (!isObject(quantity)) return undefined;
  const value = numeral(quantity.value);
  return value === undefined ? undefined : { value, unit: text(quantity.unit) ?? text(quantity.code), comparator: text(quantity.comparator) };
}

/** @param {any} value an Observation or a component @returns {Value | undefined} */
export function observed(value) {
  const found = quantity(value.valueQuantity);
  if (found) return found;
  if (isObject(value.valueCodeableConcept)) return { code: concept(value.valueCodeableConcept) };
  if (typeof value.valueBoolean === 'boolean') return { value: String(value.valueBoolean) };
  if (isObject(value.valueRange)) return bounds(value.valueRange, '–');
  if (isObject(value.valueRatio)) return bounds({ low: value.valueRatio.numerator, high: value.valueRatio.denominator }, ':');
  const plain = text(value.valueString) ?? text(value.valueDateTime) ?? text(value.valueTime) ?? numeral(value.valueInteger)
    ?? text(value.valuePeriod?.start);
  return plain === undefined ? undefined : { value: plain };
}

/** @param {any} range @param {string} between @returns {Value | undefined} */
function bounds({ low, high }, between) {
  const [from, to] = [quantity(low), quantity(high)];
  const unit = from?.unit ?? to?.unit;
  if (from && to) return { value: `${from.value}${between}${to.value}`, unit };
  return from ? { ...from, comparator: '>=' } : to && { ...to, comparator: '<=' };
}

/**
 * @param {any} value a resource
 * @param {string[]} names of its members, the best first
 * @returns {{date?: string, end?: string}}
 */
export function timesIn(value, names) {
  for (const name of names) {
    const date = text(value[name]) ?? text(value[name]?.start);
    if (date) return { date, end: text(value[name]?.end) };
  }
  // Of some things only the end is known, as of a cover that is valid until a day.
  return { end: names.map((name) => text(value[name]?.end)).find(Boolean) };
}

/** @param {any} name a HumanName @returns {string | undefined} */
export function humanName(name) {
  if (!isObject(name)) return undefined;
  const parts = [name.prefix, name.given, name.family, name.suffix].flat().map(text).filter(Boolean);
  return text(name.text) ?? (parts.join(' ') || undefined);
}

/** @param {any} address @returns {string | undefined} on one line */
export function addressLine(address) {
  if (!isObject(address)) return undefined;
  const parts = [address.line, address.postalCode, address.city, address.district, address.state, address.country].flat().map(text).filter(Boolean);
  return parts.join(', ') || text(address.text);
}

/** @param {any} money @returns {{value: string, currency?: string} | undefined} */
export function money(money) {
  const value = numeral(money?.value);
  return value === undefined ? undefined : { value, currency: text(money.currency) };
}
