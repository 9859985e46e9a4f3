/**
 * What a file is, by its content alone.
 *
 * A name or an extension is never looked at. The first octets decide between
 * XML, JSON and everything else; everything else is refused here with the name
 * of what it seems to be.
 */

import { encodingFromStart } from './decode.js';
import { MAX_FILE_OCTETS } from './limits.js';
import { refuse, WHAT_IS_READ } from './refused.js';

const ASK = `${WHAT_IS_READ} Ask the hospital, practice or insurer for the record in one of these forms.`;

/** @type {[kind: string, name: string, at: number, signature: number[]][]} */
const SIGNATURES = [
  // The 128 octets before a DICOM mark are free, and may look like a TIFF image.
  ['dicom', 'a DICOM image', 128, [0x44, 0x49, 0x43, 0x4d]],
  ['pdf', 'a PDF document', 0, [0x25, 0x50, 0x44, 0x46, 0x2d]],
  ['png', 'a PNG image', 0, [0x89, 0x50, 0x4e, 0x47]],
  ['jpeg', 'a JPEG image', 0, [0xff, 0xd8, 0xff]],
  ['gif', 'a GIF image', 0, [0x47, 0x49, 0x46, 0x38]],
  ['tiff', 'a TIFF image', 0, [0x49, 0x49, 0x2a, 0x00]],
  ['tiff', 'a TIFF image', 0, [0x4d, 0x4d, 0x00, 0x2a]],
  ['gzip', 'a gzip archive', 0, [0x1f, 0x8b]],
  ['7z', 'a 7-Zip archive', 0, [0x37, 0x7a, 0xbc, 0xaf]],
  ['ole', 'an old Microsoft Office document', 0, [0xd0, 0xcf, 0x11, 0xe0]],
  ['rtf', 'a rich text (RTF) document', 0, [0x7b, 0x5c, 0x72, 0x74, 0x66]],
];

/** @param {Uint8Array} octets @param {number} at @param {number[]} signature */
function has(octets, at, signature) {
  return signature.every((octet, index) => octets[at + index] === octet);
}

/** @param {Uint8Array} octets */
function refuseBinary(octets) {
  if (has(octets, 0, [0x50, 0x4b, 0x03, 0x04]) || has(octets, 0, [0x50, 0x4b, 0x05, 0x06])) {
    throw refuse('zip', 'This is a zip archive (an Apple Health export and Office documents are such archives too).',
      'Unpack it and choose the record inside, if that is a C-CDA document (XML) or a FHIR R4 file (JSON).');
  }
  for (const [kind, name, at, signature] of SIGNATURES) {
    if (has(octets, at, signature)) throw refuse(kind, `This is ${name}, not a structured health record.`, ASK);
  }
}

/** @param {string} start the first characters, trimmed @returns {never} */
function refuseText(start) {
  if (start.startsWith('shc:/') || /^eyJ[\w-]+\.[\w-]*\.[\w-]+/.test(start)) {
    throw refuse('shc', 'This is a SMART Health Card in its signed form.', `${ASK} Its FHIR bundle can be added as JSON.`);
  }
  if (start.startsWith('MSH|')) throw refuse('hl7v2', 'This is an HL7 version 2 message.', ASK);
  if (start.includes('\0')) throw refuse('binary', 'This is a binary file of a kind that SeSPHR does not know.', ASK);
  throw refuse('text', 'This is plain text or a file of a kind that SeSPHR does not know.', ASK);
}

/** @param {Uint8Array} octets */
function refuseSize(octets) {
  if (octets.length === 0) throw refuse('empty', 'This file is empty (0 bytes).', 'Download it again.');
  if (octets.length > MAX_FILE_OCTETS) throw tooLarge();
}

/** The refusal of a file over the limit, for callers who learn the size before they read. */
export function tooLarge() {
  return refuse('size', `This file is larger than ${MAX_FILE_OCTETS / 1024 / 1024} MB.`,
    'Ask for the record in smaller parts, for example one document for each visit.');
}

/**
 * @param {Uint8Array} octets
 * @returns {'xml' | 'json'}
 * @throws {import('./refused.js').ImportRefused}
 */
export function detect(octets) {
  refuseSize(octets);
  refuseBinary(octets);
  const name = encodingFromStart(octets)?.name ?? 'windows-1252';
  const start = new TextDecoder(name).decode(octets.subarray(0, 64 * 1024)).trimStart();
  if (start === '' && octets.length <= 64 * 1024) {
    throw refuse('empty', 'This file holds nothing but white space.', 'Download it again.');
  }
  if (start[0] === '<') return 'xml';
  if (start[0] === '{' || start[0] === '[') return 'json';
  return refuseText(start);
}
