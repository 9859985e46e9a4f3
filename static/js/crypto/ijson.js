/**
 * Strict I-JSON (RFC 7493) in, canonical JSON (RFC 8785) out, for integers, texts, booleans,
 * null, lists and objects.
 *
 * JSON.parse is not enough: it keeps the last of two equal names, turns 1.0 and 1e3 into integers
 * and takes lone surrogates. This reader must never accept what another strict reader refuses.
 * @module
 */
import { utf8, utf8Text } from "./bytes.js";
import { DecodingError } from "./errors.js";

/** @typedef {null | boolean | number | string | JsonValue[] | {[name: string]: JsonValue}} JsonValue */

/** Objects and lists may nest this deep. */
export const MAX_DEPTH = 64;

const SPACE = /[ \t\n\r]*/y;
const INTEGER = /-?(?:0|[1-9][0-9]*)(?![0-9.eE])/y;
// A text runs to its closing quote; control characters must be escaped.
const TEXT = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y;
const LITERALS = new Map(/** @type {[string, JsonValue][]} */ ([["true", true], ["false", false], ["null", null]]));

/** @param {number} depth @throws {DecodingError} */
function checkDepth(depth) {
  if (depth > MAX_DEPTH) throw new DecodingError("JSON nests too deep");
}

/** A cursor over the text; one instance reads one value. */
class Reader {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  /** @param {RegExp} pattern sticky @returns {string | null} */
  take(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (!found) return null;
    this.at = pattern.lastIndex;
    return found[0];
  }

  /** @param {string} token @returns {boolean} whether it stood here, white space skipped */
  skip(token) {
    this.take(SPACE);
    if (!this.text.startsWith(token, this.at)) return false;
    this.at += token.length;
    return true;
  }

  /** @param {number} depth objects and lists around this value @returns {JsonValue} */
  value(depth) {
    if (this.skip("{")) return this.object(depth);
    if (this.skip("[")) return this.list(depth);
    if (this.text[this.at] === '"') return this.string();
    for (const [word, value] of LITERALS) if (this.skip(word)) return value;
    return this.integer();
  }

  /** @returns {number} */
  integer() {
    const digits = this.take(INTEGER);
    const value = Number(digits ?? Number.NaN);
    if (digits === "-0" || !Number.isSafeInteger(value)) throw new DecodingError("not an I-JSON value");
    return value;
  }

  /** @returns {string} */
  string() {
    this.take(SPACE);
    const quoted = this.take(TEXT);
    if (quoted === null) throw new DecodingError("JSON text expected");
    const text = JSON.parse(quoted);
    if (!text.isWellFormed()) throw new DecodingError("JSON text holds a lone surrogate");
    return text;
  }

  /** @param {number} depth @returns {JsonValue[]} */
  list(depth) {
    checkDepth(depth + 1);
    /** @type {JsonValue[]} */
    const items = [];
    if (this.skip("]")) return items;
    do items.push(this.value(depth + 1)); while (this.skip(","));
    if (!this.skip("]")) throw new DecodingError("JSON list is not closed");
    return items;
  }

  /** @param {number} depth @returns {{[name: string]: JsonValue}} */
  object(depth) {
    checkDepth(depth + 1);
    // Without a prototype the name "__proto__" is a name like any other.
    const members = Object.create(null);
    if (this.skip("}")) return members;
    do {
      const name = this.string();
      if (name in members) throw new DecodingError("a JSON name stands twice");
      if (!this.skip(":")) throw new DecodingError("JSON colon expected");
      members[name] = this.value(depth + 1);
    } while (this.skip(","));
    if (!this.skip("}")) throw new DecodingError("JSON object is not closed");
    return members;
  }
}

/**
 * Read strict I-JSON. Objects come without a prototype.
 * @param {Uint8Array} octets UTF-8 without byte order mark
 * @returns {JsonValue}
 * @throws {DecodingError} on duplicate names at any depth, numbers other than integers below 2^53
 *   in magnitude, -0, lone surrogates, nesting deeper than 64, and everything that is not JSON
 */
export function parseIjson(octets) {
  const reader = new Reader(utf8Text(octets));
  const value = reader.value(0);
  reader.take(SPACE);
  if (reader.at !== reader.text.length) throw new DecodingError("something stands after the JSON value");
  return value;
}

/**
 * @param {unknown} value
 * @param {number} depth
 * @returns {string}
 */
function write(value, depth) {
  checkDepth(depth);
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return writeText(value);
  if (Array.isArray(value)) return `[${value.map((item) => write(item, depth + 1)).join(",")}]`;
  if (typeof value === "object") return writeObject(/** @type {object} */ (value), depth);
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) throw new DecodingError("no I-JSON value");
  return String(value);
}

/** @param {string} text @returns {string} */
function writeText(text) {
  if (!text.isWellFormed()) throw new DecodingError("text holds a lone surrogate");
  return JSON.stringify(text);
}

/**
 * @param {object} value
 * @param {number} depth
 * @returns {string} members sorted by UTF-16 code units, which is how JavaScript compares texts
 */
function writeObject(value, depth) {
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) throw new DecodingError("no I-JSON value");
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, item]) => `${writeText(name)}:${write(item, depth + 1)}`).join(",")}}`;
}

/**
 * RFC 8785 canonical JSON.
 * @param {unknown} value
 * @returns {import("./bytes.js").Bytes}
 * @throws {DecodingError} when the value is not I-JSON with integers
 */
export function canonicalJson(value) {
  return utf8(write(value, 0));
}
