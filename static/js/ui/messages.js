/**
 * The words of a page: data blocks that its template rendered from the catalogue.
 *
 * Modules hold no words of their own; they name them: t("deposit.sealing", {part}).
 * @module
 */

import { fromRight, isolated, marked, tamed } from "./direction.js";
import { locale } from "./format.js";

/** @typedef {string | Record<string, string>} Words one sentence, or one for each plural category */

/** @type {Map<string, Words> | null} */
let known = null;

/** @returns {Map<string, Words>} */
function all() {
  if (known) return known;
  known = new Map();
  for (const block of document.querySelectorAll("script.messages")) {
    for (const [name, words] of Object.entries(JSON.parse(block.textContent ?? "{}"))) known.set(name, words);
  }
  return known;
}

/** @param {string} name @returns {boolean} whether the page has these words */
export const has = (name) => all().has(name);

/**
 * The words of that name with its values put in.
 * @param {string} name
 * @param {Record<string, string | number>} [values] `n` chooses the plural
 * @returns {string}
 * @throws {Error} when the page has no such words: a mistake in its template
 */
export function t(name, values = {}) {
  const words = all().get(name);
  if (words === undefined) throw new Error(`no words for ${name}`);
  return format(words, values, document.documentElement.lang);
}

/**
 * The words for a code that a server or an endpoint gave, general ones when it is not known.
 * @param {string} prefix such as "problem" @param {string} code @param {string} [otherwise] name of the general words
 */
export const worded = (prefix, code, otherwise = `${prefix}.unknown`) =>
  t(has(`${prefix}.${code}`) ? `${prefix}.${code}` : otherwise);

/**
 * @param {Words} words @param {Record<string, string | number>} values @param {string} language
 * @returns {string}
 */
export function format(words, values, language) {
  const sentence = typeof words === "string" ? words : chosen(words, Number(values.n), language);
  const right = fromRight(language);
  return (right ? marked(sentence) : sentence).replace(/%(?:%|\((\w+)\)s)/g, (place, /** @type {string | undefined} */ name) => {
    if (name === undefined) return "%";
    const value = values[name];
    if (value === undefined) return place;
    return typeof value === "number" ? value.toLocaleString(locale(language)) : isolated(tamed(value), right);
  });
}

/** @type {Map<string, Intl.PluralRules>} */
const plurals = new Map();

/** @param {Record<string, string>} words @param {number} n @param {string} language */
function chosen(words, n, language) {
  const rules = plurals.get(language) ?? new Intl.PluralRules(language);
  plurals.set(language, rules);
  return words[rules.select(n)] ?? words.other ?? "";
}
