/**
 * Reads XML into a small tree of plain objects.
 *
 * DOMParser is a sink of markup and stays out of these pages, so this module
 * uses saxes. It refuses a DOCTYPE (so no entity of anybody's making exists)
 * and bounds depth and number; it never touches the DOM and never changes text.
 */

import { SaxesParser } from 'saxes';

/** @typedef {{name: string, local: string, uri: string, value: string}} Attribute */
/**
 * @typedef {object} Element
 * @property {string} local name without prefix @property {string} uri its namespace
 * @property {Attribute[]} attributes without namespace declarations
 * @property {(Element | string)[]} children
 */

const XMLNS = 'http://www.w3.org/2000/xmlns/';
const MAX_DEPTH = 128;
const MAX_NODES = 2_000_000;

/** What cannot be read as a part of a record; `what` is a word for the code, not for people. */
export class Unreadable extends Error {
  /** @param {string} what */
  constructor(what) {
    super(`unreadable: ${what}`);
    this.name = 'Unreadable';
    this.what = what;
  }
}

class Builder {
  /** @param {Record<string, string>} entities that a text may name besides XML's five */
  constructor(entities) {
    this.parser = new SaxesParser({ xmlns: true });
    Object.assign(this.parser.ENTITIES, entities);
    /** @type {Element | null} */
    this.root = null;
    /** @type {Element[]} */
    this.path = [];
    this.nodes = 0;
    this.listen();
  }

  listen() {
    const { parser } = this;
    parser.on('error', () => { throw new Unreadable('xml'); });
    parser.on('doctype', () => { throw new Unreadable('doctype'); });
    parser.on('opentag', (tag) => this.open(tag));
    parser.on('closetag', () => this.path.pop());
    parser.on('text', (text) => this.text(text));
    parser.on('cdata', (text) => this.text(text));
  }

  /** @param {any} tag of saxes */
  open(tag) {
    const attributes = /** @type {Attribute[]} */ (Object.values(tag.attributes)).filter(({ uri }) => uri !== XMLNS)
      .map(({ name, local, uri, value }) => ({ name, local, uri, value }));
    this.nodes += 1 + attributes.length;
    if (this.path.length >= MAX_DEPTH || this.nodes > MAX_NODES) throw new Unreadable('size');
    const element = { local: tag.local, uri: tag.uri, attributes, children: [] };
    this.path.at(-1)?.children.push(element);
    this.root ??= element;
    this.path.push(element);
  }

  /** @param {string} text */
  text(text) {
    this.path.at(-1)?.children.push(text);
  }
}

/**
 * @param {string} text of one XML document
 * @param {Record<string, string>} [entities] names that may be used besides XML's own
 * @returns {Element} its root
 * @throws {Unreadable}
 */
export function readTree(text, entities = {}) {
  const builder = new Builder(entities);
  builder.parser.write(text).close();
  if (!builder.root) throw new Unreadable('xml');
  return builder.root;
}

/** @param {Element | undefined} element @returns {Element[]} */
export function elements(element) {
  return /** @type {Element[]} */ (element?.children.filter((child) => typeof child !== 'string') ?? []);
}

/** Children of one name in the element's own namespace. @param {Element | undefined} element @param {string} local */
export function all(element, local) {
  return elements(element).filter((each) => each.local === local && each.uri === element?.uri);
}

/** The first element along a path such as `a/b`. @param {Element | undefined} element @param {string} path */
export function first(element, path) {
  return path.split('/').reduce((/** @type {Element | undefined} */ at, local) => all(at, local)[0], element);
}

/**
 * Every element along a path such as `a/b`.
 * @param {Element | undefined} element
 * @param {string} path
 * @returns {Element[]}
 */
export function every(element, path) {
  return path.split('/').reduce((/** @type {Element[]} */ at, local) => at.flatMap((each) => all(each, local)),
    element ? [element] : []);
}

/** An attribute in no namespace. @param {Element | undefined} element @param {string} name @returns {string | undefined} */
export function attribute(element, name) {
  return element?.attributes.find((each) => each.name === name)?.value;
}

/** All text below, white space made single. @param {Element | undefined} element @returns {string} */
export function textOf(element) {
  return element ? gather(element).replace(/\s+/g, ' ').trim() : '';
}

/** @param {Element} element @returns {string} */
function gather(element) {
  return element.children.map((child) => (typeof child === 'string' ? child : gather(child))).join('');
}

/** @type {Record<string, string>} */
const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\t': '&#9;', '\n': '&#10;', '\r': '&#13;' };

/**
 * An element as XML again: what JSON holds of a narrative. Attributes of other namespaces are left out.
 * @param {Element} element
 * @param {string} [around] the namespace that it stands in
 * @returns {string}
 */
export function written(element, around) {
  const { local, uri } = element;
  const own = element.attributes.filter((each) => !each.uri);
  const pairs = [...(uri === around ? [] : [{ name: 'xmlns', value: uri }]), ...own];
  const attributes = pairs.map(({ name, value }) => ` ${name}="${value.replace(/[&<>"\t\n\r]/g, (c) => ESCAPES[c])}"`).join('');
  const below = element.children.map((child) => (typeof child === 'string' ? child.replace(/[&<>\r]/g, (c) => ESCAPES[c]) : written(child, uri)));
  return `<${local}${attributes}>${below.join('')}</${local}>`;
}

/**
 * An XML element as indented text: what a page shows of what it does not know.
 * @param {Element} element
 * @param {string} [indent]
 * @returns {string}
 */
export function outline(element, indent = '') {
  const head = [element.local, ...element.attributes.map(({ local, value }) => `${local}=${value}`)].join(' ');
  const below = element.children.map((child) => (typeof child === 'string'
    ? (child.trim() && `${indent}  ${child.trim()}\n`) : outline(child, `${indent}  `)));
  return `${indent}${head}\n${below.join('')}`;
}
