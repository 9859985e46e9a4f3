/**
 * Files that belong to a partition: what is said of them, and their digests.
 *
 * A content is octets that were cut out of a file, or the file itself as a Blob,
 * which is read piece by piece and never held whole.
 */

import { sha256 } from '@noble/hashes/sha2.js';

import { free } from '../crypto/bytes.js';
import { MAX_ATTACHMENT_NAME } from './limits.js';

/** @typedef {import('./partition.js').Item} Item */
/** @typedef {{name: string, type: string, content: Uint8Array | Blob, size: number, sha256: string}} Attached sha256 in hex, of the plaintext; empty until `digestAll` */
/** @typedef {{file: Attached, item: Item}} Filed a file and what is said of it */

const PIECE = 4 * 1024 * 1024;

// Controls, and the marks that turn the direction of text around: "cod.exe" must not read "exe.doc".
const UNSHOWN = /[\p{Cc}\p{Cs}\p{Cn}\p{Zl}\p{Zp}\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/gu;

/** @type {Record<string, string>} */
const ENDINGS = {
  'application/pdf': 'pdf', 'image/jpeg': 'jpg', 'image/png': 'png', 'application/dicom': 'dcm', 'text/rtf': 'rtf', 'application/rtf': 'rtf',
  'text/plain': 'txt', 'text/html': 'html', 'image/gif': 'gif', 'image/tiff': 'tif',
};

/**
 * The last part of a name, as any page and any folder can show it.
 *
 * @param {string | undefined} name as a device or a record has it
 * @param {string} type a media type, which names what has no name
 */
export function attachmentName(name, type) {
  const last = (name ?? '').split(/[/\\]/).at(-1) ?? '';
  const shown = last.replace(UNSHOWN, '').trim().replace(/^\.+/, '').trim();
  const full = withEnding(shown || 'document', type);
  return [...full].length > MAX_ATTACHMENT_NAME ? shortened([...full]) : full;
}

/** A device tells by the ending what opens a file; a title of a record has none. @param {string} name @param {string} type */
function withEnding(name, type) {
  const ending = Object.hasOwn(ENDINGS, type) ? ENDINGS[type] : 'bin';
  return /\.[A-Za-z0-9]{2,5}$/.test(name) ? name : `${name}.${ending}`;
}

/** @param {string[]} characters @returns {string} with its ending */
function shortened(characters) {
  const dot = characters.lastIndexOf('.');
  const ending = dot > 0 && characters.length - dot <= 10 ? characters.slice(dot) : [];
  return [...characters.slice(0, MAX_ATTACHMENT_NAME - ending.length), ...ending].join('');
}

/**
 * @param {{name?: string, type: string, content: Uint8Array | Blob}} from
 * @returns {Attached}
 */
export function attached({ name, type, content }) {
  const size = content instanceof Uint8Array ? content.length : content.size;
  return { name: attachmentName(name, type), type, content, size, sha256: '' };
}

/** @param {Blob | Uint8Array} content @param {number} from @param {number} to @returns {Promise<Uint8Array>} */
export async function piece(content, from, to) {
  if (content instanceof Uint8Array) return content.subarray(from, to);
  return new Uint8Array(await content.slice(from, to).arrayBuffer());
}

/** @param {Attached} file @param {(octets: number) => Promise<void>} pause */
async function digest(file, pause) {
  const hash = sha256.create();
  for (let at = 0; at < file.size; at += PIECE) {
    const octets = await piece(file.content, at, Math.min(at + PIECE, file.size));
    hash.update(octets);
    const { length } = octets;
    // Of a Blob it is a copy; what was cut out of a file is kept.
    if (file.content instanceof Blob) free(octets);
    await pause(length);
  }
  return hash.digest().reduce((hex, octet) => hex + octet.toString(16).padStart(2, '0'), '');
}

/**
 * Works out every digest that is not known yet.
 *
 * @param {Attached[]} files @param {(done: number) => Promise<void>} pause is given the share done, 0 to 1
 */
export async function digestAll(files, pause) {
  const total = files.reduce((sum, { size }) => sum + size, 0);
  let read = 0;
  for (const file of files) {
    file.sha256 ||= await digest(file, (octets) => pause((read += octets) / total));
  }
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * Strict base64; white space between the letters is allowed, as records wrap their lines.
 *
 * @param {string} text
 * @returns {Uint8Array | undefined} undefined where it is none, or of nothing
 */
export function fromBase64(text) {
  const letters = text.replace(/[ \t\r\n]+/g, '');
  if (letters.length % 4 || !BASE64.test(letters)) return undefined;
  const binary = atob(letters);
  // A last letter may hold bits that belong to no octet: what says two things at once is refused.
  const tail = letters.slice(-4);
  if (btoa(atob(tail)) !== tail) return undefined;
  const octets = new Uint8Array(binary.length);
  for (let at = 0; at < octets.length; at += 1) octets[at] = binary.charCodeAt(at);
  return octets;
}
