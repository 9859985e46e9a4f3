/**
 * What a record page shows: opened records, read, as one view of one person.
 * @module
 */

import { keeping } from "../../reader/filter.js";
import { factsIn } from "../../reader/summary.js";
import { read, Unreadable } from "../../reader/index.js";
import { moment, newestFirst } from "../../reader/times.js";
import { people } from "../../reader/personal.js";
import { moment as momentOf } from "../../ui/format.js";
import { ordered, PARTS } from "../../ui/parts.js";
import { withFresh } from "./fresh.js";

/** @typedef {import("../../reader/index.js").Read} Read */
/** @typedef {import("../../reader/personal.js").Person} Person */
/** @typedef {import("../../reader/personal.js").Field} Field */
/** @typedef {import("../../endpoint/opening.js").OpenedRecord} OpenedRecord */
/**
 * A record: `date` is its document's own where that is known, `imported` when it came here.
 * @typedef {import("../../reader/summary.js").Opened & {imported: string}} Shown
 */
/** A part whose octets are no XML that this reader knows. @typedef {{record: string, partition: string, text: string}} Broken */
/**
 * @typedef {object} View
 * @property {"reader" | "own" | "see-as"} mode @property {string} name of the person, as the directory has it
 * @property {string} viewer who sees it, where another than who looks
 * @property {Shown[]} records the newest first
 * @property {import("../../reader/summary.js").Known[]} facts @property {Person[]} people who the records say it is
 * @property {string[]} shared parts that are open @property {string[]} hidden parts that are not
 * @property {Broken[]} broken @property {Date} now
 * @property {import("../../reader/filter.js").Query} query what is looked for @property {(fact: import("../../reader/facts.js").Fact) => boolean} keep whether a fact is shown
 * @property {string} purpose for which it was opened @property {Map<string, number | null>} ends of access by part, Unix seconds
 */
/** @typedef {Pick<View, "mode" | "name" | "viewer" | "purpose" | "ends">} About */

/** @param {OpenedRecord} opened @returns {Shown & {broken: Broken[]}} */
function readRecord({ record, date, parts, version, manifest }) {
  /** @type {Broken[]} */
  const broken = [];
  const made = momentOf(manifest?.iat ?? 0).toISOString();
  const found = [...parts].flatMap(([partition, octets]) => {
    try {
      return [/** @type {[string, Read]} */ ([partition, withFresh(read(octets, partition), version, made)])];
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      broken.push({ record, partition, text: new TextDecoder().decode(octets) });
      return [];
    }
  });
  const imported = momentOf(date ?? 0).toISOString();
  const own = found.map(([, { origin }]) => origin.date).find((each) => Number.isFinite(moment(each)));
  return { record, date: own ?? imported, imported, parts: new Map(found), broken };
}

/** @param {OpenedRecord[]} opened @param {About} about @param {import("../../reader/filter.js").Query} [query] @returns {View} */
export function viewOf(opened, about, query = {}) {
  const found = opened.filter(({ parts }) => parts.size).map(readRecord).sort(newestFirst((each) => each.date));
  const shared = ordered(new Set(opened.flatMap(({ parts }) => [...parts.keys()])));
  const personal = found.flatMap(({ parts }) => (parts.has("personal") ? people(/** @type {Read} */ (parts.get("personal"))) : []));
  return {
    ...about, records: found, facts: factsIn(found), people: personal, shared,
    hidden: PARTS.filter((part) => !shared.includes(part)), broken: found.flatMap(({ broken }) => broken), now: new Date(),
    query, keep: keeping(query),
  };
}

/** Every value that the records give of a field, each once. @param {View} view @param {Field} field @returns {string[]} */
export function valuesOf(view, field) {
  return [...new Set(view.people.flatMap(({ details }) => details.filter((each) => each.field === field).map(({ value }) => value)))];
}

/** The same records, with another search. @param {View} view @param {import("../../reader/filter.js").Query} query @returns {View} */
export const looking = (view, query) => ({ ...view, query, keep: keeping(query) });
