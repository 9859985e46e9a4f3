/**
 * The parts of the record that is being added: which there are, how they are called, which go into
 * another one whole, and what was changed, so that each change can be taken back.
 *
 * It knows neither the page nor the servers, and holds no words.
 * @module
 */
import { finalOf } from "../../importer/units.js";
import { ordered, PARTS } from "../../ui/parts.js";

export { NOWHERE } from "../../importer/units.js";

/**
 * `part`: what was changed; `to`: where it went, for merged and moved; `name`: what it was called before,
 * "" for its usual name; `before`: the moves of these units before, for moved.
 * @typedef {{kind: "added" | "renamed" | "merged" | "moved", part: string, to: string, name: string, before: Map<string, string | undefined>}} Change
 */

/** The partition that holds the file as it was. */
const ORIGINAL = "original";
const LONGEST = 32;

/** Latin letters that no normal form takes apart. @type {Record<string, string>} */
const LETTERS = { ß: "ss", æ: "ae", œ: "oe", ø: "o", đ: "d", ð: "d", ł: "l", þ: "th", ħ: "h", ı: "i" };

/**
 * @param {string} name as its owner writes it
 * @returns {string} what can stand in the clear: `[a-z0-9-]`, at most 32; empty where the name has no Latin letters
 */
export function idFrom(name) {
  const plain = name.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "").replace(/[^\0-\x7f]/gu, (letter) => LETTERS[letter] ?? "-");
  return plain.replace(/[^a-z0-9]+/g, "-").slice(0, LONGEST).replace(/^-+|-+$/g, "");
}

/** @param {string} base @param {Set<string>} taken @returns {string} the base, or the base with the first free number */
function free(base, taken) {
  if (!taken.has(base)) return base;
  for (let n = 2; ; n += 1) {
    const end = `-${n}`;
    const made = base.slice(0, LONGEST - end.length).replace(/-+$/, "") + end;
    if (!taken.has(made)) return made;
  }
}

export class Parts {
  /** @param {ReadonlyMap<string, string>} [names] what the owner calls parts already */
  constructor(names = new Map()) {
    /** @type {Set<string>} */
    this.known = new Set(PARTS);
    this.names = new Map([...names].filter(([, name]) => name));
    /** From a part to the one that it goes into. @type {Map<string, string>} */
    this.into = new Map();
    /** In the order in which they were made. @type {Change[]} */
    this.changes = [];
  }

  /** @returns {string[]} those that something can go to, in their order */
  get shown() {
    return ordered([...this.known].filter((part) => !this.into.has(part)));
  }

  /** Own parts that the servers have already. @param {Iterable<string>} parts */
  learn(parts) {
    for (const part of parts) if (part !== ORIGINAL) this.known.add(part);
  }

  /** @param {string} part @returns {string} where what goes to it ends */
  finalOf(part) {
    return finalOf(part, this);
  }

  /** @param {string} name @returns {{neutral: string, telling: string}} ids that are free; telling: made from the name, or the same */
  idsFor(name) {
    const taken = new Set([...this.known, ORIGINAL]);
    let n = 1;
    while (taken.has(`part-${n}`)) n += 1;
    const base = idFrom(name);
    return { neutral: `part-${n}`, telling: base ? free(base, taken) : `part-${n}` };
  }

  /**
   * The names to remember once these parts are saved; "" for one that has its usual name again.
   * @param {string[]} saved @returns {[string, string][]}
   */
  given(saved) {
    const renamed = this.changes.filter(({ kind }) => kind === "renamed").map(({ part }) => part);
    return [...new Set([...saved, ...renamed])].filter((part) => this.names.has(part) || renamed.includes(part)).map((part) => [part, this.names.get(part) ?? ""]);
  }

  /** @param {string} part its id, free @param {string} name @returns {Change} */
  add(part, name) {
    this.known.add(part);
    this.names.set(part, name);
    return this.#noted({ kind: "added", part });
  }

  /**
   * One change however often it is done, because only the last name matters.
   * @param {string} part @param {string} name "" for its usual one @returns {Change | null} null when it is called as it was
   */
  rename(part, name) {
    const earlier = this.changes.find(({ kind, part: which }) => kind === "renamed" && which === part);
    const before = earlier ? earlier.name : this.names.get(part) ?? "";
    this.changes = this.changes.filter((each) => each !== earlier);
    this.#call(part, name);
    return name === before ? null : this.#noted({ kind: "renamed", part, name: before });
  }

  /** @param {string} part @param {string} to another that is shown, or NOWHERE @returns {Change} */
  merge(part, to) {
    this.into.set(part, to);
    return this.#noted({ kind: "merged", part, to });
  }

  /** @param {string} to @param {Map<string, string | undefined>} before @returns {Change} */
  moved(to, before) {
    return this.#noted({ kind: "moved", part: "", to, before });
  }

  /** Take a change of parts back; what was done since stays. @param {Change} change */
  undo(change) {
    this.changes = this.changes.filter((each) => each !== change);
    if (change.kind === "renamed") this.#call(change.part, change.name);
    if (change.kind === "merged") this.into.delete(change.part);
    if (change.kind === "added") this.#remove(change.part);
  }

  /** A part that was made here, with all that was done to it. @param {string} part */
  #remove(part) {
    this.known.delete(part);
    this.names.delete(part);
    this.into.delete(part);
    for (const [from, to] of this.into) if (to === part) this.into.delete(from);
    this.changes = this.changes.filter((each) => each.part !== part && each.to !== part);
  }

  /** @param {string} part @param {string} name */
  #call(part, name) {
    if (name) this.names.set(part, name);
    else this.names.delete(part);
  }

  /** @param {Partial<Change> & Pick<Change, "kind" | "part">} change @returns {Change} */
  #noted(change) {
    const made = { to: "", name: "", before: new Map(), ...change };
    this.changes.push(made);
    return made;
  }
}
