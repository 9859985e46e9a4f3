/** One line of the activity, before it is drawn. @module */

/** @typedef {import("../../endpoint/activity.js").Event} Event */
/**
 * Words by name, with their values; until: the end of a last day, moment: an end by the hour; member: id of whoever is
 * named in them.
 * @typedef {{words: string, values?: Record<string, string | number>, date?: number, until?: number | null, moment?: number,
 *   quote?: string, member?: string}} Line
 */
/** What a filter chooses by. @typedef {"opened" | "refused" | "sharing" | "records" | "account" | "warning" | "other"} Kind */
/**
 * `who`: member id, "account" where a person cannot be told, "administrator"; `other`: a second
 * member whom it is about; `parts`: partition ids; `count`: how often a part was opened, by id.
 * @typedef {{kind: Kind, time: number, who: string, other: string | null, parts: string[],
 *   title: Line, lines: Line[], events: Event[], count: Map<string, number>}} Entry
 */

/**
 * @param {Event[]} events
 * @param {Partial<Entry> & {kind: Kind, title: Line}} more
 * @returns {Entry}
 */
export function entry(events, more) {
  const [{ time }] = events;
  return { time, who: "account", other: null, parts: [], lines: [], events, count: new Map(), ...more };
}

/** @param {unknown} value @returns {any[]} */
export const listed = (value) => (Array.isArray(value) ? value : []);

/** @param {unknown} value @returns {string} */
export const text = (value) => (typeof value === "string" ? value : "");
