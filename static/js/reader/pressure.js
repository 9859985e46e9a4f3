/**
 * Blood pressure as the pair that people write: from FHIR's panels, and from the two observations of
 * one time that C-CDA has.
 */

import { add, merged } from './summary.js';

/** @typedef {import('./summary.js').Known} Known */
/** @typedef {import('./facts.js').Component} Component */
/** @typedef {import('./facts.js').Flag} Flag */

const LOINC = 'http://loinc.org';
/** LOINC's codes of the pair and of its two. */
export const PRESSURE = '85354-9';
export const SYSTOLIC = '8480-6';
export const DIASTOLIC = '8462-4';

/** @param {import('./facts.js').Fact} fact @returns {[Component, Component] | undefined} the upper and the lower, of one unit */
export function pairOf({ components }) {
  const [upper, lower] = [SYSTOLIC, DIASTOLIC].map((code) => components.find((each) => each.code?.value === code));
  return upper?.value?.value && lower?.value?.value && upper.value.unit === lower.value.unit ? [upper, lower] : undefined;
}

/** @param {(Flag | undefined)[]} flags @returns {Flag | undefined} of the pair: what both say, or the one that is outside */
function flagOf(flags) {
  const outside = [...new Set(flags.filter((each) => each && each !== 'normal'))];
  return outside.length > 1 ? 'abnormal' : outside[0] ?? flags.find(Boolean);
}

/** @param {Known} known @param {[Component, Component]} pair @param {Flag} [flag] of both @returns {Known} under one name, whoever wrote it */
function asPair(known, pair, flag = flagOf(pair.map((each) => each.flag))) {
  return { ...known, code: { system: LOINC, value: PRESSURE }, name: undefined, value: undefined, range: undefined, components: pair, flag };
}

/** @param {Known} known @returns {Component} */
const component = ({ name, code, value, range, flag }) => ({ name: name ?? '', code, value, range, flag });

/**
 * Two observations are a pair when each is the only one of its kind of one time in one record.
 * @param {Known[]} facts of one time
 * @returns {Known[]}
 */
function joined(facts) {
  const [upper, lower] = [SYSTOLIC, DIASTOLIC].map((code) => facts.filter((each) => each.code?.value === code));
  if (upper.length !== 1 || lower.length !== 1) return facts;
  const pair = pairOf({ ...upper[0], components: [component(upper[0]), component(lower[0])] });
  return pair ? [asPair({ ...upper[0], told: [...upper[0].told, ...lower[0].told] }, pair)] : facts;
}

/** @param {Known[]} facts @returns {Known[]} with each blood pressure as one fact of two components */
export function paired(facts) {
  /** @type {Map<string, Known[]>} */
  const times = new Map();
  /** @type {Known[]} */
  const found = [];
  for (const each of facts) {
    const pair = pairOf(each);
    const single = !each.negated && each.date && [SYSTOLIC, DIASTOLIC].includes(each.code?.value ?? '') && each.value?.value;
    if (pair) found.push(asPair(each, pair, each.flag));
    else if (single) add(times, `${each.kind}|${each.record}|${each.date}`, each);
    else found.push(each);
  }
  const pairs = [...found.filter(isPair), ...[...times.values()].flatMap(joined)];
  return [...found.filter((each) => !isPair(each)), ...merged(pairs, pairKey)];
}

/** @param {import('./facts.js').Fact} known @returns {boolean} whether it is one that `paired` made */
export const isPair = ({ code }) => code?.value === PRESSURE;

/** @param {Known} known */
function pairKey(known) {
  const said = isPair(known) ? known.components.map(({ value }) => [value?.value, value?.unit]) : known.value;
  return JSON.stringify([known.kind, known.code?.value, known.date ?? known.record, said]);
}
