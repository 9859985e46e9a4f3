/**
 * The one error with which the importer turns a file down.
 *
 * Its message is shown to the person who chose the file: it says what was
 * found and what can be done, and it never repeats what the record says.
 */

/** What SeSPHR reads, for the end of most refusals. */
export const WHAT_IS_READ =
  'SeSPHR reads C-CDA documents (XML) and FHIR R4 files (JSON).';

export class ImportRefused extends Error {
  /**
   * @param {string} kind a short constant that names the reason, for programs
   * @param {string} sentence for people
   */
  constructor(kind, sentence) {
    super(sentence);
    this.name = 'ImportRefused';
    this.kind = kind;
  }
}

/**
 * @param {string} kind
 * @param {string} found what the file is, as a sentence
 * @param {string} advice what the person can do, as a sentence
 */
export function refuse(kind, found, advice) {
  return new ImportRefused(kind, `${found} ${advice}`);
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
