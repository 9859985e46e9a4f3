/**
 * The file that is made of what was typed: a FHIR R4 Bundle, read by the importer as any other file is.
 * @module
 */
import { BY_HAND } from "../../importer/by_hand.js";
import { JsonNumber } from "../../importer/json.js";
import { resourcesOf } from "./resources.js";

/** @typedef {import("./typed.js").Typed} Typed */

/** @param {unknown} value @returns {boolean} what JSON leaves out */
const absent = (value) => value === undefined;

/**
 * JSON in which numbers keep the characters that were typed: 5.60 stays 5.60.
 * @param {unknown} value @param {string} [indent]
 * @returns {string}
 */
export function writeJson(value, indent = "") {
  if (value instanceof JsonNumber) return value.text;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  const written = Array.isArray(value) ? value.map((each) => writeJson(each, inner))
    : Object.entries(value).filter(([, member]) => !absent(member)).map(([name, member]) => `${JSON.stringify(name)}: ${writeJson(member, inner)}`);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return `${open}\n${inner}${written.join(`,\n${inner}`)}\n${indent}${close}`;
}

/**
 * @param {Typed} typed without errors @param {string} entry a UUID that stays the same while it is corrected @param {Date} now
 * @returns {string} JSON
 */
export function bundleOf(typed, entry, now) {
  const bundle = {
    resourceType: "Bundle", id: entry, meta: { source: BY_HAND }, type: "collection", timestamp: now.toISOString(),
    entry: resourcesOf(typed, entry, now).map((resource) => ({ resource })),
  };
  return `${writeJson(bundle)}\n`;
}
