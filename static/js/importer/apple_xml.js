/**
 * Reads the XML of an Apple Health export as it comes, one element below the root at a time.
 *
 * Such an export may be larger than a memory, so nothing of it is kept here but
 * the element that is being read. Its DOCTYPE is taken in the one form that
 * Apple writes: declarations of elements and attributes, without a value, an
 * entity or another file anywhere. What cannot be declared cannot be expanded.
 */

import { SaxesParser } from 'saxes';

import { MAX_APPLE_ELEMENT, MAX_DOCTYPE, MAX_XML_DEPTH } from './limits.js';
import { refuse } from './refused.js';

/** @typedef {Record<string, string>} Attributes */
/** @typedef {{name: string, attributes: Attributes, children: {name: string, attributes: Attributes}[]}} Entry children: direct ones only, the first hundred */
/** @typedef {(entry: Entry, markup: string) => void} Take */

const ROOT = 'HealthData';
const MOST_CHILDREN = 100;

/** @param {string} doctype what stands between `<!DOCTYPE` and its `>` */
export function checkDoctype(doctype) {
  const subset = /^\s*HealthData\s*\[([^]*)\]\s*$/.exec(doctype)?.[1];
  if (subset === undefined || doctype.length > MAX_DOCTYPE) throw refuse('doctype');
  const bare = subset.replace(/<!--(?:[^-]|-[^-])*-->/g, ' ');
  // Without quotation marks nothing has a value; without "%", "&" and "<?" nothing is expanded.
  const left = bare.replace(/<!(?:ELEMENT|ATTLIST)\s[^<>"'%&[\]]*>/g, ' ');
  if (left.trim() !== '') throw refuse('doctype');
}

export class AppleReader {
  /** @param {Take} take */
  constructor(take) {
    this.take = take;
    this.decoder = new TextDecoder('utf-8', { fatal: true });
    this.parser = new SaxesParser();
    this.depth = 0;
    this.buffer = '';
    /** Where the buffer begins in the file, in UTF-16 units. */
    this.base = 0;
    this.start = -1;
    this.quiet = 0;
    /** @type {Entry | null} */
    this.entry = null;
    this.listen();
  }

  listen() {
    const { parser } = this;
    parser.on('error', (error) => this.broken(error.message));
    parser.on('xmldecl', ({ version, encoding }) => {
      if (version !== '1.0') throw refuse('xml', 'xml-version', { version: version ?? '' });
      if (encoding && encoding.toLowerCase() !== 'utf-8') throw refuse('encoding', 'encoding-unknown', { name: encoding.slice(0, 32) });
    });
    parser.on('doctype', checkDoctype);
    parser.on('processinginstruction', () => { throw refuse('xml', 'xml-instructions', { max: 0 }); });
    parser.on('opentag', (tag) => this.open(tag.name, /** @type {Attributes} */ (tag.attributes)));
    parser.on('opentagstart', () => this.mark());
    parser.on('closetag', () => this.close());
  }

  /** @param {string} message @returns {never} */
  broken(message) {
    const what = message.replace(/^\d+:\d+: /, '').slice(0, 200).replace(/\.$/, '');
    throw refuse('xml', 'xml-broken', { line: this.parser.line, what });
  }

  mark() {
    if (this.depth !== 1) return;
    this.start = this.base + this.buffer.lastIndexOf('<', this.parser.position - 1 - this.base);
  }

  /** @param {string} name @param {Attributes} attributes */
  open(name, attributes) {
    this.quiet = 0;
    this.depth += 1;
    if (this.depth >= MAX_XML_DEPTH) throw refuse('depth', 'xml-depth', { max: MAX_XML_DEPTH - 1 });
    // Apple's elements are in no namespace: nothing has to be declared where they stand next.
    if (name.includes(':') || Object.keys(attributes).some((each) => each.includes(':') || each === 'xmlns')) throw refuse('xml-kind', 'xml-kind', { name: name.slice(0, 64) });
    if (this.depth === 1 && name !== ROOT) throw refuse('xml-kind', 'xml-kind', { name: name.slice(0, 64) });
    if (this.depth === 2) this.entry = { name, attributes, children: [] };
    else if (this.depth === 3 && this.entry && this.entry.children.length < MOST_CHILDREN) this.entry.children.push({ name, attributes });
  }

  close() {
    this.depth -= 1;
    if (this.depth !== 1 || !this.entry) return;
    const markup = this.buffer.slice(this.start - this.base, this.parser.position - this.base);
    this.take(this.entry, markup);
    [this.entry, this.start] = [null, -1];
  }

  /** @param {string} text */
  text(text) {
    const kept = this.start >= 0 ? this.start - this.base : Math.max(0, this.buffer.length - 64);
    this.buffer = this.buffer.slice(kept) + text;
    this.base += kept;
    this.quiet += text.length;
    // Also where nothing was opened: a DOCTYPE or a text without an end.
    if (this.buffer.length > MAX_APPLE_ELEMENT || this.quiet > MAX_APPLE_ELEMENT) throw refuse('size', 'apple-element', { mb: MAX_APPLE_ELEMENT / 1024 / 1024 });
    this.parser.write(text);
  }

  /** @param {Uint8Array} octets @param {boolean} final */
  write(octets, final) {
    let text;
    try {
      text = this.decoder.decode(octets, { stream: !final });
    } catch {
      throw refuse('encoding', 'not-encoded', { name: 'UTF-8' });
    }
    this.text(text);
    if (final) this.parser.close();
  }
}

