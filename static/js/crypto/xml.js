/**
 * A strict XML reader over saxes: namespaces, no DOCTYPE, no processing instruction, bounded depth.
 *
 * It reports events and never expands anything but the five predefined entities and character
 * references.
 * @module
 */
import { SaxesParser } from "saxes";
import { NAME_RE } from "xmlchars/xml/1.0/ed4.js";

import { OpenError } from "./errors.js";

/** Documents and decrypted elements may be this large, in octets. */
export const MAX_OCTETS = 32 * 1024 * 1024;

/** Elements may nest this deep; the root counts as 1. */
export const MAX_DEPTH = 64;

/**
 * @typedef {import("saxes").SaxesTagNS} Tag
 * @typedef {{
 *   open?: (tag: Tag, depth: number) => void,
 *   close?: () => void,
 *   text?: (text: string, depth: number) => void,
 *   comment?: (depth: number) => void,
 *   cdata?: () => void,
 * }} Handler
 */

/**
 * Names as in the fourth edition of XML 1.0, which expat follows; the fifth allows more. What one reader takes and another refuses would be lost to its owner.
 * @param {Tag} tag
 */
function checkNames(tag) {
  const names = [tag.name, ...Object.keys(tag.attributes)].flatMap((name) => name.split(":"));
  if (!names.every((name) => NAME_RE.test(name))) refuse();
}

/**
 * White space in a namespace's name: saxes would trim it, expat refuses it.
 * @param {Tag} tag
 */
function checkNamespaces(tag) {
  for (const { name, prefix, value } of Object.values(tag.attributes)) {
    if ((prefix === "xmlns" || name === "xmlns") && /[ \t\r\n]/.test(value)) refuse();
  }
}

/** @returns {never} */
function refuse() {
  throw new OpenError();
}

/**
 * Read one document.
 * @param {string} text
 * @param {Handler} handler depth is that of the element concerned, 0 outside the root
 * @throws {OpenError} when it is not well-formed, or holds what the protocol forbids
 */
export function readXml(text, handler) {
  const parser = new SaxesParser({ xmlns: true, position: false });
  let depth = 0;
  parser.on("error", refuse);
  parser.on("doctype", refuse);
  parser.on("processinginstruction", refuse);
  parser.on("opentag", (tag) => {
    depth += 1;
    if (depth > MAX_DEPTH) refuse();
    checkNames(tag);
    checkNamespaces(tag);
    handler.open?.(tag, depth);
  });
  parser.on("closetag", () => {
    depth -= 1;
    handler.close?.();
  });
  parser.on("text", (piece) => handler.text?.(piece, depth));
  parser.on("comment", () => handler.comment?.(depth));
  parser.on("cdata", () => handler.cdata?.());
  parser.write(text).close();
}
