/**
 * A field for a new password: judged on this device while it is typed, in words.
 * @module
 */
import { Judge } from "../endpoint/password.js";
import { fill, slot } from "./dom.js";
import { has, t } from "./messages.js";

/** @typedef {import("../endpoint/password.js").Judgement} Judgement */

const PAUSE = 250;
/** Tenths of the way from nothing to what is certainly enough. */
const STEPS = 10;

/** @param {Judgement} found @returns {"weak" | "fair" | "strong"} */
export function levelOf({ enough, guessesLog10, least }) {
  if (!enough) return "weak";
  return guessesLog10 < least + 3 ? "fair" : "strong";
}

/** One field with its line of words, made by the macro `new_password`. */
export class NewPassword {
  /** @type {Judge | null} */
  #judge = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {HTMLElement} root holds the field and the words
   * @param {() => string[]} hints words that a guesser would try first
   */
  constructor(root, hints) {
    this.root = root;
    this.hints = hints;
    this.input = /** @type {HTMLInputElement} */ (root.querySelector("input[autocomplete=new-password]"));
    this.input.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#glance(), PAUSE);
    });
  }

  /** @returns {string} */
  get value() {
    return this.input.value;
  }

  /** Judge what stands there and say it. @returns {Promise<boolean>} whether it is enough */
  async judge() {
    clearTimeout(this.#timer);
    for (;;) {
      const found = await this.#glance();
      if (found !== null || this.value === "") return found?.enough === true;
    }
  }

  /** @returns {Promise<Judgement | null>} null for an empty field, or when more was typed meanwhile */
  async #glance() {
    if (this.value === "") {
      this.#say(null);
      return null;
    }
    this.#judge ??= new Judge();
    const found = await this.#judge.judge(this.value, ...this.hints());
    if (found !== null) this.#say(found);
    return found;
  }

  /** End the worker, and take the password off the page. */
  forget() {
    this.#judge?.close();
    this.#judge = null;
    this.input.value = "";
    this.#say(null);
  }

  /** @param {Judgement | null} found */
  #say(found) {
    const level = found ? levelOf(found) : "";
    this.root.dataset.level = level;
    const meter = /** @type {HTMLMeterElement} */ (slot(this.root, "meter"));
    meter.value = found ? Math.min(STEPS, Math.max(1, Math.round((found.guessesLog10 / (found.least + 4)) * STEPS))) : 0;
    fill(this.root, { verdict: found ? t(`strength.${level}`) : "", advice: found && level === "weak" ? advice(found) : "" });
  }
}

/** @param {Judgement} found @returns {string} */
function advice({ warning, suggestions }) {
  const names = [warning ? `strength.warning.${warning}` : "", ...suggestions.map((one) => `strength.suggestion.${one}`)];
  return names.filter((name) => name !== "" && has(name)).map((name) => t(name)).join(" ");
}
