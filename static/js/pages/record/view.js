/**
 * What a record page shows: records, as they were read, as one view of one person.
 * @module
 */

import { keeping } from "../../reader/filter.js";
import { factsIn } from "../../reader/summary.js";
import { ordered, PARTS } from "../../ui/parts.js";

/** @typedef {import("../../reader/personal.js").Person} Person */
/** @typedef {import("../../reader/personal.js").Field} Field */
/** @typedef {import("./reading.js").Shown} Shown */
/**
 * @typedef {object} View
 * @property {"reader" | "own" | "see-as"} mode @property {string} name of the person, as the directory has it
 * @property {string} viewer who sees it, where another than who looks
 * @property {Shown[]} records the newest first
 * @property {import("../../reader/summary.js").Known[]} facts @property {Person[]} people who the records say it is
 * @property {string[]} shared parts that are open @property {string[]} hidden parts that are not shared
 * @property {string[]} away parts of which something is shared and cannot be opened right now
 * @property {import("./reading.js").Broken[]} broken @property {Date} now
 * @property {import("../../reader/filter.js").Query} query what is looked for @property {(fact: import("../../reader/facts.js").Fact) => boolean} keep whether a fact is shown
 * @property {Map<string, import("./writers.js").Writer>} writers who wrote what its owner did not, by member id
 * @property {string} purpose for which it was opened @property {Map<string, number | null>} ends of access by part, Unix seconds
 */
/** @typedef {Pick<View, "mode" | "name" | "viewer" | "purpose" | "ends" | "writers" | "away">} About */

/** @param {Shown[]} records the newest first @param {About} about @param {import("../../reader/filter.js").Query} [query] @returns {View} */
export function viewOf(records, about, query = {}) {
  const broken = records.flatMap((each) => each.broken);
  const shared = ordered(new Set([...records.flatMap(({ parts }) => [...parts.keys()]), ...broken.map(({ partition }) => partition)]));
  return {
    ...about, records, facts: factsIn(records), people: records.flatMap(({ parts }) => parts.get("personal")?.people ?? []), shared,
    hidden: PARTS.filter((part) => !shared.includes(part) && !about.away.includes(part)), broken, now: new Date(), query, keep: keeping(query),
  };
}

/**
 * The same records without what may no longer be seen.
 * @param {View} view @param {(record: string, part: string) => boolean} allowed
 * @returns {View}
 */
export function without(view, allowed) {
  const records = view.records.map((one) => ({
    ...one, parts: new Map([...one.parts].filter(([part]) => allowed(one.record, part))),
    broken: one.broken.filter(({ partition }) => allowed(one.record, partition)),
  }));
  return viewOf(records.filter(({ parts, broken }) => parts.size + broken.length), view, view.query);
}

/** Every value that the records give of a field, each once. @param {View} view @param {Field} field @returns {string[]} */
export function valuesOf(view, field) {
  return [...new Set(view.people.flatMap(({ details }) => details.filter((each) => each.field === field).map(({ value }) => value)))];
}

/** The same records, with another search. @param {View} view @param {import("../../reader/filter.js").Query} query @returns {View} */
export const looking = (view, query) => ({ ...view, query, keep: keeping(query) });
