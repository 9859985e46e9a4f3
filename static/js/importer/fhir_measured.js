/**
 * What a FHIR resource says beside its value: the range it is held against, how it was judged, who did it.
 */

import { codesOf, isSupporting } from './fhir_rules.js';
import { isObject, textual } from './fhir_unwrap.js';
import { JsonNumber } from './json.js';

/** @typedef {import('./partition.js').Range} Range */

const MAX_TEXT = 200;
const NORMAL = 'http://terminology.hl7.org/CodeSystem/referencerange-meaning|normal';

/** @param {any} quantity @returns {{value?: string, unit?: string}} */
function bound(quantity) {
  if (!isObject(quantity) || !(quantity.value instanceof JsonNumber)) return {};
  return { value: quantity.value.text, unit: textual(quantity.unit) ?? textual(quantity.code) };
}

/** @param {any} value an Observation or a component @returns {Range | undefined} the range for everybody, or the first */
export function rangeOf(value) {
  const ranges = [value.referenceRange].flat().filter(isObject);
  const one = ranges.find(({ type }) => type === undefined || codesOf(type).includes(NORMAL)) ?? ranges[0];
  if (!one) return undefined;
  const [low, high] = [bound(one.low), bound(one.high)];
  return { low: low.value, high: high.value, unit: low.unit ?? high.unit, text: textual(one.text)?.slice(0, MAX_TEXT) };
}

/** @param {any} name a HumanName, or a list of them @returns {string | undefined} */
function humanName(name) {
  const [one] = [name].flat();
  if (!isObject(one)) return undefined;
  const parts = [one.prefix, one.given, one.family, one.suffix].flat().filter((each) => typeof each === 'string');
  return textual(one.text) ?? (parts.join(' ') || undefined);
}

/** @param {any} value @returns {any} the reference to who did it, or whose word it is */
function doer(value) {
  const [performer = {}] = [...[value.performer].flat(), ...[value.participant].flat()].filter(isObject);
  return performer.actor ?? performer.individual ?? (performer.reference || performer.display ? performer : undefined)
    ?? value.requester ?? value.provider ?? value.recorder ?? [value.author].flat()[0];
}

/**
 * Who did it. Of the resources that are referred to, only those that accompany the
 * record anyway are looked at: another partition's name must not come in by this way.
 *
 * @param {any} value a resource
 * @param {(reference: string) => any} follow
 * @returns {string | undefined}
 */
export function performerOf(value, follow) {
  return nameOf(doer(value), follow, true)?.slice(0, MAX_TEXT);
}

/** @param {any} reference @param {(reference: string) => any} follow @param {boolean} further @returns {string | undefined} */
function nameOf(reference, follow, further) {
  if (!isObject(reference)) return undefined;
  if (typeof reference.display === 'string') return reference.display;
  const found = follow(textual(reference.reference) ?? '');
  if (!found || !isSupporting(found.resourceType)) return undefined;
  return textual(found.name) ?? humanName(found.name) ?? (further ? nameOf(found.practitioner, follow, false) : undefined);
}
