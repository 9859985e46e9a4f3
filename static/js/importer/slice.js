/**
 * Elements cut out of their document, letter for letter.
 *
 * A slice is the source text of one element. The only change is an insertion
 * after the root's name: declarations of namespaces that the element uses and
 * that stood further up (the spirit of Exclusive XML Canonicalization, and
 * prefixes inside xsi:type besides). Parts that belong elsewhere are left out whole.
 */

import { elementsOf } from './xml.js';

/** @typedef {import('./xml.js').Element} Element */
/** @typedef {{start: number, end: number}} Cut */

const XSI = 'http://www.w3.org/2001/XMLSchema-instance';

/**
 * The processing instructions inside an element, but for those inside its cuts.
 *
 * @param {Cut[]} instructions @param {Cut} element @param {Cut[]} cuts
 * @returns {any[]} of the given ones
 */
export function instructionsIn(instructions, element, cuts) {
  return instructions.filter(({ start, end }) => start > element.start && end < element.end
    && !cuts.some((cut) => start > cut.start && end < cut.end));
}

/** @param {Element} element @returns {string[]} prefixes that the element's own tag uses */
function prefixesOf(element) {
  const used = [element.prefix];
  for (const each of element.attributes) {
    if (each.prefix) used.push(each.prefix);
    if (each.uri === XSI && each.local === 'type') used.push(each.value.includes(':') ? each.value.split(':')[0].trim() : '');
  }
  return used;
}

/**
 * @param {Element} element @param {Set<string>} bound prefixes declared between the slice's root and here
 * @param {Set<string>} needed collects prefixes that are declared above the slice's root
 */
function collect(element, bound, needed) {
  const declared = Object.keys(element.ns);
  const here = declared.length ? new Set([...bound, ...declared]) : bound;
  for (const prefix of prefixesOf(element)) if (!here.has(prefix)) needed.add(prefix);
  for (const child of elementsOf(element)) collect(child, here, needed);
}

/** @param {Element | null} element @param {string} prefix @returns {string | undefined} */
function resolve(element, prefix) {
  for (let at = element; at; at = at.parent) if (Object.hasOwn(at.ns, prefix)) return at.ns[prefix];
  return prefix === '' ? '' : undefined;
}

/** @param {string} value */
function quoted(value) {
  return value.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;');
}

/** @param {Element} element */
function declarations(element) {
  /** @type {Set<string>} */
  const needed = new Set();
  collect(element, new Set(), needed);
  // The envelope has a default namespace of its own, which must not reach in.
  if (!Object.hasOwn(element.ns, '')) needed.add('');
  needed.delete('xml');
  return [...needed].sort().map((prefix) => [prefix, resolve(element, prefix)])
    .filter(([, uri]) => uri !== undefined)
    .map(([prefix, uri]) => ` xmlns${prefix ? ':' : ''}${prefix}="${quoted(/** @type {string} */ (uri))}"`)
    .join('');
}

/**
 * The source text of an element so that it stands alone.
 *
 * @param {string} text of the whole document
 * @param {Element} element
 * @param {Cut[]} [cuts] what to leave out, in document order, not overlapping
 */
export function standAlone(text, element, cuts = []) {
  const nameEnd = element.start + 1 + element.name.length;
  const pieces = [text.slice(element.start, nameEnd), declarations(element)];
  let at = nameEnd;
  for (const cut of cuts) {
    pieces.push(text.slice(at, cut.start));
    at = cut.end;
  }
  pieces.push(text.slice(at, element.end));
  return pieces.join('');
}
