/**
 * Groups the samples of an Apple Health export by their type, and the many of a type by day.
 */

import { isoDate, meaningOf, shortType, spaced, unitOf, valueOf } from './apple_codes.js';
import { MAX_SAMPLES, MAX_VERBATIM } from './limits.js';

/** @typedef {import('./apple_xml.js').Entry} Entry */
/** @typedef {import('./partition.js').Item} Item */
/** @typedef {{min: number, max: number, sum: number, n: number, sources: Map<string, number>, unit?: string}} Day sources: the sum of each device */

const STATISTICS = 'http://terminology.hl7.org/CodeSystem/observation-statistics';
const LOINC = 'http://loinc.org';
const PRESSURE = 'BloodPressure';

/** @param {number} value without the noise of binary fractions */
function figure(value) {
  return String(Number(value.toPrecision(9)));
}

/** @param {string} value of statistics @param {number} number @param {string} [unit] */
function statistic(value, number, unit) {
  return { code: { system: STATISTICS, value, display: value }, value: { value: figure(number), unit } };
}

/** Samples of one type. */
export class Group {
  /** @param {string} name */
  constructor(name) {
    this.name = name;
    this.count = 0;
    /** @type {Item[]} */
    this.samples = [];
    /** By day and unit. @type {Map<string, Day>} */
    this.days = new Map();
    /** Whether its samples say words, such as a stage of sleep, so that days count them. */
    this.worded = false;
    /** @type {string[]} */
    this.markup = [];
    this.size = 0;
    this.dropped = false;
    /** Blood pressure by time: its two values are one measurement. @type {Map<string, Item>} */
    this.pairs = new Map();
    /** @type {import('./apple_codes.js').Meaning | undefined} */
    this.meaning = undefined;
  }

  get daily() {
    return this.samples.length > MAX_SAMPLES;
  }

  /** @param {string} day @param {string | undefined} unit @param {number} value @param {string} source */
  sum(day, unit, value, source) {
    const key = `${day} ${unit ?? ''}`;
    const found = this.days.get(key) ?? { min: value, max: value, sum: 0, n: 0, sources: new Map(), unit };
    [found.min, found.max, found.sum, found.n] = [Math.min(found.min, value), Math.max(found.max, value), found.sum + value, found.n + 1];
    found.sources.set(source, (found.sources.get(source) ?? 0) + value);
    this.days.set(key, found);
  }

  /** @param {Item} item @param {string} [pair] samples of the same key are one item */
  add(item, pair) {
    const known = pair === undefined ? undefined : this.pairs.get(pair);
    if (known) known.components?.push(...(item.components ?? []));
    else if (this.samples.length <= MAX_SAMPLES || !this.days.size) this.samples.push(item);
    if (!known && pair !== undefined) this.pairs.set(pair, item);
  }

  /** @returns {Item[]} */
  items() {
    if (!this.daily || !this.days.size) return this.dropped ? this.samples.map((item) => ({ ...item, entry: undefined })) : this.samples;
    const { kind, code, sum } = /** @type {import('./apple_codes.js').Meaning} */ (this.meaning);
    return [...this.days].sort(([one], [other]) => (one < other ? -1 : 1)).map(([key, day]) => {
      if (this.worded) return { kind, code, date: key.slice(0, 10), components: [statistic('count', day.n)] };
      // Two devices that were worn together count the same steps: the one that counted most stands for the day.
      const value = sum ? Math.max(...day.sources.values()) : day.sum / day.n;
      const components = sum ? [] : [statistic('minimum', day.min, day.unit), statistic('average', value, day.unit), statistic('maximum', day.max, day.unit)];
      return { kind, code, date: key.slice(0, 10), value: { value: figure(value), unit: day.unit }, components };
    });
  }
}

/** All groups of one export. */
export class Groups {
  constructor() {
    /** @type {Map<string, Group>} */
    this.groups = new Map();
    this.size = 0;
    /** @type {string | undefined} */
    this.exported = undefined;
    /** @type {{item: Item, markup: string} | undefined} */
    this.me = undefined;
  }

  /** @param {Entry} entry @param {string} markup */
  take(entry, markup) {
    const { name, attributes } = entry;
    if (name === 'ExportDate') this.exported = isoDate(attributes.value);
    else if (name === 'Me') this.me = { markup, item: { kind: 'patient', date: isoDate(attributes.HKCharacteristicTypeIdentifierDateOfBirth) } };
    else this.group(entry, markup);
  }

  /** @param {Entry} entry @param {string} markup */
  group(entry, markup) {
    const type = entry.name === 'Record' ? shortType(entry.attributes.type ?? '') : entry.name;
    const key = type.startsWith(PRESSURE) ? PRESSURE : type;
    const group = this.groups.get(key) ?? new Group(key);
    this.groups.set(key, group);
    group.count += 1;
    this.keep(group, markup);
    if (entry.name === 'Record') record(group, entry.attributes);
    else if (entry.name !== 'ClinicalRecord' && entry.name !== 'Correlation') group.add({ ...other(entry), entry: group.count });
  }

  /** Word for word, as long as there is room; then the largest group makes room. @param {Group} group @param {string} markup */
  keep(group, markup) {
    if (group.dropped) return;
    group.markup.push(markup);
    group.size += markup.length;
    this.size += markup.length;
    while (this.size > MAX_VERBATIM) {
      const largest = [...this.groups.values()].reduce((one, next) => (next.size > one.size ? next : one));
      this.size -= largest.size;
      [largest.dropped, largest.markup, largest.size] = [true, [], 0];
    }
  }
}

/** @param {Group} group @param {import('./apple_xml.js').Attributes} attributes */
function record(group, { type = '', unit, value = '', startDate, sourceName = '' }) {
  const { kind, code, sum } = meaningOf(type, unit);
  const [date, shown] = [isoDate(startDate), valueOf(value, unit)];
  const measured = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(value);
  const read = { value: shown, unit: unitOf(unit, type) };
  if (group.name === PRESSURE) {
    const both = { system: LOINC, value: '85354-9', display: 'Blood pressure panel with all children optional' };
    group.add({ kind, code: both, date, components: [{ code, value: read }], entry: group.count }, `${startDate}\n${sourceName}`);
    return;
  }
  group.meaning ??= { kind, code, sum };
  group.worded ||= !measured;
  if (date) group.sum(date.slice(0, 10), measured ? read.unit : undefined, measured ? Number(shown) : 0, sourceName);
  const said = measured ? read : { code: { display: spaced(value.replace(/^HKCategoryValue/, '')) } };
  group.add({ kind, code, date, value: value ? said : undefined, entry: group.count });
}

/** @param {Entry} entry of another name @returns {Item} */
function other({ name, attributes, children }) {
  const type = attributes.workoutActivityType;
  const figures = Object.keys(attributes).filter((each) => Object.hasOwn(attributes, `${each}Unit`));
  const components = [
    ...figures.map((each) => part(spaced(each), attributes[each], attributes[`${each}Unit`])),
    ...children.filter((each) => each.name === 'WorkoutStatistics').map(({ attributes: inner }) => part(spaced(shortType(inner.type ?? '')), inner.sum ?? inner.average ?? '', inner.unit)),
  ].filter(({ value }) => value.value !== '');
  const display = type ? spaced(shortType(type)) : spaced(name);
  return { kind: 'other', code: { value: type ?? name, display }, date: isoDate(attributes.startDate ?? attributes.dateComponents ?? attributes.dateIssued), components };
}

/** @param {string} display @param {string} value @param {string} [unit] */
function part(display, value, unit) {
  return { code: { display: display.charAt(0).toUpperCase() + display.slice(1) }, value: { value, unit: unitOf(unit) } };
}
