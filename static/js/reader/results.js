/**
 * Measurements as a chart of a ward has them: one row a test and unit, its newest value first.
 */

import { numberOf } from './facts.js';
import { pairOf, paired } from './pressure.js';
import { moment, newestFirst } from './times.js';
import { add, merged, subject, toldOf } from './summary.js';
import { shownUnit } from './units.js';

/** @typedef {import('./summary.js').Known} Known */
/** @typedef {import('./summary.js').Told} Told */
/**
 * @typedef {object} Test
 * @property {string} key @property {string} name @property {string} [unit] of all its numbers @property {string} [panel]
 * @property {Known} latest @property {Known[]} earlier the newest first @property {boolean} outside its reference
 * @property {Told[]} told every place that says one of its values
 */
/** @typedef {{panel?: string, often?: boolean, tests: Test[]}} Panel */
/** One value on a line; `lower` is the second of a pair. @typedef {{at: number, value: number, lower?: number, known: Known}} Point */

const PENDING = /^(active|registered|preliminary|new|held|suspended)$/i;

/** What is looked for most comes first: HbA1c, creatinine, filtration rate, potassium. LOINC. */
const OFTEN = [
  ['4548-4', '17856-6', '59261-8', '4549-2', '41995-2', '71875-9'], ['2160-0', '14682-9', '38483-4', '77140-2'],
  ['33914-3', '62238-1', '69405-9', '77147-7', '98979-8', '48642-3', '48643-1', '50044-7', '88293-6', '88294-4'],
  ['2823-3', '6298-4', '77142-8', '39789-3'],
].map((codes) => new Set(codes));

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

/** @param {Known} known @returns {string | undefined} the source's own characters; of a pair, both have it */
export function unitOf(known) {
  return known.value?.unit ?? pairOf(known)?.[0].value?.unit;
}

/** @param {Known} known @returns {boolean} whether its unit counts: words have none */
const isNumber = (known) => numberOf(known.value?.value) !== undefined || pairOf(known) !== undefined;

/** @param {Known} known @returns {string} */
const measurement = ({ date, value, components }) => `${date}|${JSON.stringify(value ?? components.map((each) => each.value))}`;

/** @param {Known[]} facts @param {string} kind @returns {Test[]} in the order of their newest values */
export function testsOf(facts, kind) {
  /** @type {Map<string, Known[]>} */
  const subjects = new Map();
  for (const each of paired(facts.filter((one) => one.kind === kind && !one.negated && (hasValue(one) || isPending(one))))) {
    add(subjects, subject(each), each);
  }
  // One measurement in two records is one: the newer record's word counts.
  return [...subjects].flatMap(([key, values]) => byUnit(key, merged(values, measurement).toSorted(newestFirst(({ date }) => date))))
    .toSorted(newestFirst(({ latest }) => latest.date));
}

/**
 * Numbers of two units are two tests; what is no number stands with the newest numbers.
 * @param {string} key @param {Known[]} sorted @returns {Test[]}
 */
function byUnit(key, sorted) {
  /** @type {Map<string, Known[]>} */
  const units = new Map();
  const main = shownUnit(unitOf(sorted.find(isNumber) ?? sorted[0]));
  for (const each of sorted) add(units, isNumber(each) ? shownUnit(unitOf(each)) : main, each);
  return [...units].map(([unit, values]) => testOf(`${key}|${unit}`, values));
}

/** @param {string} key @param {Known[]} sorted @returns {Test} */
function testOf(key, sorted) {
  const [latest, ...earlier] = sorted;
  const unit = unitOf(sorted.find(isNumber) ?? latest);
  return { key, name: latest.name ?? '', unit, panel: latest.panel, latest, earlier, outside: isOutside(latest), told: toldOf(sorted) };
}

/** @param {Test} test @returns {number} its place among what is looked for most; -1 for what is not */
const often = ({ latest }) => OFTEN.findIndex((codes) => codes.has(latest.code?.value ?? ''));

/**
 * @param {Test[]} tests
 * @returns {Panel[]} first what is looked for most, then groups in the order of their first test; a
 *   group of one whose name is its own has no head
 */
export function panels(tests) {
  /** @type {Map<string | undefined, Test[]>} */
  const groups = new Map();
  const first = tests.filter((test) => often(test) >= 0).toSorted((a, b) => often(a) - often(b));
  for (const test of tests.filter((each) => !first.includes(each))) {
    const panel = test.panel && test.panel !== test.name ? test.panel : undefined;
    groups.set(panel, [...(groups.get(panel) ?? []), test]);
  }
  const rest = [...groups].map(([panel, inside]) => ({ panel, tests: inside }));
  return first.length ? [{ often: true, tests: first }, ...rest] : rest;
}

/** A day of a date, as far as it is known. @param {Known | undefined} known */
export const dayOf = (known) => known?.date?.slice(0, 10) ?? '';

/**
 * Days that can head the columns of a table: when every value that a row shows was measured on one of them.
 * @param {Test[]} tests @param {number} [most] columns
 * @returns {string[] | undefined} days, the newest first; undefined when rows have days of their own
 */
export function daysOf(tests, most = 3) {
  const days = [...new Set(tests.flatMap(({ latest, earlier }) => [latest, ...earlier].map(dayOf)))].toSorted().reverse();
  const columns = days.slice(0, most);
  const fits = tests.every(({ latest, earlier }) => {
    const own = [latest, ...earlier].map(dayOf);
    return columns.includes(own[0]) && new Set(own).size === own.length;
  });
  return fits && columns.length > 1 && columns.every(Boolean) ? columns : undefined;
}

/** @param {Test} test @returns {Point[]} the values that a line can show, the oldest first: of one unit, with a date */
export function points({ latest, earlier, unit }) {
  return [latest, ...earlier].flatMap((known) => {
    const [at, [value, lower]] = [moment(known.date), numbersOf(known)];
    const one = value !== undefined && Number.isFinite(at) && shownUnit(unitOf(known)) === shownUnit(unit) && !known.value?.comparator;
    return one ? [{ at, value, lower, known }] : [];
  }).reverse();
}

/** @param {Known} known @returns {(number | undefined)[]} */
function numbersOf(known) {
  const pair = pairOf(known);
  return pair && !known.value ? pair.map(({ value }) => numberOf(value?.value)) : [numberOf(known.value?.value)];
}
