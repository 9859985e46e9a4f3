/**
 * What a source says, written so that two files that say the same give the same text.
 *
 * Order of members, white space, ids that a system draws anew for every export and zeros at the end
 * of a number (2.20 and 2.2) make no difference; everything else does. The text is for comparing
 * alone: it is never shown, kept or sent.
 */

import { attribute, first, textOf } from '../reader/tree.js';
import { JsonNumber } from './json.js';

/** @typedef {import('../reader/tree.js').Element} Element */
/** @typedef {(reference: string) => string} Refer names what a reference leads to */

/** Of a resource itself: names that its server gave it, and words made from its data. */
const OWN_NAMES = new Set(['id', 'meta', 'implicitRules']);
/** Parts of a C-CDA statement that are written anew at every export, or only name its form. */
const FORM = new Set(['id', 'templateId', 'author', 'informant']);
const LONGEST_NUMBER = 64;

/** @param {string} text of a number @returns {string} the same for the same value */
export function numeral(text) {
  if (text.length > LONGEST_NUMBER) return text;
  if (/^-?\d+(\.\d+)?[eE][+-]?\d+$/.test(text)) return String(Number(text));
  if (!/^-?\d+\.\d+$/.test(text)) return text;
  return text.replace(/\.?0+$/, '');
}

/** @param {any} value @param {Refer} refer @param {string} [name] of the member @returns {string} */
function written(value, refer, name) {
  if (value instanceof JsonNumber) return numeral(value.text);
  if (Array.isArray(value)) return `[${value.map((each) => written(each, refer)).join()}]`;
  if (value !== null && typeof value === 'object') return members(Object.entries(value), refer);
  return JSON.stringify(name === 'reference' && typeof value === 'string' ? refer(value) : value);
}

/** @param {[string, any][]} entries @param {Refer} refer */
function members(entries, refer) {
  const sorted = entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([name, value]) => `${JSON.stringify(name)}:${written(value, refer, name)}`).join()}}`;
}

/** @param {any} value of a member @returns {string} */
export const plainContent = (value) => written(value, String);

/**
 * @param {any} resource as the strict reader gives it
 * @param {Refer} refer
 * @returns {string}
 */
export function resourceContent(resource, refer) {
  const additional = resource.text?.status === 'additional';
  return members(Object.entries(resource).filter(([name]) => !OWN_NAMES.has(name) && (additional || name !== 'text')), refer);
}

/**
 * @param {Element} element of a C-CDA document
 * @param {(id: string) => string} words of the narrative that an entry points at
 * @returns {string}
 */
export function elementContent(element, words) {
  const target = attribute(element, 'value');
  if (element.local === 'reference' && target?.startsWith('#')) return JSON.stringify(words(target.slice(1)));
  const attributes = element.attributes.map(({ local, value }) => `${local}=${JSON.stringify(local === 'value' ? numeral(value) : value)}`);
  const below = element.children.map((child) => {
    if (typeof child === 'string') return child.trim() && JSON.stringify(child.replace(/\s+/g, ' ').trim());
    return FORM.has(child.local) ? '' : elementContent(child, words);
  });
  return `${element.local}(${attributes.sort().join()})[${below.filter(Boolean).join()}]`;
}

/** Texts by their ID in the narrative of one section. @param {Element} section @returns {(id: string) => string} */
export function wordsOf(section) {
  /** @type {Map<string, Element>} */
  const byId = new Map();
  const index = (/** @type {Element} */ element) => {
    const id = attribute(element, 'ID');
    if (id && !byId.has(id)) byId.set(id, element);
    for (const child of element.children) if (typeof child !== 'string') index(child);
  };
  const text = first(section, 'text');
  if (text) index(text);
  /** @type {Map<string, string>} */
  const read = new Map();
  return (id) => {
    if (!read.has(id)) read.set(id, textOf(byId.get(id)));
    return /** @type {string} */ (read.get(id));
  };
}
