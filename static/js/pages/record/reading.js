/**
 * Has records read by workers: what the page keeps of each part, how a part is laid out, and all of it
 * as one file to take along.
 * @module
 */

import { run } from "../../endpoint/bench.js";
import { moment, newestFirst } from "../../reader/times.js";
import { moment as momentOf } from "../../ui/format.js";

/** @typedef {import("../../endpoint/opening.js").OpenedRecord} OpenedRecord */
/** @typedef {import("../../reader/tasks.js").Given} Given */
/** @typedef {import("../../reader/tasks.js").Layout} Layout */
/** A part as it was read, with what it was read of. @typedef {import("../../reader/index.js").Brief & {given: Given}} Part */
/** A part whose octets are no XML that the reader knows. @typedef {{record: string, partition: string, text: string}} Broken */
/**
 * A record: `date` is its document's own where that is known, `imported` when it came here; `written` by
 * somebody else than its owner.
 * @typedef {{record: string, date: string, imported: string, written: import("../../endpoint/opening.js").Written | null, parts: Map<string, Part>, broken: Broken[]}} Shown
 */

/** @param {(Shown | null)[]} records @returns {Shown[]} those of which something is open, the newest first */
export const inOrder = (records) => records.filter((each) => each !== null).sort(newestFirst(({ date }) => date));

/** @param {OpenedRecord} opened @returns {Promise<Shown | null>} null where nothing of it is open */
export async function readRecord({ record, date, parts, version, manifest, written }) {
  if (!parts.size) return null;
  const made = momentOf(manifest?.iat ?? 0).toISOString();
  const given = [...parts].map(([partition, octets]) => ({ partition, octets, version, made }));
  /** @type {(import("../../reader/index.js").Brief | null)[]} */
  const read = await run("summarise", given);
  const known = given.flatMap((one, index) => (read[index] ? [{ ...read[index], given: one }] : []));
  const broken = given.filter((_, index) => !read[index]).map((one) => ({ record, partition: one.partition, text: textOf(one) }));
  const imported = momentOf(date ?? 0).toISOString();
  const own = known.map(({ origin }) => origin.date).find((each) => Number.isFinite(moment(each)));
  return { record, date: own ?? imported, imported, written, parts: new Map(known.map((part) => [part.given.partition, part])), broken };
}

/** @param {Given} given @returns {string} */
export const textOf = ({ octets }) => new TextDecoder().decode(octets);

/** A search lays the same part out again. @type {WeakMap<Part, Promise<Layout>>} */
const layouts = new WeakMap();

/** @param {Part} part @returns {Promise<Layout>} */
export function layoutOf(part) {
  const known = layouts.get(part) ?? run("layOut", part.given);
  layouts.set(part, known);
  known.catch(() => layouts.delete(part));
  return known;
}

/** @param {Part} part @param {number} index in the layout's `raw` @returns {Promise<string>} the text of one of its sources */
export const sourceText = ({ given }, index) => run("source", { given, index });

/** @param {Shown[]} records the newest first @param {Date} now @returns {Promise<string>} all that is open of them as a FHIR Bundle */
export function bundled(records, now) {
  const taken = records.map(({ record, date, parts }) => ({ record, date, parts: [...parts.values()].map(({ given }) => given) }));
  return run("bundle", { records: taken, now });
}
