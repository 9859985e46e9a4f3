/**
 * From octets to text, and no guess that could change a letter.
 *
 * JSON is UTF-8. XML is UTF-8, UTF-16, or the ISO-8859-1, windows-1252 or
 * US-ASCII that its declaration names; a mark at the start and a declaration
 * that contradict each other are refused.
 */

import { refuse } from './refused.js';

const DECLARATION = /^<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]*)["']/;

/** The names that a declaration may use, and the decoder of each (WHATWG Encoding). */
const DECODERS = new Map([
  ['utf-8', 'utf-8'], ['utf8', 'utf-8'],
  ['utf-16', 'utf-16'], ['utf-16le', 'utf-16le'], ['utf-16be', 'utf-16be'],
  ['iso-8859-1', 'windows-1252'], ['latin1', 'windows-1252'],
  ['windows-1252', 'windows-1252'], ['us-ascii', 'us-ascii'], ['ascii', 'us-ascii'],
]);

/**
 * What the first octets alone say about the encoding.
 *
 * @param {Uint8Array} octets
 * @returns {{name: string, marked: boolean} | null}
 */
export function encodingFromStart(octets) {
  const [a, b, c, d] = octets;
  if (a === 0xef && b === 0xbb && c === 0xbf) return { name: 'utf-8', marked: true };
  if (a === 0xfe && b === 0xff) return { name: 'utf-16be', marked: true };
  if (a === 0xff && b === 0xfe) return { name: 'utf-16le', marked: true };
  if (a === 0x3c && b === 0 && d === 0) return { name: 'utf-16le', marked: false };
  if (a === 0 && b === 0x3c && c === 0) return { name: 'utf-16be', marked: false };
  return null;
}

/**
 * @param {Uint8Array} octets
 * @param {string} name of a decoder
 * @returns {string} without the mark at the start
 */
function decode(octets, name) {
  try {
    return new TextDecoder(name, { fatal: true }).decode(octets);
  } catch {
    throw refuse('encoding', 'not-encoded', { name: name.toUpperCase() });
  }
}

/** @param {Uint8Array} octets */
export function decodeJson(octets) {
  return decode(octets, 'utf-8');
}

/** @param {Uint8Array} octets @returns {string} the encoding that the XML declaration names, in lower case */
function declared(octets) {
  const start = String.fromCharCode(...octets.subarray(0, 200));
  return DECLARATION.exec(start)?.[1].toLowerCase() ?? 'utf-8';
}

/** @param {Uint8Array} octets */
export function decodeXml(octets) {
  const start = encodingFromStart(octets);
  if (start) return decodeMarked(octets, start.name);
  const name = declared(octets);
  const decoder = DECODERS.get(name);
  if (!decoder) {
    throw refuse('encoding', 'encoding-unknown', { name });
  }
  if (decoder.startsWith('utf-16')) {
    throw refuse('encoding', 'encoding-false', { name });
  }
  return decoder === 'us-ascii' ? decodeAscii(octets) : decode(octets, decoder);
}

/** @param {Uint8Array} octets @param {string} name */
function decodeMarked(octets, name) {
  const text = decode(octets, name);
  const said = DECLARATION.exec(text)?.[1].toLowerCase();
  if (said && !name.startsWith(DECODERS.get(said) ?? '-')) {
    throw refuse('encoding', 'encoding-other', { said, name });
  }
  return text;
}

/** @param {Uint8Array} octets */
function decodeAscii(octets) {
  if (octets.some((octet) => octet > 0x7f)) {
    throw refuse('encoding', 'not-ascii');
  }
  return decode(octets, 'utf-8');
}
