/**
 * What a file is by its first octets, and how large a picture would be, before anything decodes it.
 */

/** @typedef {'pdf' | 'picture' | 'dicom' | 'other'} Kind */

const HEAD = 1024;
const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const JPEG = [0xff, 0xd8, 0xff];

/** How many octets `kindOf` wants to see. */
export const ENOUGH = HEAD + 4;

/** @param {Uint8Array} octets @param {number[] | string} sign @param {number} at @returns {boolean} */
function has(octets, sign, at) {
  const expected = typeof sign === 'string' ? [...sign].map((each) => each.charCodeAt(0)) : sign;
  return expected.every((each, i) => octets[at + i] === each);
}

/** @param {Uint8Array} octets @returns {boolean} readers of PDF look for its mark in the first kilobyte */
function isPdf(octets) {
  for (let at = 0; at < Math.min(HEAD, octets.length); at++) if (octets[at] === 0x25 && has(octets, '%PDF-', at)) return true;
  return false;
}

/** @param {Uint8Array} octets the first of a file @returns {Kind} by content; names and media types are only told */
export function kindOf(octets) {
  if (has(octets, PNG, 0) || has(octets, JPEG, 0)) return 'picture';
  if (has(octets, 'DICM', 128)) return 'dicom';
  return isPdf(octets) ? 'pdf' : 'other';
}

/**
 * @param {Uint8Array} octets of a PNG or JPEG file
 * @returns {{width: number, height: number} | null} as it lies in the file; null when it does not say
 */
export function pictureSize(octets) {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  if (has(octets, PNG, 0)) return octets.length >= 24 && has(octets, 'IHDR', 12) ? { width: view.getUint32(16), height: view.getUint32(20) } : null;
  return has(octets, JPEG, 0) ? jpegSize(view) : null;
}

/** The frame headers of JPEG; what lies between has other meanings. @param {number} marker */
const startsFrame = (marker) => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
/** Markers that stand alone. @param {number} marker */
const alone = (marker) => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);

/** @param {DataView} view @returns {{width: number, height: number} | null} */
function jpegSize(view) {
  let at = 2;
  while (at + 9 < view.byteLength) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    if (startsFrame(marker)) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    // Any number of 0xff may stand before a marker.
    if (marker === 0xff) at += 1;
    else if (alone(marker)) at += 2;
    else if (marker === 0xda || marker === 0xd9) return null;
    else at += 2 + Math.max(2, view.getUint16(at + 2));
  }
  return null;
}
