/**
 * Writes partitions: `partition` elements in `urn:sesphr:phr:1`.
 *
 * docs/partition-format.md describes them. This module alone makes envelope
 * markup; it escapes whatever it is given, and takes XML only from slice.js.
 */

import { MAX_ITEMS, MAX_OUTPUT_OCTETS } from './limits.js';
import { refuse } from './refused.js';

/** @typedef {string} PartitionName one of PARTITIONS, or an own one that the owner moves something to */
/** @typedef {{system?: string, value?: string, display?: string}} Code */
/** @typedef {{value?: string, unit?: string, comparator?: string, code?: Code}} Value */
/** @typedef {{low?: string, high?: string, unit?: string, text?: string}} Range */
/** @typedef {{value?: Value, range?: Range, flag?: Code}} Measured flag: how the source judged the value, by its code */
/** @typedef {Measured & {code?: Code}} Component */
/**
 * @typedef {object} Item
 * @property {string} kind @property {string} [status] @property {string} [verification]
 * @property {string} [date] @property {boolean} [negated] @property {number} [entry] place in a section
 * @property {Code} [code] @property {Value} [value] @property {Range} [range] @property {Code} [flag]
 * @property {string} [performer] who did it, by name @property {Component[]} [components]
 */
/** @typedef {'record' | 'header' | 'supporting' | 'envelope'} Role */
/**
 * @typedef {object} Source
 * @property {Role} role @property {boolean} [copy] also filed elsewhere for safety
 * @property {boolean} [partial] something of it is filed elsewhere
 * @property {string} body markup made by xmlBody or resourceBody
 * @property {Item[]} items
 * @property {string} [unit] the id of the unit that it is, where an owner can move it
 * @property {import('./attachments.js').Attached} [file] stands in place of a body
 */

/** In the order in which results list them. @type {PartitionName[]} */
export const PARTITIONS = ['personal', 'medical', 'insurance', 'prescription'];
export const NAMESPACE = 'urn:sesphr:phr:1';

// XML 1.0 has no way to write these characters, escaped or not.
const UNWRITABLE = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/gu;

/** @type {Record<string, string>} */
const ESCAPES = {
  '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\t': '&#9;', '\n': '&#10;', '\r': '&#13;',
};

/** Text content that parses back to the same characters. @param {string} text */
export function escapeText(text) {
  return text.replace(/[&<>\r]/g, (c) => ESCAPES[c]);
}

/** @param {string} name @param {string | undefined} value */
function attr(name, value) {
  if (value === undefined || value === '') return '';
  const clean = value.replace(UNWRITABLE, '\ufffd').replace(/[&<>"\t\n\r]/g, (c) => ESCAPES[c]);
  return ` ${name}="${clean}"`;
}

/** @param {Code | undefined} code @param {string} [name] of the element */
function codeXml(code, name = 'code') {
  if (!code || !(code.value || code.display)) return '';
  return `<${name}${attr('system', code.system)}${attr('value', code.value)}${attr('display', code.display)}/>`;
}

/** @param {Value | undefined} value */
function valueXml(value) {
  if (!value) return '';
  const attributes = attr('comparator', value.comparator) + attr('value', value.value) + attr('unit', value.unit);
  const code = codeXml(value.code);
  return attributes || code ? `<value${attributes}>${code}</value>` : '';
}

/** @param {Range | undefined} range */
function rangeXml(range) {
  const attributes = range ? attr('low', range.low) + attr('high', range.high) + attr('unit', range.unit) + attr('text', range.text) : '';
  return attributes ? `<range${attributes}/>` : '';
}

/** @param {Component} measured @returns {string} */
function measuredXml({ code, value, range, flag }) {
  return codeXml(code) + valueXml(value) + rangeXml(range) + codeXml(flag, 'flag');
}

/** @param {Item} item @param {string} id @param {string} source */
function itemXml(item, id, source) {
  const attributes = attr('id', id) + attr('kind', item.kind) + attr('source', source)
    + attr('entry', item.entry?.toString()) + attr('status', item.status) + attr('verification', item.verification)
    + attr('date', item.date) + attr('negated', item.negated ? 'true' : undefined);
  const components = (item.components ?? [])
    .map((each) => `<component>${measuredXml(each)}</component>`).join('');
  const performer = item.performer ? `<performer${attr('name', item.performer)}/>` : '';
  return `<item${attributes}>${measuredXml(item)}${performer}${components}</item>\n`;
}

/** @param {import('./attachments.js').Attached} file @param {number} number its place among the partition's attachments, from 1 */
function attachmentXml({ name, type, size, sha256 }, number) {
  return `<attachment${attr('number', String(number))}${attr('name', name)}${attr('type', type)}${attr('size', String(size))}${attr('sha256', sha256)}/>`;
}

/** @param {Source} source @param {string} id */
function sourceXml(source, id) {
  const attributes = attr('id', id) + attr('role', source.role)
    + attr('copy', source.copy ? 'true' : undefined) + attr('partial', source.partial ? 'true' : undefined);
  return `<source${attributes}>${source.body}</source>\n`;
}

/**
 * A FHIR resource as escaped source text.
 *
 * @param {{type: string, id?: string, fullUrl?: string}} names
 * @param {string} json its text as it stood
 * @param {string} [entry] what else its Bundle entry said, as JSON text
 */
export function resourceBody(names, json, entry) {
  const attributes = attr('type', names.type) + attr('id', names.id) + attr('fullUrl', names.fullUrl);
  const beside = entry ? `<entry>${escapeText(entry)}</entry>` : '';
  return `<resource${attributes}>${escapeText(json)}</resource>${beside}`;
}

/**
 * What the Bundle entry of a resource in XML said besides; empty when it said nothing.
 *
 * @param {string | undefined} fullUrl
 * @param {string} rest native XML made by standAlone
 */
export function entryAround(fullUrl, rest) {
  return fullUrl || rest ? `<entry${attr('fullUrl', fullUrl)}>${rest}</entry>` : '';
}

/** Collects what goes where, then writes each partition that has content. */
export class Splitter {
  /** @param {{format: string, type?: string, date?: string}} origin shown in every partition */
  constructor(origin) {
    this.origin = origin;
    /** @type {Map<PartitionName, Source[]>} */
    this.sources = new Map(PARTITIONS.map((name) => [name, []]));
    this.names = PARTITIONS;
    this.items = 0;
    this.size = 0;
  }

  /** @param {PartitionName} name @param {Source} source */
  add(name, source) {
    this.items += source.items.length;
    if (this.items > MAX_ITEMS) {
      throw refuse('items', 'too-many-items', { max: MAX_ITEMS });
    }
    // Characters are at most as many as octets: what is too much here never needs writing.
    this.size += source.body.length;
    if (this.size > MAX_OUTPUT_OCTETS) throw tooMuch();
    this.open(name).push(source);
  }

  /** @param {PartitionName} name @returns {Source[]} */
  open(name) {
    const known = this.sources.get(name);
    if (known) return known;
    /** @type {Source[]} */
    const sources = [];
    this.sources.set(name, sources);
    // Own partitions follow the four, by name: the order of moves leaves no trace.
    this.names = [...PARTITIONS, ...[...this.sources.keys()].filter((each) => !PARTITIONS.includes(each)).sort()];
    return sources;
  }

  /** Partitions that hold something of the record, not only what accompanies it. */
  filled() {
    return this.names.filter((name) => this.sources.get(name)?.some((source) => source.role === 'record'));
  }

  /** The files of a partition, in the order of their numbers. @param {PartitionName} name */
  files(name) {
    return (this.sources.get(name) ?? []).flatMap(({ file }) => (file ? [file] : []));
  }

  /** @param {PartitionName} name */
  counts(name) {
    /** @type {Record<string, number>} */
    const counts = {};
    for (const source of this.sources.get(name) ?? []) {
      for (const { kind } of source.items) counts[kind] = (counts[kind] ?? 0) + 1;
    }
    return counts;
  }

  /** @param {PartitionName} name @param {string} [title] what its owner calls it @returns {string} one well-formed element */
  write(name, title) {
    const sources = this.sources.get(name) ?? [];
    const { format, type, date } = this.origin;
    const parts = [`<partition xmlns="${NAMESPACE}" id="${name}" version="1"${attr('name', title)}>\n`,
      `<origin${attr('format', format)}${attr('type', type)}${attr('date', date)}/>\n`];
    let number = 0;
    sources.forEach((source, index) => {
      for (const item of source.items) parts.push(itemXml(item, `i${++number}`, `s${index + 1}`));
    });
    let files = 0;
    sources.forEach((source, index) => {
      const body = source.file ? attachmentXml(source.file, ++files) : source.body;
      parts.push(sourceXml({ ...source, body }, `s${index + 1}`));
    });
    parts.push('</partition>');
    return parts.join('');
  }

  /**
   * @param {ReadonlyMap<PartitionName, string>} [titles] what the owner calls partitions
   * @returns {{partitions: Record<string, Uint8Array>, attachments: Record<string, import('./attachments.js').Attached[]>,
   *   counts: Record<string, Record<string, number>>}} partitions without files are absent from attachments
   */
  result(titles) {
    /** @type {Record<string, Uint8Array>} */
    const partitions = {};
    /** @type {Record<string, import('./attachments.js').Attached[]>} */
    const attachments = {};
    /** @type {Record<string, Record<string, number>>} */
    const counts = {};
    let size = 0;
    for (const name of this.filled()) {
      partitions[name] = new TextEncoder().encode(this.write(name, titles?.get(name)));
      counts[name] = this.counts(name);
      const files = this.files(name);
      if (files.length) attachments[name] = files;
      size += partitions[name].length;
      if (size > MAX_OUTPUT_OCTETS) throw tooMuch();
    }
    return { partitions, attachments, counts };
  }
}

function tooMuch() {
  return refuse('size', 'too-much', { mb: MAX_OUTPUT_OCTETS / 1024 / 1024 });
}
