/**
 * Measurements as a chart of a ward has them: one row a test, its newest value first.
 */

import { numberOf } from './facts.js';
import { moment, newestFirst } from './times.js';
import { subject } from './summary.js';

/** @typedef {import('./summary.js').Known} Known */
/**
 * @typedef {object} Test
 * @property {string} key @property {string} name @property {string} [unit] of the newest @property {string} [panel]
 * @property {Known} latest @property {Known[]} earlier the newest first @property {boolean} outside its reference
 */
/** @typedef {{panel?: string, tests: Test[]}} Panel */
/** @typedef {{at: number, value: number, known: Known}} Point */

const PENDING = /^(active|registered|preliminary|new|held|suspended)$/i;

/** @param {Known} known @returns {boolean} */
export function hasValue({ value, components }) {
  const given = (/** @type {import('./facts.js').Value | undefined} */ one) => Boolean(one?.value || one?.code?.display || one?.code?.value);
  return given(value) || components.some((each) => given(each.value));
}

/** Whether its value is still awaited. @param {Known} known */
export function isPending(known) {
  return !hasValue(known) && PENDING.test(known.status ?? '');
}

/** @param {Known} known @returns {boolean} */
export function isOutside({ flag }) {
  return flag !== undefined && flag !== 'normal';
}

/** @param {Known[]} facts @param {string} kind @returns {Test[]} in the order of their newest values */
export function testsOf(facts, kind) {
  /** @type {Map<string, Map<string, Known>>} */
  const tests = new Map();
  for (const each of facts.filter((one) => one.kind === kind && !one.negated && (hasValue(one) || isPending(one)))) {
    // One measurement in two records is one: the newer record's word counts.
    const values = tests.get(subject(each)) ?? new Map();
    const key = `${each.date}|${JSON.stringify(each.value ?? each.components)}`;
    if (!values.has(key) || moment(values.get(key).recorded) < moment(each.recorded)) values.set(key, each);
    tests.set(subject(each), values);
  }
  return [...tests].map(([key, values]) => testOf(key, [...values.values()].toSorted(newestFirst(({ date }) => date))))
    .toSorted(newestFirst(({ latest }) => latest.date));
}

/** @param {string} key @param {Known[]} sorted @returns {Test} */
function testOf(key, sorted) {
  const [latest, ...earlier] = sorted;
  return { key, name: latest.name ?? '', unit: latest.value?.unit, panel: latest.panel, latest, earlier, outside: isOutside(latest) };
}

/**
 * @param {Test[]} tests
 * @returns {Panel[]} groups in the order of their first test; a group of one whose name is its own has no head
 */
export function panels(tests) {
  /** @type {Map<string | undefined, Test[]>} */
  const groups = new Map();
  for (const test of tests) {
    const panel = test.panel && test.panel !== test.name ? test.panel : undefined;
    groups.set(panel, [...(groups.get(panel) ?? []), test]);
  }
  return [...groups].map(([panel, inside]) => ({ panel, tests: inside }));
}

/** @param {Test} test @returns {Point[]} the values that a line can show, the oldest first: of one unit, with a date */
export function points({ latest, earlier, unit }) {
  return [latest, ...earlier].flatMap((known) => {
    const [at, value] = [moment(known.date), numberOf(known.value?.value)];
    return value === undefined || !Number.isFinite(at) || known.value?.unit !== unit || known.value?.comparator ? [] : [{ at, value, known }];
  }).reverse();
}
