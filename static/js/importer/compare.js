/**
 * The same record again: what of one file is in a record already, what changed, what is new, what is gone.
 *
 * Pure functions over parsed partitions, for the page's worker and the command line alike. Things are
 * matched by what they say first, then by the names that their source gave them, then by what they
 * are a statement of; each at most once. Safety copies count with what they copy.
 */

import { identityOf, thingsOf } from './compare_things.js';

/** @typedef {import('../reader/partition.js').Model} Model */
/** @typedef {import('./compare_things.js').Thing} Thing */
/** @typedef {{now: Thing, was: Thing, same: boolean}} Pair */
/** @typedef {{partition: string, kind: string, title?: string, date?: string}} Unit */
/** @typedef {{same: number, changed: number, added: number, gone: number}} Counts */
/**
 * What a comparison tells. `document`: both call themselves the same document; `older`: the file is an
 * earlier version than the record; `parts`: counts by partition and kind, where things are now.
 * @typedef {Differences & {document: boolean, older: boolean, parts: Record<string, Record<string, Counts>>}} Outcome
 */
/** @typedef {{same: number, changed: Unit[], added: Unit[], gone: Unit[]}} Differences */
/** @typedef {"update" | "separate" | "skip"} Choice */
/** @typedef {{items: Map<string, number>, sources: Map<string, number>}} Marks versions by id, of one partition */

/**
 * Pairs what has the same key on both sides, in order; what is paired is taken out.
 * @param {Set<Thing>} now @param {Set<Thing>} was @param {(thing: Thing) => string[]} keys
 * @param {{once?: boolean, fits?: (a: Thing, b: Thing) => boolean}} [how] once: a key that several have tells nothing
 * @returns {[Thing, Thing][]}
 */
function paired(now, was, keys, { once = false, fits = () => true } = {}) {
  const [before, after] = [was, now].map((side) => byKey(side, keys));
  const free = (/** @type {Thing} */ thing, /** @type {string} */ key) => {
    const there = before.get(key) ?? [];
    if (once && (there.length !== 1 || after.get(key)?.length !== 1)) return undefined;
    // Lists are used up from their end: thousands of equal things cost no more than as many others.
    while (there.length && !was.has(there[there.length - 1])) there.pop();
    const other = there.at(-1);
    return other && fits(thing, other) ? other : undefined;
  };
  /** @type {[Thing, Thing][]} */
  const found = [];
  for (const thing of [...now]) {
    const other = keys(thing).map((key) => free(thing, key)).find(Boolean);
    if (!other) continue;
    found.push([thing, other]);
    now.delete(thing);
    was.delete(other);
  }
  return found;
}

/** @param {Set<Thing>} side @param {(thing: Thing) => string[]} keys @returns {Map<string, Thing[]>} */
function byKey(side, keys) {
  /** @type {Map<string, Thing[]>} */
  const found = new Map();
  for (const thing of side) {
    for (const key of new Set(keys(thing))) {
      const there = found.get(key);
      if (there) there.push(thing);
      else found.set(key, [thing]);
    }
  }
  // The first is taken first: it stands last.
  for (const there of found.values()) there.reverse();
  return found;
}

/** A short id may be another thing's in another file, unless it is a statement of the same. @param {Thing} a @param {Thing} b */
function alike(a, b) {
  return a.kind === b.kind && (a.about === b.about || a.title === b.title || (a.date !== undefined && a.date === b.date));
}

/** @param {Thing[]} now @param {Thing[]} was @returns {{pairs: Pair[], added: Thing[], gone: Thing[]}} */
function match(now, was) {
  const [left, right] = [now, was].map((side) => new Set(side.filter(({ copy }) => !copy)));
  const both = (/** @type {Thing} */ { content, names, strong }) => [...strong, ...names].map((name) => `${name} ${content}`);
  const equal = [...paired(left, right, both), ...paired(left, right, ({ content }) => [content])];
  const other = [
    ...paired(left, right, ({ strong }) => strong, { once: true, fits: (a, b) => a.kind === b.kind }),
    ...paired(left, right, ({ names }) => names, { once: true, fits: alike }),
    ...paired(left, right, ({ about }) => [about]),
  ];
  const made = (/** @type {[Thing, Thing][]} */ found, /** @type {boolean} */ same) => found.map(([a, b]) => ({ now: a, was: b, same }));
  return { pairs: [...made(equal, true), ...made(other, false)], added: [...left], gone: [...right] };
}

/** @param {Thing} thing @returns {Unit} */
function unitOf({ partition, kind, title, date }) {
  return { partition, kind, ...(title ? { title } : {}), ...(date ? { date } : {}) };
}

class Tally {
  constructor() {
    /** @type {Record<string, Record<string, Counts>>} */
    this.parts = {};
  }

  /** @param {Thing} thing @param {keyof Counts} what */
  count({ partition, kind }, what) {
    const kinds = (this.parts[partition] ??= {});
    const counts = (kinds[kind] ??= { same: 0, changed: 0, added: 0, gone: 0 });
    counts[what] += 1;
  }
}

/** A file and the record that it may be a newer version of. */
export class Comparison {
  /** @param {Model[]} file its partitions, parsed @param {Model[]} record the partitions of a record */
  constructor(file, record) {
    this.file = file;
    this.record = record;
    this.things = thingsOf(file);
    this.before = thingsOf(record);
    const found = match(this.things, this.before);
    this.pairs = found.pairs;
    this.added = found.added;
    this.gone = found.gone;
  }

  /** @returns {Outcome} */
  get outcome() {
    const changed = this.pairs.filter(({ same }) => !same);
    const tally = new Tally();
    for (const { now, same } of this.pairs) tally.count(now, same ? 'same' : 'changed');
    for (const thing of this.added) tally.count(thing, 'added');
    for (const thing of this.gone) tally.count(thing, 'gone');
    return {
      ...this.identity(), same: this.pairs.length - changed.length, changed: changed.map(({ now }) => unitOf(now)),
      added: this.added.map(unitOf), gone: this.gone.map(unitOf), parts: tally.parts,
    };
  }

  /** @returns {{document: boolean, older: boolean}} */
  identity() {
    const [now, was] = [identityOf(this.file), identityOf(this.record)];
    const older = now.version !== undefined && was.version !== undefined && now.version !== was.version
      ? now.version < was.version : Date.parse(now.date ?? '') < Date.parse(was.date ?? '');
    return { document: [...now.names].some((name) => was.names.has(name)), older };
  }

  /**
   * In which version each item and source came, for a record whose next version the file is.
   * @param {number} version its number
   * @returns {Map<string, Marks>} by partition; what came with version 1 has none
   */
  marks(version) {
    const came = new Map(this.pairs.map(({ now, was }) => /** @type {const} */ ([now, was.added])));
    for (const thing of this.added) came.set(thing, version);
    const byContent = new Map([...came].map(([{ content }, added]) => [content, added]));
    return new Map(this.file.map((model) => [model.partition, marksOf(this.things.filter(({ partition }) => partition === model.partition)
      .map((thing) => ({ thing, added: thing.copy ? byContent.get(thing.content) : came.get(thing) })))]));
  }

  /**
   * Where the owner had things that the file would put elsewhere.
   * @returns {{partition: string, source: string, to: string}[]} sources of the file, each once
   */
  moves() {
    /** @type {Map<string, Set<string>>} */
    const places = new Map();
    for (const { now, was } of this.pairs) {
      const key = JSON.stringify([now.partition, now.source]);
      places.set(key, (places.get(key) ?? new Set()).add(was.partition));
    }
    return [...places].flatMap(([key, found]) => {
      const [[partition, source], [to]] = [JSON.parse(key), [...found]];
      return found.size === 1 && to !== partition ? [{ partition, source, to }] : [];
    });
  }
}

/** @param {{thing: Thing, added?: number}[]} found of one partition @returns {Marks} */
function marksOf(found) {
  const items = new Map(found.flatMap(({ thing, added }) => (added === undefined ? [] : [/** @type {const} */ ([thing.item, added])])));
  const sources = [...Map.groupBy(found, ({ thing }) => thing.source)].flatMap(([source, inside]) => {
    // A source came with the first of its items.
    const first = Math.min(...inside.map(({ added }) => added ?? 0));
    return first ? [/** @type {const} */ ([source, first])] : [];
  });
  return { items, sources: new Map(sources) };
}

/** The person's own data are in every record: they do not make two records one. @param {Outcome} outcome @returns {Counts} */
function weighed({ parts }) {
  const total = { same: 0, changed: 0, added: 0, gone: 0 };
  for (const kinds of Object.values(parts)) {
    for (const [kind, counts] of Object.entries(kinds)) {
      if (kind !== 'patient') for (const name of /** @type {(keyof Counts)[]} */ (Object.keys(total))) total[name] += counts[name];
    }
  }
  return total;
}

/** @param {Outcome} outcome @returns {boolean} nothing differs */
export const isIdentical = ({ same, changed, added, gone }) => same > 0 && !changed.length && !added.length && !gone.length;

/**
 * What to offer first.
 * @param {Outcome} outcome
 * @returns {Choice | null} null where the two have too little in common to speak of it
 */
export function suggestion(outcome) {
  const { same, changed, added, gone } = weighed(outcome);
  const matched = same + changed;
  if (isIdentical(outcome)) return 'skip';
  if (!outcome.document && matched * 2 < Math.min(matched + added, matched + gone)) return null;
  if (!outcome.document && !matched) return null;
  if (outcome.older) return 'separate';
  if (outcome.document || matched * 2 >= matched + gone) return 'update';
  return added + changed ? 'separate' : 'skip';
}

/**
 * The record that a file fits best.
 * @template {{outcome: Outcome}} T
 * @param {T[]} found @returns {T | null}
 */
export function best(found) {
  const offered = found.filter(({ outcome }) => suggestion(outcome) !== null);
  const rank = (/** @type {T} */ { outcome }) => Number(isIdentical(outcome)) * 2 + Number(outcome.document);
  const weight = (/** @type {T} */ { outcome }) => weighed(outcome).same + weighed(outcome).changed;
  return offered.toSorted((a, b) => rank(b) - rank(a) || weight(b) - weight(a))[0] ?? null;
}
