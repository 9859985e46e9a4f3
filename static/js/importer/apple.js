/**
 * Splits an Apple Health export: its XML alone, or the archive with clinical records.
 *
 * Each type of sample is a unit. Its elements stand in one source word for word,
 * as far as there is room; where there are very many, items tell of days.
 */

import { Groups } from './apple_items.js';
import { AppleReader } from './apple_xml.js';
import { readZip } from './apple_zip.js';
import { clinicalSplit } from './apple_clinical.js';
import { spaced } from './apple_codes.js';
import { piece } from './attachments.js';
import { MAX_CLINICAL_OCTETS, MAX_EXPORT_OCTETS } from './limits.js';
import { Splitter } from './partition.js';
import { refuse } from './refused.js';
import { place } from './units.js';

/** @typedef {import('./units.js').Unit} Unit */
/** @typedef {import('./units.js').Split} Split */
/** @typedef {import('./units.js').Choices} Choices */
/** @typedef {import('./words.js').Notice} Notice */
/** @typedef {(done: number) => Promise<void>} Pause */
/** @typedef {import('./apple_items.js').Group} Group */

const FORMAT = 'apple-health';
const STEP = 256 * 1024;
const PEEK = 64 * 1024;
const MOST_NAMES = 200;
// The name of the XML is in the language of the phone, so what it holds decides.
const XML = /^(?:[^/]+\/)?[^/]+\.xml$/i;
const CLINICAL = /^(?:[^/]+\/)?clinical-records\/[^/]+\.json$/i;
const OPENING = /^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?<(?:!DOCTYPE\s+)?HealthData[\s[>/]/;

/** @param {Uint8Array} head the first octets of a file */
export function isAppleHealth(head) {
  return OPENING.test(new TextDecoder('latin1').decode(head.subarray(0, 1024)));
}

/** @param {string} inner */
function wrapped(inner) {
  return `<HealthData xmlns="">${inner}</HealthData>`;
}

/** @param {Group} group @param {number} index @returns {Unit} */
function unitOf(group, index) {
  const items = group.items();
  const kinds = new Set(items.map(({ kind }) => kind));
  const names = [...new Set(items.map(({ code }) => code?.display ?? ''))].filter(Boolean).slice(0, MOST_NAMES);
  return {
    id: `a${index + 1}`, home: 'medical', copies: [], role: 'record', partial: group.dropped, items,
    write: () => wrapped(group.markup.join('\n')),
    about: { kind: kinds.size === 1 ? items[0].kind : 'other', type: 'HealthData', title: spaced(group.name).slice(0, 200), names, items: items.length },
  };
}

/** @param {NonNullable<Groups['me']>} me @returns {Unit} */
function patientUnit({ item, markup }) {
  return {
    id: 'a0', home: 'personal', copies: [], role: 'record', items: [item], write: () => wrapped(markup),
    about: { kind: 'patient', type: 'HealthData', text: '', names: [], items: 1, date: item.date },
  };
}

class AppleSplit {
  /** @param {Groups} groups @param {{split?: Split, left: number}} clinical @param {number} beside entries of the archive that are not read */
  constructor(groups, clinical, beside) {
    this.format = FORMAT;
    /** Such an export has no title. @type {string | undefined} */
    this.title = undefined;
    this.origin = { format: FORMAT, date: groups.exported };
    this.clinical = clinical;
    this.beside = beside;
    this.groups = [...groups.groups.values()];
    this.own = [...(groups.me ? [patientUnit(groups.me)] : []), ...this.groups.map(unitOf)];
    if (clinical.split) Object.assign(clinical.split, { origin: this.origin });
  }

  get files() {
    return this.clinical.split?.files ?? [];
  }

  get units() {
    return [...this.own, ...(this.clinical.split?.units ?? [])];
  }

  /** @param {Choices} choices */
  lay(choices) {
    const { splitter, notices } = this.clinical.split?.lay(choices) ?? { splitter: new Splitter(this.origin), notices: [] };
    for (const unit of this.own) place(splitter, unit, choices);
    return { splitter, notices: [...notices, ...this.notices()] };
  }

  /** @returns {Notice[]} */
  notices() {
    const daily = this.groups.filter((group) => group.daily && group.days.size).map(({ name }) => spaced(name));
    const dropped = this.groups.filter((group) => group.dropped).map(({ name }) => spaced(name));
    /** @type {[code: string, n: number, names: string[]][]} */
    const found = [['apple-daily', daily.length, daily], ['apple-dropped', dropped.length, dropped],
      ['apple-clinical', this.clinical.left, []], ['apple-beside', this.beside, []], ['apple-private', this.groups.length, []]];
    return found.filter(([, n]) => n > 0).map(([code, n, names]) => ({ code, params: { n, names: names.slice(0, 20).join(', ') } }));
  }
}

/** @param {Groups} groups @param {{split?: Split, left: number}} [clinical] @param {number} [beside] @returns {Split} */
function splitOf(groups, clinical = { left: 0 }, beside = 0) {
  const split = new AppleSplit(groups, clinical, beside);
  if (!split.units.length) throw refuse('nothing', 'apple-nothing');
  return split;
}

/**
 * @param {Uint8Array | Blob} content of `export.xml` @param {Pause} pause
 * @returns {Promise<Split>}
 * @throws {import('./refused.js').ImportRefused}
 */
export async function splitAppleXml(content, pause) {
  const size = content instanceof Uint8Array ? content.length : content.size;
  if (size > MAX_EXPORT_OCTETS) throw refuse('size', 'too-large', { mb: MAX_EXPORT_OCTETS / 1024 / 1024 });
  const groups = new Groups();
  const reader = new AppleReader((entry, markup) => groups.take(entry, markup));
  for (let at = 0; at < size; at += STEP) {
    reader.write(await piece(content, at, Math.min(at + STEP, size)), at + STEP >= size);
    await pause(Math.min(1, (at + STEP) / size) * 0.8);
  }
  return splitOf(groups);
}

/** What is found in an archive while it is unpacked. */
class Archive {
  constructor() {
    this.groups = new Groups();
    /** @type {Uint8Array[]} */
    this.clinical = [];
    this.clinicalSize = 0;
    this.found = false;
    this.beside = 0;
  }

  /** @param {string} name @returns {{take: import('./apple_zip.js').Sink, most: number} | undefined} */
  choose(name) {
    if (CLINICAL.test(name)) return { take: this.gather(), most: MAX_CLINICAL_OCTETS };
    if (XML.test(name)) return { take: this.xml(), most: MAX_EXPORT_OCTETS };
    this.beside += 1;
    return undefined;
  }

  /** @returns {import('./apple_zip.js').Sink} */
  gather() {
    /** @type {Uint8Array[]} */
    const parts = [];
    return (octets, final) => {
      this.clinicalSize += octets.length;
      if (this.clinicalSize > MAX_CLINICAL_OCTETS) throw refuse('size', 'too-large', { mb: MAX_CLINICAL_OCTETS / 1024 / 1024 });
      parts.push(octets);
      if (final) this.clinical.push(joined(parts));
    };
  }

  /** @returns {import('./apple_zip.js').Sink} */
  xml() {
    /** @type {Uint8Array[]} */
    let held = [];
    /** @type {AppleReader | null | undefined} null: another XML file, such as export_cda.xml */
    let reader;
    return (octets, final) => {
      if (reader === undefined) {
        held.push(octets);
        const start = joined(held);
        if (start.length < PEEK && !final) return;
        reader = this.reader(start);
        [octets, held] = [start, []];
      }
      reader?.write(octets, final);
    };
  }

  /** @param {Uint8Array} start @returns {AppleReader | null} */
  reader(start) {
    if (this.found || !isAppleHealth(start)) {
      this.beside += 1;
      return null;
    }
    this.found = true;
    return new AppleReader((entry, markup) => this.groups.take(entry, markup));
  }
}

/** @param {Uint8Array[]} parts */
function joined(parts) {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  parts.reduce((at, part) => {
    whole.set(part, at);
    return at + part.length;
  }, 0);
  return whole;
}

/**
 * @param {Uint8Array | Blob} content of an archive @param {Pause} pause
 * @returns {Promise<Split | undefined>} undefined: no Apple Health export is in it
 * @throws {import('./refused.js').ImportRefused}
 */
export async function splitAppleZip(content, pause) {
  const archive = new Archive();
  await readZip(content, (name) => archive.choose(name), (done) => pause(done * 0.7));
  if (!archive.found) return undefined;
  return splitOf(archive.groups, await clinicalSplit(archive.clinical, pause), archive.beside);
}
