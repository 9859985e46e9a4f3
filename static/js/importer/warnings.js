/**
 * What to tell an owner of an import, by code: what was left out, and where her name still stands.
 *
 * Notices name resources by type and id, never by what the record says of a person.
 */

import { MAX_FAMILY_NAMES, MAX_NAMED } from './limits.js';

/** @typedef {import('./words.js').Notice} Notice */

/** Groups what is left out by type and reason, one notice each. */
export class LeftOut {
  constructor() {
    /** @type {Map<string, {type: string, reason: string, names: any[]}>} */
    this.groups = new Map();
  }

  /** @param {string} type @param {string} reason by code @param {string | number} name type and id, or the place in the file */
  add(type, reason, name) {
    const key = `${type}\n${reason}`;
    const group = this.groups.get(key) ?? { type, reason, names: [] };
    group.names.push(name);
    this.groups.set(key, group);
  }

  /** @returns {Notice[]} */
  notices() {
    return [...this.groups.values()].map(({ type, reason, names }) => ({
      code: 'left-out', params: { type, reason, names: names.slice(0, MAX_NAMED), n: names.length },
    }));
  }
}

/** The characters that a text stands for, whichever of XML or JSON escaped them. @param {string} text */
function plain(text) {
  const known = text.includes('&')
    ? text.replace(/&#x([0-9a-f]{1,6});/gi, (_, hex) => character(parseInt(hex, 16)))
      .replace(/&#([0-9]{1,7});/g, (_, digits) => character(Number(digits)))
      .replace(/&apos;/g, "'").replace(/&quot;/g, '"').replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&')
    : text;
  return known.includes('\\u') ? known.replace(/\\u([0-9a-f]{4})/gi, (_, hex) => character(parseInt(hex, 16))) : known;
}

/** @param {number} code */
function character(code) {
  return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
}

/** Finds the patient's family names in sources, and looks into each text once. */
export class NameFinder {
  /** @param {Iterable<string>} familyNames */
  constructor(familyNames) {
    const names = [...new Set([...familyNames].map((name) => name.trim()))].filter((name) => name.length > 1).slice(0, MAX_FAMILY_NAMES);
    const escaped = names.map((name) => name.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')).join('|');
    this.pattern = names.length ? new RegExp(`(?<![\\p{L}\\p{N}])(?:${escaped})(?![\\p{L}\\p{N}])`, 'iu') : null;
    /** @type {Map<string, boolean>} */
    this.known = new Map();
  }

  /** @param {string} body */
  names(body) {
    const known = this.known.get(body);
    if (known !== undefined) return known;
    const found = this.pattern?.test(plain(body)) ?? false;
    this.known.set(body, found);
    return found;
  }

  /**
   * One notice for each partition, other than personal, that names the patient.
   *
   * @param {import('./partition.js').Splitter} splitter
   * @returns {Notice[]} `units` are the ids of those that can be moved; the other sources only accompany them
   */
  notices(splitter) {
    return splitter.filled().filter((name) => name !== 'personal').flatMap((partition) => {
      const sources = splitter.open(partition);
      const naming = sources.filter(({ body }) => this.names(body));
      const units = [...new Set(naming.flatMap(({ unit, copy }) => (unit && !copy ? [unit] : [])))];
      const copies = [...new Set(naming.flatMap(({ unit, copy }) => (unit && copy ? [unit] : [])))];
      const params = { partition, naming: naming.length, total: sources.length, units, copies };
      return naming.length ? [{ code: 'names-patient', params }] : [];
    });
  }
}
