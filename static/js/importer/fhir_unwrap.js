/**
 * Takes a FHIR file apart into resources, each with its place in the text.
 *
 * Bundles (nested ones too) and Parameters are wrappings: what they hold is
 * placed resource by resource, what they say themselves is kept as envelopes.
 */

import { elementSpans, memberSpans } from './json.js';
import { MAX_ITEMS } from './limits.js';
import { resourceBody } from './partition.js';
import { refuse } from './refused.js';

/**
 * @typedef {object} Resource
 * @property {any} value @property {string} type @property {string} [id]
 * @property {string} [fullUrl] @property {() => string} write the markup of its source
 * @property {number} number its place in the file, from 1
 * @property {boolean} [partial] something inside it is left out
 */
/** @typedef {{value: any, type: string, id?: string, write: () => string, partial?: boolean}} Envelope */
/**
 * What a file holds once its wrappings are off, whatever it was written in.
 *
 * @typedef {object} Unwrapping
 * @property {Resource[]} resources @property {Envelope[]} envelopes
 * @property {number} empty entries without a resource @property {number} untyped resources without a type
 * @property {{size: number}} dropped processing instructions that are left out
 * @property {number} [cards] how many SMART Health Cards it came in
 */
/** @typedef {import('./json.js').Span} Span */

export const ENVELOPES = new Set(['OperationOutcome', 'MessageHeader']);

export class Unwrapped {
  /** @param {string} text @param {Map<object, Span>} spans @param {string} [scope] is put before full URLs */
  constructor(text, spans, scope = '') {
    this.text = text;
    this.scope = scope;
    this.spans = spans;
    /** @type {Resource[]} */
    this.resources = [];
    /** @type {Envelope[]} */
    this.envelopes = [];
    /** How many entries hold no resource, and how many a resource without a type. */
    this.empty = 0;
    this.untyped = 0;
    this.dropped = { size: 0 };
  }

  /** @param {any} value @param {{fullUrl?: string, entry?: string}} [around] */
  take(value, around = {}) {
    const span = this.spans.get(value);
    if (!span) {
      this.untyped += 1;
      return;
    }
    if (value.resourceType === 'Bundle') this.bundle(value, span);
    else if (value.resourceType === 'Parameters') this.parameters(value, span);
    else if (ENVELOPES.has(value.resourceType)) this.envelope(value, this.text.slice(...span));
    else this.resource(value, span, around);
  }

  /** @param {any} value @param {Span} span @param {{fullUrl?: string, entry?: string}} around entry is the rest of its Bundle entry, as JSON text */
  resource(value, span, { fullUrl, entry }) {
    if (this.resources.length >= MAX_ITEMS) {
      throw refuse('items', 'too-many-resources', { max: MAX_ITEMS });
    }
    const [type, id] = [value.resourceType, textual(value.id)];
    this.resources.push({
      value, type, id, fullUrl, number: this.resources.length + 1,
      write: () => resourceBody({ type, id, fullUrl }, this.text.slice(...span), entry),
    });
  }

  /** @param {any} value @param {string} text */
  envelope(value, text) {
    const [type, id] = [value.resourceType, textual(value.id)];
    this.envelopes.push({ value, type, id, write: () => resourceBody({ type, id }, text) });
  }

  /** @param {any} bundle @param {Span} span */
  bundle(bundle, span) {
    const members = memberSpans(this.text, span[0]);
    const own = members.filter(({ name }) => name !== 'entry');
    const { entry, ...rest } = bundle;
    this.envelope(rest, `{${own.map(({ start, end }) => this.text.slice(start, end)).join(',')}}`);
    if (entry === undefined) return;
    if (!Array.isArray(entry)) {
      throw refuse('fhir', 'fhir-entry');
    }
    const place = /** @type {{from: number}} */ (members.find(({ name }) => name === 'entry'));
    const spans = elementSpans(this.text, place.from);
    entry.forEach((each, index) => this.entry(each, spans[index]));
  }

  /** @param {any} entry @param {Span} span */
  entry(entry, span) {
    if (!isObject(entry) || !isObject(entry.resource)) {
      this.empty += 1;
      return;
    }
    const rest = memberSpans(this.text, span[0])
      .filter(({ name }) => name !== 'resource' && name !== 'fullUrl')
      .map(({ start, end }) => this.text.slice(start, end));
    this.take(entry.resource, {
      fullUrl: typeof entry.fullUrl === 'string' ? this.scope + entry.fullUrl : undefined, entry: rest.length ? `{${rest.join(',')}}` : undefined,
    });
  }

  /** @param {any} value @param {Span} span */
  parameters(value, span) {
    /** @type {any[]} */
    const held = [];
    collectHeld(value.parameter, held);
    const spans = held.map((each) => this.spans.get(each)).filter((each) => each !== undefined);
    this.envelope({ resourceType: 'Parameters', id: value.id }, without(this.text, span, spans));
    for (const each of held) this.take(each);
  }
}

/** @param {any} parameters @param {any[]} held collects the resources of a Parameters resource */
function collectHeld(parameters, held) {
  if (!Array.isArray(parameters)) return;
  for (const each of parameters) {
    if (!isObject(each)) continue;
    if (isObject(each.resource)) held.push(each.resource);
    collectHeld(each.part, held);
  }
}

/** @param {string} text @param {Span} span @param {Span[]} inner in order; each is written as null */
function without(text, [start, end], inner) {
  const pieces = [];
  let at = start;
  for (const [from, to] of inner) {
    pieces.push(text.slice(at, from), 'null');
    at = to;
  }
  return pieces.join('') + text.slice(at, end);
}

/** @param {any} value */
export function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @param {any} value @returns {string | undefined} */
export function textual(value) {
  return typeof value === 'string' ? value : undefined;
}
