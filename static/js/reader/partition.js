/**
 * Reads one partition: octets in, a plain model out.
 *
 * docs/partition-format.md describes the format. What a partition holds was
 * written by others and may be hostile: this module gives plain values, never
 * markup, and knows neither DOM nor network.
 */

import { FHIR, fhirValue } from '../importer/fhir_xml.js';
import { readJson } from '../importer/json.js';
import { all, attribute, elements, first, outline, readTree, textOf, Unreadable, written } from './tree.js';

export { Unreadable } from './tree.js';

/** @typedef {import('./tree.js').Element} Element */
/** @typedef {{system?: string, value?: string, display?: string}} Code */
/** @typedef {{comparator?: string, value?: string, unit?: string, code?: Code}} Value */
/** @typedef {{code?: Code, value?: Value, range?: import('./facts.js').Range, flag?: Code}} Component */
/**
 * @typedef {object} Item
 * @property {string} id @property {string} kind @property {string} source @property {number} [entry]
 * @property {string} [status] @property {string} [verification] @property {string} [date] @property {boolean} negated
 * @property {number} [added] the version of the record in which it came, where that was not the first
 * @property {Code} [code] @property {Value} [value] @property {import('./facts.js').Range} [range] @property {Code} [flag] of the source
 * @property {string} [performer] @property {Component[]} components
 */
/**
 * @typedef {object} Source
 * @property {string} id @property {string} role @property {boolean} copy @property {boolean} partial
 * @property {Element} [element] native XML @property {Resource} [resource] of FHIR, in JSON or in XML @property {string} [entry] JSON text
 * @property {Attachment} [attachment] a file that belongs to the partition @property {number} [added] as of an item
 */
/**
 * @typedef {object} Attachment
 * @property {number} number its place among the partition's attachments, from 1
 * @property {string} name @property {string} type media type, in lower case @property {number} size octets @property {string} sha256 hex
 */
/**
 * @typedef {object} Resource
 * @property {string} type @property {string} [id] @property {string} [fullUrl]
 * @property {string} text as it stood; of XML its outline
 * @property {any} [value] as of JSON, numbers as JsonNumber; absent when it is no JSON
 */
/**
 * @typedef {object} Model
 * @property {string} partition its id @property {string} [name] what its owner calls it @property {string} [version]
 * @property {{format?: string, type?: string, date?: string}} origin
 * @property {Item[]} items @property {Source[]} sources
 * @property {Element} [other] the root of an XML element of another kind: then there are no items or sources
 */

export const NAMESPACE = 'urn:sesphr:phr:1';

/** @param {Element | undefined} element @returns {Code | undefined} */
function codeOf(element) {
  if (!element) return undefined;
  return { system: attribute(element, 'system'), value: attribute(element, 'value'), display: attribute(element, 'display') };
}

/** @param {Element | undefined} element @returns {Value | undefined} */
function valueOf(element) {
  if (!element) return undefined;
  return {
    comparator: attribute(element, 'comparator'), value: attribute(element, 'value'), unit: attribute(element, 'unit'),
    code: codeOf(all(element, 'code')[0]),
  };
}

/** @param {Element} element @param {string} name @returns {number | undefined} a whole number above 0 */
function counted(element, name) {
  const text = attribute(element, name) ?? '';
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}

/** @param {Element | undefined} element @returns {import('./facts.js').Range | undefined} */
function rangeOf(element) {
  if (!element) return undefined;
  return { low: attribute(element, 'low'), high: attribute(element, 'high'), unit: attribute(element, 'unit'), text: attribute(element, 'text') };
}

/** Partitions of earlier importers have neither range nor flag. @param {Element} element an item or a component @returns {Component} */
function measured(element) {
  const [code, value, range, flag] = ['code', 'value', 'range', 'flag'].map((name) => all(element, name)[0]);
  return { code: codeOf(code), value: valueOf(value), range: rangeOf(range), flag: codeOf(flag) };
}

/** @param {Element} element @returns {Item} */
function itemOf(element) {
  const entry = Number.parseInt(attribute(element, 'entry') ?? '', 10);
  return {
    id: attribute(element, 'id') ?? '', kind: attribute(element, 'kind') ?? 'other', source: attribute(element, 'source') ?? '',
    entry: Number.isSafeInteger(entry) ? entry : undefined, status: attribute(element, 'status'),
    verification: attribute(element, 'verification'), date: attribute(element, 'date'),
    added: counted(element, 'added'),
    negated: attribute(element, 'negated') === 'true', ...measured(element),
    performer: attribute(all(element, 'performer')[0], 'name'), components: all(element, 'component').map(measured),
  };
}

/** @param {string} text @returns {any} the value, or undefined when it is no JSON object of a resource */
function parsed(text) {
  try {
    const { value } = readJson(text);
    return value && typeof value.resourceType === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** @param {Element} element @returns {Resource} */
function resourceOf(element) {
  const text = element.children.filter((child) => typeof child === 'string').join('');
  return {
    type: attribute(element, 'type') ?? '', id: attribute(element, 'id'), fullUrl: attribute(element, 'fullUrl'),
    text, value: parsed(text),
  };
}

/** @param {string} [text] @returns {number | undefined} */
function wholeNumber(text = '') {
  return /^\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined;
}

/** @param {Element | undefined} element @returns {Attachment | undefined} undefined also when it does not say which file */
function attachmentOf(element) {
  if (!element) return undefined;
  const [number, size] = ['number', 'size'].map((name) => wholeNumber(attribute(element, name)));
  const sha256 = attribute(element, 'sha256') ?? '';
  if (!number || size === undefined || !/^[0-9a-f]{64}$/.test(sha256)) return undefined;
  return { number, size, sha256, name: attribute(element, 'name') ?? '', type: (attribute(element, 'type') ?? '').toLowerCase() };
}

/** @param {Element | undefined} element native XML @param {Element | undefined} entry @returns {Resource | undefined} where it is of FHIR */
function xmlResource(element, entry) {
  if (element?.uri !== FHIR) return undefined;
  return {
    type: element.local, id: attribute(first(element, 'id'), 'value'), fullUrl: attribute(entry, 'fullUrl'),
    // Written when a page asks for it: most never do, and it takes as long as reading.
    get text() { return outline(element); },
    value: fhirValue(element, { xhtml: written }),
  };
}

/** @param {Element} element @returns {Source} */
function sourceOf(element) {
  const resource = all(element, 'resource')[0];
  const entry = all(element, 'entry')[0];
  const native = resource ? undefined : elements(element).find(({ uri }) => uri !== NAMESPACE);
  return {
    id: attribute(element, 'id') ?? '', role: attribute(element, 'role') ?? 'record',
    copy: attribute(element, 'copy') === 'true', partial: attribute(element, 'partial') === 'true',
    attachment: attachmentOf(all(element, 'attachment')[0]), added: counted(element, 'added'),
    resource: resource ? resourceOf(resource) : xmlResource(native, entry), entry: resource && entry && textOf(entry), element: native,
  };
}

/**
 * @param {Uint8Array} octets of one partition
 * @param {string} [name] how the record calls it; an element of another kind has no name of its own
 * @returns {Model}
 * @throws {Unreadable} when it is not well-formed XML in UTF-8, or has a DOCTYPE
 */
export function readPartition(octets, name = '') {
  const root = readTree(decode(octets));
  if (root.uri !== NAMESPACE || root.local !== 'partition') {
    return { partition: name, origin: {}, items: [], sources: [], other: root };
  }
  const origin = all(root, 'origin')[0];
  return {
    partition: attribute(root, 'id') ?? name, name: attribute(root, 'name'), version: attribute(root, 'version'),
    origin: { format: attribute(origin, 'format'), type: attribute(origin, 'type'), date: attribute(origin, 'date') },
    items: all(root, 'item').map(itemOf), sources: all(root, 'source').map(sourceOf),
  };
}

/** @param {Uint8Array} octets */
function decode(octets) {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets);
  } catch {
    throw new Unreadable('utf-8');
  }
}
