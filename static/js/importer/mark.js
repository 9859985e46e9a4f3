/**
 * Writes into a partition in which version of its record each item and source came.
 *
 * The partition was written by partition.js; what stands in its sources is not touched.
 */

import { SaxesParser } from 'saxes';

import { NAMESPACE } from './partition.js';

/** @typedef {import('./compare.js').Marks} Marks */

const DEPTH = 2;

/** @param {string} text @param {Marks} marks @returns {{at: number, version: number}[]} where attributes go, in order */
function places(text, { items, sources }) {
  const parser = new SaxesParser({ xmlns: true });
  /** @type {{at: number, version: number}[]} */
  const found = [];
  let [depth, start] = [0, 0];
  parser.on('error', (error) => { throw error; });
  parser.on('opentagstart', () => { start = text.lastIndexOf('<', parser.position - 1); });
  parser.on('opentag', ({ name, local, uri, attributes }) => {
    depth += 1;
    const known = depth !== DEPTH || uri !== NAMESPACE ? undefined : local === 'item' ? items : local === 'source' ? sources : undefined;
    const version = known?.get(String(attributes.id?.value));
    if (version !== undefined && !attributes.added) found.push({ at: start + 1 + name.length, version });
  });
  parser.on('closetag', () => { depth -= 1; });
  parser.write(text).close();
  return found;
}

/**
 * @param {Uint8Array} octets of a partition
 * @param {Marks} marks versions by id
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function mark(octets, marks) {
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets);
  const pieces = [];
  let from = 0;
  for (const { at, version } of places(text, marks)) {
    pieces.push(text.slice(from, at), ` added="${version}"`);
    from = at;
  }
  return new TextEncoder().encode([...pieces, text.slice(from)].join(''));
}
