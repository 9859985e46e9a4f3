/**
 * The one error with which the importer turns a file down.
 *
 * It says by code and values what was found, and never what the record says.
 * The words are the caller's: the pages have them in their message catalogue,
 * the command in words.js.
 */

/** @typedef {Record<string, string | number | boolean | (string | number)[]>} Params */

export class ImportRefused extends Error {
  /**
   * @param {string} kind a short constant that names the reason, for programs
   * @param {string} code a short constant that names the words to use
   * @param {Params} [params] values for the words
   * @param {string} [sentence] for people, where the caller has the words
   */
  constructor(kind, code, params = {}, sentence = code) {
    super(sentence);
    this.name = 'ImportRefused';
    this.kind = kind;
    this.code = code;
    this.params = params;
  }
}

/**
 * @param {string} kind
 * @param {string} [code] where the kind alone does not say enough
 * @param {Params} [params]
 */
export function refuse(kind, code = kind, params = {}) {
  return new ImportRefused(kind, code, params);
}

/**
 * The line of a position, counted from 1, for messages about broken files.
 *
 * @param {string} text
 * @param {number} position index in UTF-16 units
 */
export function lineOf(text, position) {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < position; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}
