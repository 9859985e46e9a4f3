/**
 * Small validators for the payloads of signed objects: exact members, exact types.
 *
 * A validator throws on everything that it does not know; it never converts or fills in.
 * @module
 */
import { b64uDecode, checkPartition, checkUuid, isInt } from "./encoding.js";
import { CryptoError, StatementError } from "./errors.js";

/** @typedef {(value: unknown) => void} Check throws a CryptoError */
/** @typedef {Record<string, any>} Members */

/** @param {string} message @returns {never} */
export function refuse(message) {
  throw new StatementError(message);
}

/**
 * @param {unknown} value
 * @returns {Members} the value, if it is a plain object
 */
export function members(value) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return refuse("object expected");
  return value;
}

/**
 * An object of exactly these members; optional ones may be missing.
 * @param {Record<string, Check>} required
 * @param {Record<string, Check>} [optional]
 * @returns {Check}
 */
export function object(required, optional = {}) {
  const known = new Map(Object.entries({ ...required, ...optional }));
  return (value) => {
    const own = members(value);
    for (const name of Object.keys(required)) if (!Object.hasOwn(own, name)) refuse(`${name} is missing`);
    for (const [name, item] of Object.entries(own)) {
      const check = known.get(name) ?? refuse("unknown member");
      named(name, check, item);
    }
  };
}

/** @param {string} name @param {Check} check @param {unknown} item */
function named(name, check, item) {
  try {
    check(item);
  } catch (error) {
    throw error instanceof CryptoError ? new StatementError(`${name}: ${error.message}`) : error;
  }
}

/** @param {Check} item @param {number} [least] @param {number} [most] @returns {Check} */
export function list(item, least = 0, most = Number.MAX_SAFE_INTEGER) {
  return (value) => {
    if (!Array.isArray(value) || value.length < least || value.length > most) return refuse("list of another length");
    for (const one of value) item(one);
  };
}

/** A list without equal texts. @param {Check} item @param {number} [least] @returns {Check} */
export function unique(item, least = 0) {
  const plain = list(item, least);
  return (value) => {
    plain(value);
    if (new Set(/** @type {unknown[]} */ (value)).size !== /** @type {unknown[]} */ (value).length) {
      refuse("an item stands twice");
    }
  };
}

/** An object from partition ids to one kind of value. @param {Check} item @param {number} [least] @returns {Check} */
export function byPartition(item, least = 0) {
  return (value) => {
    const entries = Object.entries(members(value));
    if (entries.length < least) refuse("partitions are missing");
    for (const [name, one] of entries) {
      checkPartition(name);
      item(one);
    }
  };
}

/** @param {number} [least] @returns {Check} */
export function int(least = 0) {
  return (value) => {
    if (!isInt(value) || value < least) refuse(`integer from ${least} expected`);
  };
}

/** @type {Check} */
export function boolean(value) {
  if (typeof value !== "boolean") refuse("boolean expected");
}

/** @param {number} [length] octets @returns {Check} base64url */
export function b64u(length) {
  return (value) => void b64uDecode(value, length);
}

/** @param {number} least @param {number} most in characters @returns {Check} */
export function text(least, most) {
  return (value) => {
    if (typeof value !== "string" || !value.isWellFormed()) return refuse("text expected");
    const length = [...value].length;
    if (length < least || length > most) refuse("text of another length");
  };
}

/** @param {RegExp} pattern anchored @returns {Check} */
export function pattern(pattern) {
  return (value) => {
    if (typeof value !== "string" || !pattern.test(value) || value.endsWith("\n")) refuse("text of another form");
  };
}

/** @param {...unknown} values @returns {Check} */
export function oneOf(...values) {
  return (value) => {
    if (!values.includes(value)) refuse("another value");
  };
}

/** @param {Check} check @returns {Check} */
export function nullable(check) {
  return (value) => {
    if (value !== null) check(value);
  };
}

/** @type {Check} */
export const uuid = (value) => void checkUuid(value);

/** @type {Check} */
export const partition = (value) => void checkPartition(value);

/** @param {number} least octets @param {number} most octets @returns {Check} base64url */
export function octets(least, most) {
  return (value) => {
    const { length } = b64uDecode(/** @type {string} */ (value));
    if (length < least || length > most) refuse("octets of another length");
  };
}
