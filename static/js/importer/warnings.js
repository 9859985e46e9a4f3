/**
 * Sentences about what an import left out or could not keep apart.
 *
 * They name resources by type and id, never by what the record says of a person.
 */

import { MAX_FAMILY_NAMES, MAX_NAMED } from './limits.js';

/** Groups what is left out by type and reason, and says so in one sentence each. */
export class LeftOut {
  constructor() {
    /** @type {Map<string, {type: string, reason: string, names: string[]}>} */
    this.groups = new Map();
  }

  /** @param {string} type @param {string} reason @param {string} name */
  add(type, reason, name) {
    const key = `${type}\n${reason}`;
    const group = this.groups.get(key) ?? { type, reason, names: [] };
    group.names.push(name);
    this.groups.set(key, group);
  }

  /** @returns {string[]} */
  sentences() {
    return [...this.groups.values()].map(({ type, reason, names }) => {
      const shown = names.slice(0, MAX_NAMED).join(', ');
      const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : '';
      const [noun, verb, are] = names.length === 1 ? ['resource', 'stays', 'it is'] : ['resources', 'stay', 'they are'];
      return `${names.length} ${type} ${noun} ${verb} in the original file only, because ${are} ${reason}: ${shown}${more}.`;
    });
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

/**
 * One warning for each partition, other than personal, that names the patient.
 *
 * @param {Iterable<string>} familyNames
 * @param {import('./partition.js').Splitter} splitter
 * @returns {string[]}
 */
export function nameWarnings(familyNames, splitter) {
  const names = [...new Set([...familyNames].map((name) => name.trim()))].filter((name) => name.length > 1).slice(0, MAX_FAMILY_NAMES);
  if (!names.length) return [];
  const escaped = names.map((name) => name.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')).join('|');
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${escaped})(?![\\p{L}\\p{N}])`, 'iu');
  const warnings = [];
  for (const partition of splitter.filled().filter((name) => name !== 'personal')) {
    const sources = splitter.sources.get(partition) ?? [];
    const naming = sources.filter(({ body }) => pattern.test(plain(body))).length;
    if (naming) warnings.push(`The patient's family name occurs in ${naming} of ${sources.length} sources of the ${partition} partition.`);
  }
  return warnings;
}
