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
 * The estimate of the password, or of what is left without the hints where that is less: zxcvbn
 * counts thousands of guesses for every word, but one's own name costs a guesser none.
 *
 * @param {string} password well-formed
 * @param {readonly string[]} hints words that an attacker would try first: name, address, login
 * @param {Translations} translations
 */
function estimate(password, hints, translations) {
  const judge = estimator(translations);
  const words = hints.flatMap((hint) => [hint, ...hint.split(/[^\p{L}\p{N}]+/u)]).filter((word) => word.length > 2);
  const text = password.normalize("NFC").slice(0, ESTIMATED_LENGTH);
  const whole = judge.check(text, words);
  const rest = judge.check(without(text, words), words);
  if (rest.guessesLog10 >= Math.min(whole.guessesLog10, LEAST_GUESSES_LOG10)) return whole;
  const feedback = { warning: translations.warnings.userInputs, suggestions: [translations.suggestions.anotherWord] };
  return { guessesLog10: rest.guessesLog10, feedback: whole.guessesLog10 < LEAST_GUESSES_LOG10 ? whole.feedback : feedback };
}

/** @param {string} text @param {readonly string[]} words @returns {string} the text where no word is left, in any case of letters */
function without(text, words) {
  const found = words.toSorted((one, other) => other.length - one.length)
    .map((word) => word.normalize("NFC").replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return found.length ? text.replace(new RegExp(found.join("|"), "giu"), "") : text;
}

/**
 * @param {string} password well-formed
 * @param {...string} hints words that an attacker would try first: name, address, login
 * @returns {string | null} advice when a guesser would find it soon, otherwise null
 */
export function weakness(password, ...hints) {
  const { guessesLog10, feedback } = estimate(password, hints, english.translations);
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
  const { guessesLog10, feedback } = estimate(password, hints, keys);
  const enough = guessesLog10 >= LEAST_GUESSES_LOG10;
  const least = LEAST_GUESSES_LOG10;
  return { guessesLog10, least, enough, warning: feedback.warning || null, suggestions: [...feedback.suggestions] };
}
