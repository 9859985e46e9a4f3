/**
 * What can be said of a PDF, a picture or a DICOM file without showing it.
 *
 * Only the start and the end of a file are read. What is found is checked as far
 * as is needed to know that it is such a file; it is never changed.
 */

import { piece } from './attachments.js';
import { readDicom } from './attachments_dicom.js';
import { MAX_HEAD_OCTETS } from './limits.js';
import { refuse } from './refused.js';

/** @typedef {import('./partition.js').Item} Item */
/** @typedef {import('./words.js').Notice} Notice */
/** @typedef {'pdf' | 'jpeg' | 'png' | 'dicom'} FileKind */
/** @typedef {{item: Item, text?: string, notices: string[]}} Described notices by code */
/** @typedef {{size: number, head: Uint8Array, tail: string}} Parts the start, and the end as Latin-1 */

const TAIL = 64 * 1024;

/** @type {Record<FileKind, string>} */
export const MEDIA_TYPES = { pdf: 'application/pdf', jpeg: 'image/jpeg', png: 'image/png', dicom: 'application/dicom' };

/** @param {Uint8Array} octets */
function latin(octets) {
  return new TextDecoder('latin1').decode(octets);
}

/** @param {Parts} parts @returns {Described} */
function describePdf({ tail, head }) {
  if (!/startxref|%%EOF/.test(tail)) throw refuse('pdf', 'pdf-broken');
  const trailers = tail + latin(head.subarray(0, TAIL));
  const locked = /\/Encrypt[\s/]*(?:\d+\s+\d+\s+R|<<)/.test(trailers);
  return { item: { kind: 'document' }, notices: locked ? ['pdf-locked'] : [] };
}

/** @param {Uint8Array} head @param {number} at */
function uint16(head, at) {
  return head[at] * 256 + head[at + 1];
}

/** @param {number} marker of a JPEG segment that opens a frame */
function opensFrame(marker) {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

/**
 * The segments before the picture itself.
 *
 * @param {Uint8Array} head
 * @returns {{frame: boolean, place: boolean}} whether a picture follows, and whether EXIF says where it was taken
 */
function jpegSegments(head) {
  let [at, frame, place] = [2, false, false];
  while (at + 4 <= head.length && head[at] === 0xff) {
    const marker = head[at + 1];
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const length = uint16(head, at + 2);
    if (marker === 0xda || length < 2) break;
    const inside = head.subarray(at + 4, at + 2 + length);
    if (marker === 0xe1) place ||= tellsPlace(inside);
    if (opensFrame(marker)) frame = length >= 8 && uint16(inside, 3) > 0;
    at += 2 + length;
  }
  return { frame: frame && head[at] === 0xff && head[at + 1] === 0xda && head.length > at + 4, place };
}

/** @param {Uint8Array} segment APP1 of a JPEG @returns {boolean} whether its EXIF or XMP has a position */
function tellsPlace(segment) {
  const exif = latin(segment.subarray(0, 6)) === 'Exif\0\0';
  return exif ? pointsToPlace(segment.subarray(6)) : /exif:GPSL|GPSLatitude/.test(latin(segment));
}

/** @param {Uint8Array} tiff EXIF as a picture holds it @returns {boolean} whether its first directory names one of positions */
function pointsToPlace(tiff) {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.length);
  try {
    const little = view.getUint16(0) === 0x4949;
    const first = view.getUint32(4, little);
    const count = view.getUint16(first, little);
    return Array.from({ length: count }, (_, index) => view.getUint16(first + 2 + index * 12, little)).includes(0x8825);
  } catch (error) {
    // What points outside of itself says nothing; the picture is shown without it.
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** @param {Parts} parts @returns {Described} */
function describeJpeg({ head }) {
  const { frame, place } = jpegSegments(head);
  if (!frame) throw refuse('jpeg', 'jpeg-broken');
  return { item: { kind: 'document' }, notices: place ? ['picture-place'] : [] };
}

/** @param {Uint8Array} head @returns {boolean} whether a chunk of EXIF has a position */
function pngTellsPlace(head) {
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  for (let at = 8; at + 8 <= head.length;) {
    const [length, data] = [view.getUint32(at), at + 8];
    if (latin(head.subarray(at + 4, data)) === 'eXIf') return pointsToPlace(head.subarray(data, data + length));
    at = data + length + 4;
  }
  return false;
}

/** @param {Parts} parts @returns {Described} */
function describePng({ head, tail }) {
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const whole = head.length >= 33 && latin(head.subarray(1, 16)) === 'PNG\r\n\x1a\n\0\0\0\rIHDR'
    && view.getUint32(16) > 0 && view.getUint32(20) > 0 && tail.includes('IEND');
  if (!whole) throw refuse('png', 'png-broken');
  return { item: { kind: 'document' }, notices: pngTellsPlace(head) ? ['picture-place'] : [] };
}

/** @type {Record<FileKind, (parts: Parts) => Described>} */
const DESCRIBE = { pdf: describePdf, jpeg: describeJpeg, png: describePng, dicom: readDicom };

/**
 * @param {FileKind} kind @param {Uint8Array | Blob} content
 * @returns {Promise<Described>}
 * @throws {import('./refused.js').ImportRefused} it only begins like one
 */
export async function describe(kind, content) {
  const size = content instanceof Uint8Array ? content.length : content.size;
  const head = await piece(content, 0, Math.min(size, MAX_HEAD_OCTETS));
  const tail = latin(await piece(content, Math.max(0, size - TAIL), size));
  return DESCRIBE[kind]({ size, head, tail });
}
