/**
 * DICOM for looking at: what the header says of the examination, and the first picture.
 *
 * Octets in, plain values out. Of the person it tells nothing: who it is, the record says elsewhere, to
 * those who may know. What cannot be drawn is named, never guessed.
 */

import parser from 'dicom-parser';

/** @typedef {import('dicom-parser').DataSet} DataSet */
/** @typedef {{field: string, value: string}} Fact `field` chooses the words */
/** Pixels as a canvas takes them, four octets each. @typedef {{width: number, height: number, pixels: Uint8ClampedArray<ArrayBuffer>}} Frame */
/**
 * `why`: there is no picture that can be drawn here, as a word: `no-picture`, `syntax`, `colours`, `large`, `broken`.
 * @typedef {{facts: Fact[], frames: number, frame?: Frame, jpeg?: Uint8Array<ArrayBuffer>, why?: string}} Shown
 */
/**
 * How pixels lie. `bits` allocated; `stored` of them mean something; `planar`: one colour after the other.
 * @typedef {{width: number, height: number, samples: number, bits: number, stored: number, signed: boolean, planar: boolean,
 *   colours: string, big: boolean}} Layout
 */

const SYNTAX = 'x00020010';
const PIXELS = 'x7fe00010';
const BIG_ENDIAN = '1.2.840.10008.1.2.2';
const DEFLATED = '1.2.840.10008.1.2.1.99';
const UNCOMPRESSED = new Set(['1.2.840.10008.1.2', '1.2.840.10008.1.2.1', BIG_ENDIAN]);
const JPEG_BASELINE = '1.2.840.10008.1.2.4.50';
/** Pixels of a frame: as much as any examination needs, and no bomb. */
const MAX_PIXELS = 2 ** 26;

/** What is told of the examination, by tag; everything else stays in the file. @type {[string, string][]} */
const FIELDS = [['modality', 'x00080060'], ['date', 'x00080020'], ['study', 'x00081030'], ['series', 'x0008103e'], ['body', 'x00180015'],
  ['thickness', 'x00180050'], ['maker', 'x00080070'], ['model', 'x00081090']];

/** Character sets of DICOM by the names that browsers know. @type {Record<string, string>} */
const CHARACTERS = {
  'ISO_IR 192': 'utf-8', 'ISO_IR 101': 'iso-8859-2', 'ISO_IR 109': 'iso-8859-3', 'ISO_IR 110': 'iso-8859-4', 'ISO_IR 144': 'iso-8859-5',
  'ISO_IR 127': 'iso-8859-6', 'ISO_IR 126': 'iso-8859-7', 'ISO_IR 138': 'iso-8859-8', 'ISO_IR 148': 'windows-1254', 'ISO_IR 13': 'shift_jis',
  'ISO_IR 166': 'windows-874', GB18030: 'gb18030', GBK: 'gbk', 'ISO 2022 IR 87': 'iso-2022-jp', 'ISO 2022 IR 149': 'euc-kr',
};

/** What cannot be read as DICOM, or holds less than it says. */
export class NoDicom extends Error {
  constructor() {
    super('not DICOM that can be read');
    this.name = 'NoDicom';
  }
}

/** @param {DataSet} set @param {string} tag @returns {string} its octets as text, in the file's own characters */
function textAt(set, tag) {
  const element = set.elements[tag];
  if (!element || element.length <= 0) return '';
  const [name = ''] = (set.string('x00080005') ?? '').split('\\').filter(Boolean);
  const octets = set.byteArray.subarray(element.dataOffset, element.dataOffset + Math.min(element.length, 1024));
  const text = new TextDecoder(CHARACTERS[name] ?? 'windows-1252').decode(/** @type {Uint8Array} */ (octets));
  return text.split('\\')[0].replace(/\p{C}/gu, ' ').trim();
}

/** @param {DataSet} set @returns {Fact[]} */
function factsOf(set) {
  const facts = FIELDS.map(([field, tag]) => ({ field, value: textAt(set, tag) }));
  const [height, width] = [set.uint16('x00280010'), set.uint16('x00280011')];
  if (width && height) facts.push({ field: 'size', value: `${width} × ${height}` });
  return facts.filter(({ value }) => value !== '').map((fact) => (fact.field === 'date' ? { ...fact, value: isoDay(fact.value) } : fact));
}

/** @param {string} value such as 20040119 @returns {string} */
function isoDay(value) {
  const found = /^(\d{4})\.?(\d{2})\.?(\d{2})$/.exec(value);
  return found ? `${found[1]}-${found[2]}-${found[3]}` : value;
}

/** @param {DataSet} set @param {string} syntax @returns {Layout} */
function layoutOf(set, syntax) {
  const [height, width] = [set.uint16('x00280010') ?? 0, set.uint16('x00280011') ?? 0];
  const bits = set.uint16('x00280100') ?? 0;
  return {
    width, height, bits, samples: set.uint16('x00280002') ?? 1, stored: set.uint16('x00280101') ?? bits,
    signed: set.uint16('x00280103') === 1, planar: set.uint16('x00280006') === 1, colours: textAt(set, 'x00280004'), big: syntax === BIG_ENDIAN,
  };
}

/** @param {Layout} layout @returns {boolean} */
function drawable({ samples, bits, stored, colours }) {
  if (stored < 1 || stored > bits) return false;
  if (/^MONOCHROME[12]$/.test(colours)) return samples === 1 && (bits === 8 || bits === 16);
  return colours === 'RGB' && samples === 3 && bits === 8;
}

/**
 * The samples of the first frame as numbers.
 * @param {Uint8Array} octets of the frame @param {Layout} layout
 * @returns {Uint8Array | Int8Array | Uint16Array | Int16Array}
 */
function samplesOf(octets, { bits, stored, signed, big }) {
  const spare = bits - stored;
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  const made = bits === 8 ? new (signed ? Int8Array : Uint8Array)(octets.length) : new (signed ? Int16Array : Uint16Array)(octets.length / 2);
  for (let i = 0; i < made.length; i++) {
    const raw = bits === 8 ? view.getUint8(i) : view.getUint16(2 * i, !big);
    // What lies above the stored bits is not the picture's; a sign is carried up to the top.
    made[i] = raw << spare;
    if (spare) made[i] >>= spare;
  }
  return made;
}

/** @param {DataSet} set @param {string} tag @returns {number | undefined} the first of its decimal numbers */
function decimal(set, tag) {
  const found = Number.parseFloat((set.string(tag) ?? '').split('\\')[0]);
  return Number.isFinite(found) ? found : undefined;
}

/**
 * Which numbers are black and white: as the file says, otherwise the least and the greatest that occur.
 * @param {DataSet} set @param {ArrayLike<number>} samples
 * @returns {{slope: number, intercept: number, low: number, width: number}}
 */
function windowOf(set, samples) {
  const [slope, intercept] = [decimal(set, 'x00281053') || 1, decimal(set, 'x00281052') ?? 0];
  const [centre, width] = [decimal(set, 'x00281050'), decimal(set, 'x00281051')];
  if (centre !== undefined && width !== undefined && width >= 1) return { slope, intercept, low: centre - 0.5 - (width - 1) / 2, width: Math.max(width - 1, 1) };
  let [least, greatest] = [Infinity, -Infinity];
  for (let i = 0; i < samples.length; i++) {
    const value = samples[i] * slope + intercept;
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  return { slope, intercept, low: least, width: Math.max(greatest - least, 1) };
}

/** @param {DataSet} set @param {Uint8Array} octets @param {Layout} layout @returns {Frame} */
function grey(set, octets, layout) {
  const samples = samplesOf(octets, layout);
  const { slope, intercept, low, width } = windowOf(set, samples);
  const inverted = layout.colours === 'MONOCHROME1';
  const pixels = new Uint8ClampedArray(layout.width * layout.height * 4).fill(255);
  for (let i = 0; i < samples.length; i++) {
    const shade = ((samples[i] * slope + intercept - low) / width) * 255;
    pixels[4 * i] = inverted ? 255 - shade : shade;
    pixels[4 * i + 1] = pixels[4 * i + 2] = pixels[4 * i];
  }
  return { width: layout.width, height: layout.height, pixels };
}

/** @param {Uint8Array} octets @param {Layout} layout @returns {Frame} */
function coloured(octets, { width, height, planar }) {
  const count = width * height;
  const pixels = new Uint8ClampedArray(count * 4).fill(255);
  for (let i = 0; i < count; i++) {
    for (let colour = 0; colour < 3; colour++) pixels[4 * i + colour] = octets[planar ? colour * count + i : 3 * i + colour];
  }
  return { width, height, pixels };
}

/** @param {DataSet} set @param {Layout} layout @returns {Partial<Shown>} */
function uncompressed(set, layout) {
  if (!drawable(layout)) return { why: 'colours' };
  const element = set.elements[PIXELS];
  const length = (layout.width * layout.height * layout.samples * layout.bits) / 8;
  if (element.fragments || element.length < length) return { why: 'broken' };
  const octets = /** @type {Uint8Array} */ (set.byteArray.subarray(element.dataOffset, element.dataOffset + length));
  if (octets.length !== length) return { why: 'broken' };
  return { frame: layout.samples === 3 ? coloured(octets, layout) : grey(set, octets, layout) };
}

/** @param {DataSet} set @returns {Partial<Shown>} the first frame as the JPEG that it is */
function compressed(set) {
  const element = set.elements[PIXELS];
  if (!element.fragments?.length) return { why: 'broken' };
  const offsets = element.basicOffsetTable?.length ? element.basicOffsetTable : parser.createJPEGBasicOffsetTable(set, element);
  const octets = parser.readEncapsulatedImageFrame(set, element, 0, offsets);
  return octets.length > 2 && octets[0] === 0xff && octets[1] === 0xd8 ? { jpeg: Uint8Array.from(octets) } : { why: 'broken' };
}

/** @param {DataSet} set @param {string} syntax @returns {Partial<Shown>} */
function pictureOf(set, syntax) {
  if (!set.elements[PIXELS]) return { why: 'no-picture' };
  const layout = layoutOf(set, syntax);
  if (!layout.width || !layout.height) return { why: 'broken' };
  if (layout.width * layout.height > MAX_PIXELS) return { why: 'large' };
  if (UNCOMPRESSED.has(syntax)) return uncompressed(set, layout);
  return syntax === JPEG_BASELINE ? compressed(set) : { why: 'syntax' };
}

/**
 * @param {Uint8Array} octets of a DICOM file (part 10)
 * @returns {DataSet}
 * @throws {NoDicom}
 */
function parsed(octets) {
  try {
    return parser.parseDicom(octets, { inflater: () => { throw new NoDicom(); } });
  } catch {
    throw new NoDicom();
  }
}

/** @param {Uint8Array} octets @returns {string} the transfer syntax, which stands before everything that it concerns */
function syntaxOf(octets) {
  try {
    return parser.readPart10Header(octets).string(SYNTAX) ?? '';
  } catch {
    throw new NoDicom();
  }
}

/**
 * @param {Uint8Array} octets of a DICOM file (part 10)
 * @returns {Shown}
 * @throws {NoDicom}
 */
export function readDicom(octets) {
  const syntax = syntaxOf(octets);
  // It would have to be unpacked before anything of it can be read.
  if (syntax === DEFLATED) return { facts: [], frames: 0, why: 'syntax' };
  const set = parsed(octets);
  const frames = set.intString('x00280008') ?? 1;
  try {
    return { facts: factsOf(set), frames, ...pictureOf(set, syntax) };
  } catch {
    return { facts: factsOf(set), frames, why: 'broken' };
  }
}
