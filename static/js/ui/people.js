/** Initials in a circle, or in a square for organisations and roles (components/people.jinja). @module */

import { el } from "./dom.js";

const TITLES = /^(?:Dr|Prof|Professor)\.? /;
const SQUARE = new Set(["organisation", "role", "insurer"]);
const TONES = 5;

/** @param {string} name @returns {string} first letters of the first and the last word */
export function initials(name) {
  const words = name.replace(TITLES, "").split(/\s+/).filter(Boolean);
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  return ends.map((word) => [...(word ?? "")][0] ?? "").join("");
}

/** @param {string} name @param {string} [kind] "organisation" and "role" are square @param {32 | 40 | 64} [size] */
export function avatar(name, kind = "person", size = 40) {
  const shape = SQUARE.has(kind) ? "square" : "round";
  const tone = [...name].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0) % TONES;
  return el("span", { class: `avatar avatar--${size} avatar--${shape} avatar--tone-${tone}`, "aria-hidden": "true" }, initials(name));
}
