/**
 * Which way text runs, where the page's words and what people and records say come together.
 *
 * Names, results and notes are in any language. In a sentence each is isolated from the words around it; in an
 * element of its own it says by itself where its line begins.
 * @module
 */

/** Characters that order the text around them, which is not a value's to do. */
const TURNING = /[\u202a-\u202e\u2066-\u2069]/g;
const OVERRIDING = /[\u202a-\u202e]/g;
const OPENING = /[\u2066-\u2068]/;
const [FIRST_STRONG, END, RIGHT_MARK] = ["\u2068", "\u2069", "\u200f"];
/** Hebrew, Arabic and their kin. */
const FROM_RIGHT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
const LANGUAGES = /^(ar|fa|he|ur)\b/;

/** @param {string} language @returns {boolean} whether its lines run from right to left */
export const fromRight = (language) => LANGUAGES.test(language);

/**
 * A value without what would order the text around it. What it isolates within itself may stay: it is a sentence of ours.
 * @param {string} value
 */
export const tamed = (value) => value.replace(closes(value) ? OVERRIDING : TURNING, "");

/** @param {string} value @returns {boolean} whether every isolate that it opens is closed in it, and no other */
function closes(value) {
  let open = 0;
  for (const character of value) {
    if (OPENING.test(character)) open += 1;
    else if (character === END) open -= 1;
    if (open < 0) return false;
  }
  return open === 0;
}

/**
 * A value that stands in a sentence, kept apart from it where they may run in two directions.
 * @param {string} value @param {boolean} right whether the sentence runs from right to left
 */
export const isolated = (value, right) => (right || FROM_RIGHT.test(value) ? `${FIRST_STRONG}${value}${END}` : value);

/**
 * A sentence of ours that begins with a Latin name is still one that runs from right to left.
 * @param {string} sentence
 */
export const marked = (sentence) => (FROM_RIGHT.test(sentence) ? `${RIGHT_MARK}${sentence}` : sentence);

/**
 * Let an element whose text may be somebody else's find its own direction; it keeps one that it has.
 * @param {Element} element @param {(Node | string)[]} content
 */
export function direct(element, content) {
  if (!content.length || !content.every((one) => typeof one === "string") || element.hasAttribute("dir")) return;
  // Not the element's own document: what was cloned from a template still belongs to another.
  const other = document.documentElement.dir === "rtl" || content.some((one) => FROM_RIGHT.test(String(one)));
  if (other) element.setAttribute("dir", "auto");
}
