/**
 * Takes a SMART Health Card apart: JWS texts and QR codes in, the text of their payloads out.
 *
 * A card's payload is raw DEFLATE, so a few octets can stand for very many: no
 * more is inflated than limits.js allows. Signatures are not checked, because
 * that needs the issuer's keys from the network; a notice says so.
 */

import { MAX_CARD_OCTETS } from './limits.js';
import { isObject } from './fhir_unwrap.js';
import { JsonNumber, readJson } from './json.js';
import { refuse } from './refused.js';

const JWS = /^[\w-]+\.[\w-]+\.[\w-]*$/;
const QR = /^shc:\/(?:(\d{1,3})\/(\d{1,3})\/)?((?:\d\d)+)$/i;
/** QR codes write each character of a JWS as two digits, counted from "-". */
const OFFSET = 45;
const HIGHEST = 122;

/** @param {string} start the first characters of a file @returns {boolean} */
export function isCard(start) {
  return /^shc:\//i.test(start) || /^(?:eyJ|eyA|ewo)[\w-]+\.[\w-]/.test(start);
}

function broken() {
  return refuse('shc', 'shc-broken');
}

/** @param {string} digits @returns {string} */
function characters(digits) {
  return digits.replace(/\d\d/g, (pair) => {
    const code = Number(pair) + OFFSET;
    if (code > HIGHEST) throw broken();
    return String.fromCharCode(code);
  });
}

/** @param {Map<string, string[]>} sets the pieces of cards that took several codes, by how many @param {RegExpExecArray} code */
function keepPiece(sets, [, place, count, digits]) {
  const pieces = sets.get(count) ?? [];
  const index = Number(place) - 1;
  const known = pieces[index];
  if (index < 0 || index >= Number(count) || (known !== undefined && known !== digits)) throw broken();
  pieces[index] = digits;
  sets.set(count, pieces);
}

/** @param {Map<string, string[]>} sets @returns {string[]} */
function joined(sets) {
  return [...sets].map(([count, pieces]) => {
    const there = Object.keys(pieces).length;
    if (there < Number(count)) throw refuse('shc', 'shc-pieces', { there, count: Number(count) });
    return characters(pieces.join(''));
  });
}

/**
 * @param {string} text of a file that holds nothing but cards: JWS or what QR codes say, apart by white space
 * @returns {string[]} a JWS each
 */
export function cardsIn(text) {
  /** @type {Map<string, string[]>} */
  const sets = new Map();
  const whole = text.trim().split(/\s+/).flatMap((piece) => {
    if (JWS.test(piece)) return [piece];
    const code = QR.exec(piece);
    if (!code) throw broken();
    if (!code[1]) return [characters(code[3])];
    keepPiece(sets, code);
    return [];
  });
  return [...whole, ...joined(sets)];
}

/** @param {string} base64url @returns {Uint8Array<ArrayBuffer>} */
function octetsOf(base64url) {
  try {
    return Uint8Array.from(atob(base64url.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
  } catch {
    throw broken();
  }
}

/** @param {Uint8Array} octets @returns {string} */
function textOf(octets) {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets);
  } catch {
    throw broken();
  }
}

/**
 * A line of a text that was unfolded tells nobody anything: whatever is wrong, the card is broken.
 *
 * @param {string} text of a header or a payload
 * @returns {ReturnType<typeof readJson>}
 */
export function readCard(text) {
  let read;
  try {
    read = readJson(text);
  } catch {
    throw broken();
  }
  if (!isObject(read.value) || read.value instanceof JsonNumber) throw broken();
  return read;
}

/** @param {string} part of a JWS @returns {any} */
function headerOf(part) {
  return readCard(textOf(octetsOf(part))).value;
}

/** @param {Uint8Array<ArrayBuffer>} octets raw DEFLATE @param {number} most octets that it may give @returns {Promise<Uint8Array>} */
async function inflate(octets, most) {
  const reader = new Blob([octets]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  const pieces = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(() => { throw broken(); });
    if (done) return new Uint8Array(await new Blob(pieces).arrayBuffer());
    size += value.length;
    if (size > most) {
      await reader.cancel();
      throw refuse('size', 'shc-large', { mb: MAX_CARD_OCTETS / 1024 / 1024 });
    }
    pieces.push(value);
  }
}

/** @param {string} jws @param {number} most @returns {Promise<Uint8Array>} */
async function payloadOf(jws, most) {
  if (!JWS.test(jws)) throw broken();
  const [header, payload] = jws.split('.');
  const { zip } = headerOf(header);
  if (zip === 'DEF') return inflate(octetsOf(payload), most);
  if (zip !== undefined) throw broken();
  return octetsOf(payload);
}

/**
 * @param {any[]} cards a JWS each
 * @returns {Promise<string[]>} the JSON text of each payload
 * @throws {import('./refused.js').ImportRefused} when one is broken, or all together are too large
 */
export async function payloadsOf(cards) {
  const texts = [];
  let left = MAX_CARD_OCTETS;
  for (const card of cards) {
    if (typeof card !== 'string') throw broken();
    const octets = await payloadOf(card, left);
    left -= octets.length;
    if (left < 0) throw refuse('size', 'shc-large', { mb: MAX_CARD_OCTETS / 1024 / 1024 });
    texts.push(textOf(octets));
  }
  return texts;
}
