/**
 * Takes a FHIR file in XML apart into resources, each as the XML that it was.
 *
 * What fhir_unwrap.js does for JSON: Bundles and Parameters are wrappings, what
 * they hold is placed resource by resource, what they say themselves is kept.
 */

import { FHIR, fhirValue } from './fhir_xml.js';
import { ENVELOPES, textual } from './fhir_unwrap.js';
import { MAX_ITEMS } from './limits.js';
import { entryAround } from './partition.js';
import { refuse } from './refused.js';
import { instructionsIn, standAlone } from './slice.js';
import { all, attribute, elementsOf, first } from './xml.js';

/** @typedef {import('./xml.js').Element} Element */
/** @typedef {import('./xml.js').Instruction} Instruction */
/** @typedef {import('./slice.js').Cut} Cut */

export class XmlUnwrapped {
  /** @param {string} text of the file @param {Instruction[]} instructions inside it */
  constructor(text, instructions) {
    this.text = text;
    this.instructions = instructions;
    /** @type {import('./fhir_unwrap.js').Resource[]} */
    this.resources = [];
    /** @type {import('./fhir_unwrap.js').Envelope[]} */
    this.envelopes = [];
    this.empty = 0;
    this.untyped = 0;
    /** Processing instructions that were left out of what is kept. @type {Set<Instruction>} */
    this.dropped = new Set();
  }

  /** @param {Element} element @param {Element} [entry] of the Bundle that holds it */
  take(element, entry) {
    if (element.uri !== FHIR) this.untyped += 1;
    else if (element.local === 'Bundle') this.bundle(element);
    else if (element.local === 'Parameters') this.parameters(element);
    else if (ENVELOPES.has(element.local)) this.envelope(element, fhirValue(element));
    else this.resource(element, entry);
  }

  /** @param {Element} element @param {Element} [entry] */
  resource(element, entry) {
    if (this.resources.length >= MAX_ITEMS) throw refuse('items', 'too-many-resources', { max: MAX_ITEMS });
    const value = fhirValue(element);
    const { cuts, partial } = this.left(element);
    const beside = entry ? elementsOf(entry).filter(({ local, uri }) => uri === FHIR && local !== 'resource' && local !== 'fullUrl') : [];
    const kept = beside.map((each) => ({ each, cuts: this.left(each).cuts }));
    const fullUrl = attribute(first(entry, 'fullUrl'), 'value');
    this.resources.push({
      value, type: element.local, id: textual(value.id), fullUrl, number: this.resources.length + 1, partial,
      write: () => standAlone(this.text, element, cuts)
        + entryAround(fullUrl, kept.map((one) => standAlone(this.text, one.each, one.cuts)).join('')),
    });
  }

  /** @param {Element} element @param {Cut[]} [cuts] @returns {{cuts: Cut[], partial: boolean}} with the processing instructions, which no partition may hold */
  left(element, cuts = []) {
    const inside = instructionsIn(this.instructions, element, cuts);
    for (const each of inside) this.dropped.add(each);
    return { cuts: [...cuts, ...inside].sort((a, b) => a.start - b.start), partial: inside.length > 0 };
  }

  /** @param {Element} element @param {any} value @param {Cut[]} [held] what is placed on its own */
  envelope(element, value, held = []) {
    const { cuts, partial } = this.left(element, held);
    const write = () => standAlone(this.text, element, cuts);
    this.envelopes.push({ value, type: element.local, id: textual(value.id), partial, write });
  }

  /** @param {Element} bundle */
  bundle(bundle) {
    this.envelope(bundle, fhirValue(bundle, { omit: 'entry' }), runs(bundle, 'entry'));
    for (const entry of all(bundle, 'entry')) {
      const held = all(entry, 'resource').flatMap(elementsOf);
      if (!held.length) this.empty += 1;
      for (const each of held) this.take(each, entry);
    }
  }

  /** @param {Element} parameters */
  parameters(parameters) {
    const held = heldIn(parameters, 'parameter');
    const id = attribute(first(parameters, 'id'), 'value');
    this.envelope(parameters, { resourceType: 'Parameters', id }, held);
    for (const each of held) this.take(each);
  }
}

/** Neighbours of one name as one cut each, so that comments between them stay with neither. @param {Element} element @param {string} local @returns {Cut[]} */
function runs(element, local) {
  /** @type {Cut[]} */
  const found = [];
  let open = false;
  for (const each of elementsOf(element)) {
    const wanted = each.local === local && each.uri === element.uri;
    const last = found.at(-1);
    if (wanted && open && last) last.end = each.end;
    else if (wanted) found.push({ start: each.start, end: each.end });
    open = wanted;
  }
  return found;
}

/** @param {Element} holder @param {string} local parameter or part @returns {Element[]} the resources of a Parameters resource */
function heldIn(holder, local) {
  return all(holder, local).flatMap((each) => [...all(each, 'resource').flatMap(elementsOf), ...heldIn(each, 'part')])
    .sort((a, b) => a.start - b.start);
}
