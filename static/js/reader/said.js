/** What sections without entries say in words alone, for whoever lists their kind. */

import { sectionKind, sectionRule } from '../importer/ccda_rules.js';
import { sectionNarrative, words } from './narrative.js';
import { first } from './tree.js';

/** @typedef {{kind: string, text: string, copy: boolean}} Spoken the kind of what it would list, and its words, cut; whether it is a copy of what belongs elsewhere */

const MOST = 400;

/**
 * @param {import('./partition.js').Source[]} sources
 * @returns {Spoken[]} in the order of the source
 */
export function saidIn(sources) {
  return sources.flatMap(({ element, copy }) => {
    if (element?.local !== 'section' || first(element, 'entry')) return [];
    const text = words(sectionNarrative(first(element, 'text'))).slice(0, MOST);
    return text ? [{ kind: sectionKind(sectionRule(/** @type {any} */ (element))), text, copy }] : [];
  });
}
