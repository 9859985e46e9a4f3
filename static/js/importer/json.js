/**
 * A strict JSON reader that remembers where the text of a resource stands.
 *
 * JSON.parse keeps the last of two members of one name, turns 2.20 into 2.2
 * and forgets positions; none of that may happen to a health record. This
 * reader follows RFC 8259 and refuses besides: duplicate names (after
 * unescaping), lone surrogates, and more depth or values than limits.js allows.
 */

import { MAX_JSON_DEPTH, MAX_JSON_VALUES } from './limits.js';
import { lineOf, refuse } from './refused.js';

/** A number as its source text: the importer never does arithmetic. */
export class JsonNumber {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
  }

  toString() {
    return this.text;
  }
}

/** @typedef {{[name: string]: any}} JsonObject */
/** @typedef {[start: number, end: number]} Span */

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

class Reader {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
    this.at = 0;
    this.depth = 0;
    this.values = 0;
    /** @type {Map<object, Span>} */
    this.spans = new Map();
  }

  /** @param {string} what is wrong, by code @param {number} [max] @returns {never} */
  fail(what, max = 0) {
    throw refuse('json', 'json-broken', { line: lineOf(this.text, this.at), what, max });
  }

  space() {
    for (;;) {
      const c = this.text.charCodeAt(this.at);
      if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return c;
      this.at += 1;
    }
  }

  /** @returns {any} */
  value() {
    const c = this.space();
    this.values += 1;
    if (this.values > MAX_JSON_VALUES) this.fail('values', MAX_JSON_VALUES);
    if (c === QUOTE) return this.string();
    if (c === 0x7b) return this.nested(() => this.object());
    if (c === 0x5b) return this.nested(() => this.array());
    if (c === 0x2d || (c >= 0x30 && c <= 0x39)) return this.number();
    return this.word();
  }

  /** @template T @param {() => T} read @returns {T} */
  nested(read) {
    this.depth += 1;
    if (this.depth > MAX_JSON_DEPTH) this.fail('depth', MAX_JSON_DEPTH);
    const value = read();
    this.depth -= 1;
    return value;
  }

  word() {
    if (this.take('true')) return true;
    if (this.take('false')) return false;
    if (this.take('null')) return null;
    return this.fail(this.at >= this.text.length ? 'early' : 'value');
  }

  /** @param {string} literal */
  take(literal) {
    if (!this.text.startsWith(literal, this.at)) return false;
    this.at += literal.length;
    return true;
  }

  number() {
    NUMBER.lastIndex = this.at;
    const found = NUMBER.exec(this.text);
    if (!found) return this.fail('number');
    this.at += found[0].length;
    return new JsonNumber(found[0]);
  }

  string() {
    const start = this.at;
    const { text } = this;
    let escaped = false;
    let c = text.charCodeAt(++this.at);
    while (c !== QUOTE) {
      if (c === BACKSLASH) {
        escaped = true;
        this.at += 1;
      } else if (!(c >= 0x20)) {
        this.fail(c !== c ? 'early-text' : 'control');
      }
      c = text.charCodeAt(++this.at);
    }
    this.at += 1;
    return escaped ? this.unescape(start) : text.slice(start + 1, this.at - 1);
  }

  /** @param {number} start @returns {string} */
  unescape(start) {
    let value;
    try {
      value = JSON.parse(this.text.slice(start, this.at));
    } catch {
      return this.fail('escape');
    }
    if (!isWellFormed(value)) this.fail('surrogate');
    return value;
  }

  array() {
    /** @type {any[]} */
    const list = [];
    this.at += 1;
    if (this.space() === 0x5d) return this.closed(list);
    for (;;) {
      list.push(this.value());
      const c = this.space();
      if (c === 0x5d) return this.closed(list);
      this.comma(c);
    }
  }

  object() {
    const start = this.at;
    /** @type {JsonObject} */
    const made = {};
    this.at += 1;
    if (this.space() === 0x7d) return this.closed(made);
    for (;;) {
      this.member(made);
      const c = this.space();
      if (c === 0x7d) break;
      this.comma(c);
    }
    this.at += 1;
    if (typeof made.resourceType === 'string') this.spans.set(made, [start, this.at]);
    return made;
  }

  /** @param {JsonObject} made */
  member(made) {
    if (this.space() !== QUOTE) this.fail('name');
    const name = this.string();
    if (Object.hasOwn(made, name)) this.fail('twice');
    // On an ordinary object this name would set the prototype instead of a member.
    if (name === '__proto__') this.fail('proto');
    if (this.space() !== 0x3a) this.fail('colon');
    this.at += 1;
    made[name] = this.value();
  }

  /** @param {number} c */
  comma(c) {
    if (c !== 0x2c) this.fail(c !== c ? 'early' : 'comma');
    this.at += 1;
  }

  /** @template T @param {T} value @returns {T} */
  closed(value) {
    this.at += 1;
    return value;
  }
}

/** @param {string} text */
function isWellFormed(text) {
  return !/\p{Surrogate}/u.test(text);
}

/**
 * Reads one JSON text.
 *
 * @param {string} text
 * @returns {{value: any, spans: Map<object, Span>}} numbers are JsonNumber; spans
 *   holds where each object with a `resourceType` stands, in UTF-16 units
 * @throws {import('./refused.js').ImportRefused}
 */
export function readJson(text) {
  const reader = new Reader(text);
  const value = reader.value();
  reader.space();
  if (reader.at < text.length) reader.fail('more');
  return { value, spans: reader.spans };
}

/**
 * The place after a value of text that readJson accepted.
 *
 * @param {string} text @param {number} at where the value starts
 */
function skipValue(text, at) {
  const nested = /["{}[\]]/g;
  const first = text[at];
  if (first === '"') return skipString(text, at);
  if (first !== '{' && first !== '[') return skipWord(text, at);
  nested.lastIndex = at;
  for (let depth = 0; ;) {
    const found = /** @type {RegExpExecArray} */ (nested.exec(text));
    if (found[0] === '"') nested.lastIndex = skipString(text, found.index);
    else depth += found[0] === '{' || found[0] === '[' ? 1 : -1;
    if (depth === 0) return nested.lastIndex;
  }
}

/** @param {string} text @param {number} at where a number, true, false or null starts */
function skipWord(text, at) {
  while (at < text.length && !' \n\r\t,]}'.includes(text[at])) at += 1;
  return at;
}

/** @param {string} text @param {number} at where its first quotation mark stands */
function skipString(text, at) {
  for (let end = text.indexOf('"', at + 1); ; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return end + 1;
  }
}

/** @param {string} text @param {number} at */
function skipSpace(text, at) {
  while (' \n\r\t'.includes(text[at])) at += 1;
  return at;
}

/**
 * The members of an object that readJson accepted, as positions.
 *
 * @param {string} text
 * @param {number} start where its opening brace stands
 * @returns {{name: string, start: number, from: number, end: number}[]} start of
 *   the name, start of the value, end of the value
 */
export function memberSpans(text, start) {
  const found = [];
  for (let at = skipSpace(text, start + 1); text[at] !== '}';) {
    if (text[at] === ',') at = skipSpace(text, at + 1);
    const nameEnd = skipString(text, at);
    const from = skipSpace(text, skipSpace(text, nameEnd) + 1);
    const end = skipValue(text, from);
    found.push({ name: JSON.parse(text.slice(at, nameEnd)), start: at, from, end });
    at = skipSpace(text, end);
  }
  return found;
}

/**
 * The elements of an array that readJson accepted, as positions.
 *
 * @param {string} text
 * @param {number} start where its opening bracket stands
 * @returns {Span[]}
 */
export function elementSpans(text, start) {
  /** @type {Span[]} */
  const found = [];
  for (let at = skipSpace(text, start + 1); text[at] !== ']';) {
    if (text[at] === ',') at = skipSpace(text, at + 1);
    const end = skipValue(text, at);
    found.push([at, end]);
    at = skipSpace(text, end);
  }
  return found;
}
