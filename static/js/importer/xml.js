/**
 * A strict XML reader that remembers where each element stands.
 *
 * saxes checks well-formedness and namespaces; this module adds what a health
 * record needs besides: no DOCTYPE (so no entity of anybody's making exists),
 * XML 1.0 only, namespace names that are absolute URIs, limits on depth and
 * number. It builds a small tree with source positions; it never changes text.
 */

import { SaxesParser } from 'saxes';

import {
  MAX_ATTRIBUTES, MAX_INSTRUCTIONS, MAX_XML_ATTRIBUTES, MAX_XML_DEPTH, MAX_XML_ELEMENTS,
} from './limits.js';
import { refuse } from './refused.js';

const ABSOLUTE_URI = /^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"{}|\\^`]+$/;
const XMLNS = 'http://www.w3.org/2000/xmlns/';
const CHUNK = 256 * 1024;

/**
 * @typedef {object} Attribute
 * @property {string} name @property {string} prefix @property {string} local
 * @property {string} uri @property {string} value
 */

/**
 * @typedef {object} Element
 * @property {string} name as written @property {string} prefix @property {string} local
 * @property {string} uri @property {Attribute[]} attributes without namespace declarations
 * @property {Record<string, string>} ns prefixes declared on this element
 * @property {number} start @property {number} end in UTF-16 units
 * @property {Element | null} parent @property {(Element | string)[]} children
 */

/** @typedef {{start: number, end: number}} Instruction */

/**
 * What to say of a file whose root or DOCTYPE is not wanted: both may throw.
 *
 * @typedef {object} Checks
 * @property {(root: {local: string, uri: string}) => number | undefined} checkRoot is called before anything else of
 *   the root is read; gives its deepest level where that is not MAX_XML_DEPTH
 * @property {(name: string) => never} checkDoctype
 */

class Builder {
  /** @param {string} text @param {Checks} checks */
  constructor(text, checks) {
    this.text = text;
    this.checks = checks;
    this.parser = new SaxesParser({ xmlns: true });
    /** @type {Element | null} */
    this.root = null;
    /** @type {Element | null} */
    this.current = null;
    /** @type {Instruction[]} */
    this.instructions = [];
    this.depth = 0;
    this.deepest = MAX_XML_DEPTH;
    this.elements = 0;
    this.attributes = 0;
    this.allAttributes = 0;
    this.start = 0;
    this.listen();
  }

  listen() {
    const { parser } = this;
    parser.on('error', (error) => this.broken(error.message));
    parser.on('xmldecl', (declaration) => this.declaration(declaration));
    parser.on('doctype', (doctype) => this.checks.checkDoctype(doctype.trim().split(/[\s[]/)[0]));
    parser.on('processinginstruction', () => this.instruction());
    parser.on('opentagstart', () => {
      // A tag's name holds no "<": the nearest one before this place opens the tag.
      this.start = this.text.lastIndexOf('<', parser.position - 1);
      this.attributes = 0;
    });
    parser.on('attribute', () => this.attribute());
    parser.on('opentag', (tag) => this.open(tag));
    parser.on('closetag', () => this.close());
    parser.on('text', (text) => this.current?.children.push(text));
    parser.on('cdata', (text) => this.current?.children.push(text));
  }

  /** @param {string} message @returns {never} */
  broken(message) {
    const what = message.replace(/^\d+:\d+: /, '').slice(0, 200).replace(/\.$/, '');
    throw refuse('xml', 'xml-broken', { line: this.parser.line, what });
  }

  /** @param {{version?: string}} declaration */
  declaration({ version }) {
    if (version === '1.0') return;
    throw refuse('xml', 'xml-version', { version: version ?? '' });
  }

  instruction() {
    const end = this.parser.position;
    if (this.current) this.instructions.push({ start: this.text.lastIndexOf('<?', end), end });
    if (this.instructions.length > MAX_INSTRUCTIONS) {
      throw refuse('xml', 'xml-instructions', { max: MAX_INSTRUCTIONS });
    }
  }

  attribute() {
    this.attributes += 1;
    this.allAttributes += 1;
    if (this.allAttributes > MAX_XML_ATTRIBUTES) {
      throw refuse('size', 'xml-attributes', { max: MAX_XML_ATTRIBUTES });
    }
    if (this.attributes <= MAX_ATTRIBUTES) return;
    throw refuse('xml', 'xml-element', { max: MAX_ATTRIBUTES });
  }

  /** @param {any} tag of saxes */
  open(tag) {
    if (!this.root) this.deepest = this.checks.checkRoot(tag) ?? MAX_XML_DEPTH;
    this.count();
    this.checkNamespaces(tag.ns);
    /** @type {Element} */
    const element = {
      name: tag.name, prefix: tag.prefix, local: tag.local, uri: tag.uri,
      attributes: Object.values(tag.attributes).filter((each) => each.uri !== XMLNS),
      ns: tag.ns, start: this.start, end: 0, parent: this.current, children: [],
    };
    if (this.current) this.current.children.push(element);
    else this.root = element;
    this.current = element;
  }

  count() {
    this.depth += 1;
    this.elements += 1;
    if (this.depth > this.deepest) {
      throw refuse('depth', 'xml-depth', { max: this.deepest });
    }
    if (this.elements > MAX_XML_ELEMENTS) {
      throw refuse('size', 'xml-elements', { max: MAX_XML_ELEMENTS });
    }
  }

  /** @param {Record<string, string>} ns */
  checkNamespaces(ns) {
    for (const [prefix, uri] of Object.entries(ns)) {
      if (uri === '' && prefix === '') continue;
      if (ABSOLUTE_URI.test(uri)) continue;
      throw refuse('namespace', 'xml-namespace', { line: this.parser.line, name: prefix ? `xmlns:${prefix}` : 'xmlns' });
    }
  }

  close() {
    const element = /** @type {Element} */ (this.current);
    element.end = this.parser.position;
    this.current = element.parent;
    this.depth -= 1;
  }
}

/**
 * Reads an XML document.
 *
 * @param {string} text
 * @param {Checks} checks
 * @param {(done: number) => Promise<void>} [pause] is awaited between chunks, with the share done (0 to 1)
 * @returns {Promise<{root: Element, instructions: Instruction[]}>} processing
 *   instructions are those inside the root
 * @throws {import('./refused.js').ImportRefused}
 */
export async function readXml(text, checks, pause) {
  const builder = new Builder(text, checks);
  for (let at = 0; at < text.length; at += CHUNK) {
    builder.parser.write(text.slice(at, at + CHUNK));
    await pause?.(Math.min(1, (at + CHUNK) / text.length));
  }
  builder.parser.close();
  return { root: /** @type {Element} */ (builder.root), instructions: builder.instructions };
}

/** @param {Element} element @returns {Element[]} */
export function elementsOf(element) {
  return /** @type {Element[]} */ (element.children.filter((child) => typeof child !== 'string'));
}

/**
 * The children of one name in the element's own namespace.
 *
 * @param {Element | undefined} element @param {string} local
 */
export function all(element, local) {
  return element ? elementsOf(element).filter((each) => each.local === local && each.uri === element.uri) : [];
}

/**
 * The first element along a path of names, all in the element's own namespace.
 *
 * @param {Element | undefined} element @param {string} path names with `/` between
 * @returns {Element | undefined}
 */
export function first(element, path) {
  return path.split('/').reduce((/** @type {Element | undefined} */ at, local) => all(at, local)[0], element);
}

/**
 * An attribute in no namespace.
 *
 * @param {Element | undefined} element @param {string} name
 * @returns {string | undefined}
 */
export function attribute(element, name) {
  return element?.attributes.find((each) => each.name === name)?.value;
}

/** All text below an element, with white space made single. @param {Element | undefined} element */
export function textOf(element) {
  return element ? gather(element).replace(/\s+/g, ' ').trim() : '';
}

/** @param {Element} element @returns {string} */
function gather(element) {
  return element.children.map((child) => (typeof child === 'string' ? child : gather(child))).join('');
}
