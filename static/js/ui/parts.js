/** Names, chips and tiles of a record's parts, the same that templates make (components/parts.jinja). @module */

import { el } from "./dom.js";
import { icon } from "./icons.js";
import { has, t } from "./messages.js";

/** The parts that everybody knows, in the order in which they are always shown. */
export const PARTS = Object.freeze(["personal", "medical", "insurance", "prescription"]);

/** What the owner of the record calls parts. @type {ReadonlyMap<string, string>} */
let called = new Map();

/** From now on parts have these names on this page. @param {ReadonlyMap<string, string>} names by id */
export function callParts(names) {
  called = names;
}

/** @param {string} part id @returns {string} the usual word for it; own parts are called by their id */
export const usualName = (part) => (has(`part.${part}`) ? t(`part.${part}`) : part);

/** @param {string} part id @returns {string} what its owner calls it, where that is known, or the usual word */
export const partName = (part) => called.get(part) || usualName(part);

/** @param {string} part @returns {string} the classes that give an element the part's colours */
export const partClass = (part) => `part part--${PARTS.includes(part) ? part : "own"}`;

/** @param {string} part @param {number} [size] px */
export const partIcon = (part, size = 20) => icon(PARTS.includes(part) ? part : "own", size);

/** Icon and name in a pill. @param {string} part */
export const partChip = (part) => el("span", { class: `${partClass(part)} part-chip` }, partIcon(part, 16), ` ${partName(part)}`);

/** White icon on the part's colour. @param {string} part @param {28 | 44 | 56} [size] */
export const partTile = (part, size = 44) =>
  el("span", { class: `${partClass(part)} part-tile part-tile--${size}` }, partIcon(part, { 28: 16, 44: 24, 56: 32 }[size]));

/** Known parts first, in their order, then own ones by name. @param {Iterable<string>} parts @returns {string[]} */
export function ordered(parts) {
  const place = (/** @type {string} */ part) => (PARTS.includes(part) ? PARTS.indexOf(part) : PARTS.length);
  return [...parts].sort((a, b) => place(a) - place(b) || a.localeCompare(b));
}
