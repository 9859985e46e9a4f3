/**
 * Tells passwords that are easily guessed, at the endpoint, where the password is.
 *
 * The dictionaries are large: this module is a bundle of its own, loaded when a password is made,
 * never when a slot is opened. It shares no class with the other bundles, hence no errors of theirs.
 * @module
 */
import { ZxcvbnFactory } from "@zxcvbn-ts/core";
import * as common from "@zxcvbn-ts/language-common";
import * as english from "@zxcvbn-ts/language-en";

/** zxcvbn's "safely unguessable" against a slow hash that was stolen. */
const LEAST_GUESSES_LOG10 = 8;

/** The estimate's cost grows with the square of the length, and 72 characters tell enough. */
const ESTIMATED_LENGTH = 72;

/** @typedef {typeof english.translations} Translations */

/** Every sentence replaced by its own name. @type {Translations} */
const keys = /** @type {any} */ (Object.fromEntries(Object.entries(english.translations).map(([group, sentences]) =>
  [group, Object.fromEntries(Object.keys(sentences).map((name) => [name, name]))])));

/** @type {Map<Translations, ZxcvbnFactory>} */
const factories = new Map();

/** @param {Translations} translations @returns {ZxcvbnFactory} */
function estimator(translations) {
  const made = factories.get(translations) ?? new ZxcvbnFactory({
    dictionary: { ...common.dictionary, ...english.dictionary },
    graphs: common.adjacencyGraphs,
    translations,
  });
  factories.set(translations, made);
  return made;
}

/**
 * @param {string} password well-formed
 * @param {readonly string[]} hints words that an attacker would try first: name, address, login
 * @param {ZxcvbnFactory} judge
 */
function estimate(password, hints, judge) {
  const words = hints.flatMap((hint) => [hint, ...hint.split(/[^\p{L}\p{N}]+/u)]).filter((word) => word.length > 2);
  return judge.check(password.normalize("NFC").slice(0, ESTIMATED_LENGTH), words);
}

/**
 * @param {string} password well-formed
 * @param {...string} hints words that an attacker would try first: name, address, login
 * @returns {string | null} advice when a guesser would find it soon, otherwise null
 */
export function weakness(password, ...hints) {
  const { guessesLog10, feedback } = estimate(password, hints, estimator(english.translations));
  if (guessesLog10 >= LEAST_GUESSES_LOG10) return null;
  return [feedback.warning, ...feedback.suggestions].filter(Boolean).join(" ");
}

/**
 * The same as codes, for pages that have the words in their own language.
 * @param {string} password well-formed
 * @param {...string} hints
 * @returns {{guessesLog10: number, least: number, enough: boolean, warning: string | null,
 *   suggestions: string[]}} least: guessesLog10 from which on a password is taken; warning and
 *   suggestions: keys of zxcvbn's feedback, such as `topTen` and `anotherWord`
 */
export function judge(password, ...hints) {
  const { guessesLog10, feedback } = estimate(password, hints, estimator(keys));
  const enough = guessesLog10 >= LEAST_GUESSES_LOG10;
  const least = LEAST_GUESSES_LOG10;
  return { guessesLog10, least, enough, warning: feedback.warning || null, suggestions: [...feedback.suggestions] };
}
