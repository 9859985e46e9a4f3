/**
 * What the header of a DICOM file (Part 10) says of the picture in it.
 */

import parser from 'dicom-parser';

import { refuse } from './refused.js';

/** @typedef {import('dicom-parser').DataSet} DataSet */
/** @typedef {import('./attachments_kinds.js').Parts} Parts */
/** @typedef {import('./attachments_kinds.js').Described} Described */

const PIXELS = 'x7fe00010';
const ENDLESS = 0xffffffff;
const MAX_TEXT = 200;
const MODALITIES = 'http://dicom.nema.org/resources/ontology/DCM';
/** The tags themselves, as codes (DICOM PS3.6). */
const TAGS = 'urn:oid:1.2.840.10008.2.6.1';

/** The dataset is packed: nothing of it is unpacked here, so that it cannot fill the memory. */
class Packed extends Error {}

/** Character sets (0008,0005) by the label of the web's decoders. @type {Record<string, string>} */
const CHARACTERS = {
  'ISO_IR 192': 'utf-8', 'ISO_IR 101': 'iso-8859-2', 'ISO_IR 144': 'iso-8859-5', 'ISO_IR 127': 'iso-8859-6',
  'ISO_IR 126': 'iso-8859-7', 'ISO_IR 138': 'iso-8859-8', 'ISO_IR 148': 'iso-8859-9', 'ISO_IR 166': 'windows-874', GB18030: 'gb18030', GBK: 'gbk',
};

/** @param {DataSet} set @param {string} tag @returns {string | undefined} */
function text(set, tag) {
  const element = set.elements[tag];
  if (!element || !element.length) return undefined;
  const named = set.string('x00080005')?.split('\\')[0].trim() ?? '';
  const octets = set.byteArray.subarray(element.dataOffset, element.dataOffset + element.length);
  const found = new TextDecoder(Object.hasOwn(CHARACTERS, named) ? CHARACTERS[named] : 'windows-1252').decode(octets);
  return found.split('\\')[0].replace(/[\0\s]+/g, ' ').trim().slice(0, MAX_TEXT) || undefined;
}

/** @param {DataSet} set @param {string} tag @returns {string | undefined} ISO 8601 */
function date(set, tag) {
  const [, year, month, day] = /^(\d{4})\.?(\d{2})\.?(\d{2})$/.exec(text(set, tag) ?? '') ?? [];
  return year && month >= '01' && month <= '12' && day >= '01' && day <= '31' ? `${year}-${month}-${day}` : undefined;
}

/** @param {Parts} parts @returns {DataSet} up to the picture */
function header({ head }) {
  try {
    return parser.parseDicom(head, { untilTag: PIXELS, inflater: () => { throw new Packed(); } });
  } catch (error) {
    if (error instanceof Packed) throw error;
    // dicom-parser throws strings and errors alike, of whatever stands in the file.
    throw refuse('dicom', 'dicom-broken');
  }
}

/** The picture has to be there as long as the header says. @param {DataSet} set @param {number} size */
function checkPixels(set, size) {
  const pixels = set.elements[PIXELS];
  const end = pixels ? pixels.dataOffset + (pixels.length === ENDLESS || pixels.hadUndefinedLength ? 0 : pixels.length) : 0;
  if (end > size) throw refuse('dicom', 'dicom-broken');
}

/** @param {DataSet} set @param {string} tag @param {string} keyword of PS3.6 */
function component(set, tag, keyword) {
  const value = text(set, tag);
  return value ? [{ code: { system: TAGS, value: tag.slice(1).toUpperCase(), display: keyword }, value: { value } }] : [];
}

/**
 * @param {Parts} parts
 * @returns {Described}
 * @throws {import('./refused.js').ImportRefused}
 */
export function readDicom(parts) {
  let set;
  try {
    set = header(parts);
  } catch (error) {
    if (error instanceof Packed) return { item: { kind: 'document' }, notices: ['dicom-packed'] };
    throw error;
  }
  checkPixels(set, parts.size);
  const title = text(set, 'x00081030') ?? text(set, 'x0008103e');
  const components = [...component(set, 'x00180015', 'Body Part Examined'), ...component(set, 'x0008103e', 'Series Description')];
  const modality = text(set, 'x00080060');
  return {
    item: {
      kind: 'document', date: date(set, 'x00080020') ?? date(set, 'x00080023'), components,
      code: { system: modality && MODALITIES, value: modality, display: title ?? modality },
    },
    text: components[0]?.value.value, notices: text(set, 'x00100010') ? ['dicom-name'] : [],
  };
}
