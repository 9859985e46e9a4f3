/**
 * Files that stand inside a record as base64: they stay where they are, and become files that open besides.
 */

import { attached, fromBase64 } from './attachments.js';
import { isObject, textual } from './fhir_unwrap.js';
import { MAX_ATTACHMENTS } from './limits.js';
import { attribute, first, textOf } from './xml.js';

/** @typedef {import('./attachments.js').Filed} Filed */
/** @typedef {import('./words.js').Notice} Notice */
/** @typedef {{type?: string, data?: string, name?: string, date?: string}} Inline */

const MEDIA_TYPE = /^[a-z0-9!#$&^_.+-]{1,64}\/[a-z0-9!#$&^_.+-]{1,64}$/;
const UNKNOWN = 'application/octet-stream';

/** @param {string | undefined} type @returns {string} without parameters, in lower case */
function mediaType(type) {
  const plain = (type ?? '').split(';')[0].trim().toLowerCase();
  return MEDIA_TYPE.test(plain) ? plain : UNKNOWN;
}

/** Collects the embedded files of one record, and what could not be taken out. */
export class Embedded {
  constructor() {
    /** @type {import('./attachments.js').Attached[]} */
    this.files = [];
    this.broken = 0;
    this.more = 0;
  }

  /** @param {Inline[]} inline @returns {Filed[]} */
  take(inline) {
    return inline.flatMap(({ type, data, name, date }) => {
      if (this.files.length >= MAX_ATTACHMENTS) {
        this.more += 1;
        return [];
      }
      const content = data === undefined ? undefined : fromBase64(data);
      if (!content) {
        this.broken += 1;
        return [];
      }
      const file = attached({ name, type: mediaType(type), content });
      this.files.push(file);
      return [{ file, item: { kind: 'document', date } }];
    });
  }

  /** @returns {Notice[]} */
  notices() {
    return [
      ...(this.broken ? [{ code: 'embedded-broken', params: { n: this.broken } }] : []),
      ...(this.more ? [{ code: 'embedded-more', params: { n: this.more } }] : []),
    ];
  }
}

/** Words in plain text stand in the record as words: a reader shows them there. @param {Inline} inline */
function isFile({ type, data }) {
  return data !== undefined && data !== '' && !/^text\/(?:plain|html|markdown)\b/i.test(type ?? '');
}

/** @param {any} attachment of FHIR @returns {Inline} */
function fromAttachment(attachment) {
  return { type: textual(attachment.contentType), data: textual(attachment.data), name: textual(attachment.title), date: textual(attachment.creation) };
}

/** Where resources hold files. @type {Record<string, (value: any) => any[]>} */
const PLACES = {
  DocumentReference: ({ content }) => [content].flat().map((each) => each?.attachment),
  DiagnosticReport: ({ presentedForm }) => [presentedForm].flat(),
  Media: ({ content }) => [content],
  Binary: ({ contentType, data }) => [{ contentType, data }],
};

/** @param {any} value a resource @returns {Inline[]} */
export function inlineOf(value) {
  const places = Object.hasOwn(PLACES, value.resourceType) ? PLACES[value.resourceType](value) : [];
  return places.filter(isObject).map(fromAttachment).filter(isFile);
}

/** @param {import('./xml.js').Element} body nonXMLBody @param {string} [title] of the document @param {string} [date] @returns {Inline[]} */
export function inlineOfBody(body, title, date) {
  const text = first(body, 'text');
  if (attribute(text, 'representation') !== 'B64') return [];
  return [{ type: attribute(text, 'mediaType'), data: textOf(text), name: title, date }];
}
