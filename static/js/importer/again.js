/**
 * A planned file beside the records of its owner: which fits best, and the file as its next version.
 *
 * It runs in the worker that holds the file; the records are given to it opened, and stay in its memory.
 */

import { best, Comparison, suggestion } from './compare.js';
import { mark } from './mark.js';
import { readPartition, Unreadable } from '../reader/partition.js';

/** @typedef {import('./plan.js').Plan} Plan */
/** @typedef {import('./compare.js').Unit} Unit */
/** @typedef {import('../reader/partition.js').Model} Model */
/** @typedef {{n: number, units: Unit[]}} Some how many, and the first of them */
/**
 * @typedef {object} Fit
 * @property {string} record
 * @property {{document: boolean, older: boolean, same: number, changed: Some, added: Some, gone: Some}} outcome
 * @property {import('./compare.js').Choice} suggestion
 * @property {[string, string][]} moves unit and partition: where the owner had what the file puts elsewhere
 */

/** How many of each list a page shows. */
const SHOWN = 50;

/** @param {Unit[]} units @returns {Some} */
const some = (units) => ({ n: units.length, units: units.slice(0, SHOWN) });

/** @param {Iterable<[string, Uint8Array]>} partitions @returns {Model[]} */
const models = (partitions) => [...partitions].map(([name, octets]) => readPartition(octets, name));

export class Again {
  /** @param {Plan} plan */
  constructor(plan) {
    this.plan = plan;
    /** @type {Model[] | null} */
    this.file = null;
    /** The best by now. @type {{record: string, models: Model[], outcome: import('./compare.js').Outcome, comparison: Comparison} | null} */
    this.found = null;
  }

  /**
   * @param {{record: string, parts: Map<string, Uint8Array>}[]} records to look at besides
   * @returns {Fit | null} the best of all that were looked at
   */
  compare(records) {
    this.file ??= models(Object.entries(this.plan.result().partitions));
    const more = records.flatMap(({ record, parts }) => this.#compared(record, parts));
    // A record that is looked at again has changed: what it was counts no more.
    const known = this.found && !records.some(({ record }) => record === this.found?.record) ? [this.found] : [];
    this.found = best([...known, ...more]);
    return this.found && this.#fit(this.found);
  }

  /** @param {string} record @param {Map<string, Uint8Array>} parts */
  #compared(record, parts) {
    try {
      const read = models(parts);
      const comparison = new Comparison(/** @type {Model[]} */ (this.file), read);
      return [{ record, models: read, comparison, outcome: comparison.outcome }];
    } catch (error) {
      // A part that this reader cannot read is told of where it is opened to be read.
      if (error instanceof Unreadable) return [];
      throw error;
    }
  }

  /** @param {NonNullable<Again["found"]>} found @returns {Fit} */
  #fit({ record, comparison, outcome }) {
    const { document, older, same, changed, added, gone } = outcome;
    return {
      record, suggestion: suggestion(outcome) ?? 'separate', moves: this.#moves(comparison),
      outcome: { document, older, same, changed: some(changed), added: some(added), gone: some(gone) },
    };
  }

  /** @param {Comparison} comparison @returns {[string, string][]} */
  #moves(comparison) {
    const { splitter } = this.plan.lay();
    return comparison.moves().flatMap(({ partition, source, to }) => {
      // A source's id is its place among those of its partition.
      const unit = splitter.open(partition)[Number(source.slice(1)) - 1]?.unit;
      return unit ? [/** @type {[string, string]} */ ([unit, to])] : [];
    });
  }

  /**
   * @param {Record<string, Uint8Array>} partitions as the plan gives them
   * @param {{record: string, version: number}} onto the version that they become
   * @returns {Record<string, Uint8Array>} with what came with which version
   */
  marked(partitions, { record, version }) {
    if (this.found?.record !== record) throw new Error('this record was not compared with');
    const marks = new Comparison(models(Object.entries(partitions)), this.found.models).marks(version);
    return Object.fromEntries(Object.entries(partitions).map(([name, octets]) => {
      const found = marks.get(name);
      return [name, found ? mark(octets, found) : octets];
    }));
  }
}
