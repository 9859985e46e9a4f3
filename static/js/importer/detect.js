/**
 * What a file is, by its content alone.
 *
 * A name or an extension is never looked at. The first octets decide between
 * XML, JSON and everything else; everything else is refused here with the name
 * of what it seems to be.
 */

import { encodingFromStart } from './decode.js';
import { MAX_FILE_OCTETS } from './limits.js';
import { refuse } from './refused.js';
import { isCard } from './shc.js';

/** @type {[kind: string, at: number, signature: number[]][]} */
const SIGNATURES = [
  // The 128 octets before a DICOM mark are free, and may look like a TIFF image.
  ['dicom', 128, [0x44, 0x49, 0x43, 0x4d]],
  ['pdf', 0, [0x25, 0x50, 0x44, 0x46, 0x2d]],
  ['png', 0, [0x89, 0x50, 0x4e, 0x47]],
  ['jpeg', 0, [0xff, 0xd8, 0xff]],
  ['gif', 0, [0x47, 0x49, 0x46, 0x38]],
  ['tiff', 0, [0x49, 0x49, 0x2a, 0x00]],
  ['tiff', 0, [0x4d, 0x4d, 0x00, 0x2a]],
  ['gzip', 0, [0x1f, 0x8b]],
  ['7z', 0, [0x37, 0x7a, 0xbc, 0xaf]],
  ['ole', 0, [0xd0, 0xcf, 0x11, 0xe0]],
  ['rtf', 0, [0x7b, 0x5c, 0x72, 0x74, 0x66]],
];

/** @param {Uint8Array} octets @param {number} at @param {number[]} signature */
function has(octets, at, signature) {
  return signature.every((octet, index) => octets[at + index] === octet);
}

/** Office documents are archives that name these entries near their start. @param {Uint8Array} octets */
function isOffice(octets) {
  return /\[Content_Types\]\.xml|mimetypeapplication\/vnd\.oasis/.test(String.fromCharCode(...octets.subarray(0, 4096)));
}

/** @param {Uint8Array} octets */
function refuseBinary(octets) {
  if (has(octets, 0, [0x50, 0x4b, 0x03, 0x04]) && isOffice(octets)) throw refuse('office');
  if (has(octets, 0, [0x50, 0x4b, 0x03, 0x04]) || has(octets, 0, [0x50, 0x4b, 0x05, 0x06])) {
    throw refuse('zip');
  }
  for (const [kind, at, signature] of SIGNATURES) {
    if (has(octets, at, signature)) throw refuse(kind);
  }
}

/** @param {string} start the first characters, trimmed @returns {never} */
function refuseText(start) {
  if (/^(?:[a-z]+:\/\/[^\s]*#)?shlink:\//i.test(start)) throw refuse('shlink');
  if (/^(?:MSH|FHS|BHS)\|/.test(start)) throw refuse('hl7v2');
  if (start.includes('\0')) throw refuse('binary');
  throw refuse('text');
}

/** Files that are kept as they are, whatever their size. @type {import('./attachments_kinds.js').FileKind[]} */
const ATTACHMENTS = ['dicom', 'pdf', 'png', 'jpeg'];

/**
 * Whether a file is one that is kept as it is, or an archive, by its first octets.
 *
 * @param {Uint8Array} head
 * @returns {import('./attachments_kinds.js').FileKind | 'zip' | undefined}
 */
export function kindFromStart(head) {
  const [found] = SIGNATURES.find(([kind, at, signature]) => ATTACHMENTS.some((each) => each === kind) && has(head, at, signature)) ?? [];
  if (found) return /** @type {import('./attachments_kinds.js').FileKind} */ (found);
  return has(head, 0, [0x50, 0x4b, 0x03, 0x04]) ? 'zip' : undefined;
}

/** @param {Uint8Array} octets */
function refuseSize(octets) {
  if (octets.length === 0) throw refuse('empty');
  if (octets.length > MAX_FILE_OCTETS) throw tooLarge();
}

/** The refusal of a file over the limit, for callers who learn the size before they read. */
export function tooLarge() {
  return refuse('size', 'too-large', { mb: MAX_FILE_OCTETS / 1024 / 1024 });
}

/**
 * @param {Uint8Array} octets
 * @returns {'xml' | 'json' | 'card'} card: SMART Health Cards as signed texts or QR codes
 * @throws {import('./refused.js').ImportRefused}
 */
export function detect(octets) {
  refuseSize(octets);
  refuseBinary(octets);
  const name = encodingFromStart(octets)?.name ?? 'windows-1252';
  const start = new TextDecoder(name).decode(octets.subarray(0, 64 * 1024)).trimStart();
  if (start === '' && octets.length <= 64 * 1024) {
    throw refuse('empty', 'blank');
  }
  if (start[0] === '<') return 'xml';
  if (start[0] === '{' || start[0] === '[') return 'json';
  return isCard(start) ? 'card' : refuseText(start);
}
