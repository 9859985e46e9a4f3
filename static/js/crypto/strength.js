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

/** @type {ZxcvbnFactory | undefined} */
let factory;

/** @returns {ZxcvbnFactory} */
function estimator() {
  factory ??= new ZxcvbnFactory({
    dictionary: { ...common.dictionary, ...english.dictionary },
    graphs: common.adjacencyGraphs,
    translations: english.translations,
  });
  return factory;
}

/**
 * @param {string} password well-formed
 * @param {...string} hints words that an attacker would try first: name, address, login
 * @returns {string | null} advice when a guesser would find it soon, otherwise null
 */
export function weakness(password, ...hints) {
  const words = hints.flatMap((hint) => [hint, ...hint.split(/[^\p{L}\p{N}]+/u)]).filter((word) => word.length > 2);
  const text = password.normalize("NFC").slice(0, ESTIMATED_LENGTH);
  const { guessesLog10, feedback } = estimator().check(text, words);
  if (guessesLog10 >= LEAST_GUESSES_LOG10) return null;
  return [feedback.warning, ...feedback.suggestions].filter(Boolean).join(" ");
}
