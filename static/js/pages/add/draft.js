/**
 * What an owner is deciding about one file: where each unit goes, which parts there are, and which
 * warnings are answered.
 *
 * It knows neither the page nor the servers, and holds no words.
 * @module
 */
import { NOWHERE, Parts } from "./parts.js";

/** @typedef {import("./importing.js").Prepared} Prepared */
/** @typedef {import("./importing.js").Unit} Unit */
/** @typedef {import("./importing.js").Outline} Outline */
/** @typedef {import("../../importer/words.js").Notice} Notice */
/** @typedef {"name" | "unknown" | "patients" | "embedded"} CautionKind */
/**
 * Something that the owner should look at. `units`: ids of what can be moved; `others`: how much says
 * the same and cannot be; `movable`: moving is the safer answer.
 * @typedef {{key: string, kind: CautionKind, part: string, units: string[], others: number, copies: number,
 *   n: number, type: string, movable: boolean}} Caution
 */
/** How a warning was answered; `before` are the moves to go back to. @typedef {{caution: Caution, moved: number, before: Map<string, string> | null}} Answer */

/** Notices that only tell what stays in the original file. */
export const LEFT_OUT = ["left-out", "entries-empty", "entries-untyped", "card-signature", "instructions", "no-patient"];

/** Notices of what a file tells whoever opens it, or how it was taken. */
export const FILE_NOTES = ["pdf-locked", "picture-place", "dicom-name", "dicom-packed", "embedded-broken", "embedded-more",
  "apple-daily", "apple-dropped", "apple-clinical", "apple-beside", "apple-private"];

export class Draft {
  /** @param {{name: string, size: number, type: string}} file @param {Prepared} prepared @param {ReadonlyMap<string, string>} [names] what the owner calls parts */
  constructor(file, prepared, names) {
    this.file = file;
    this.parts = new Parts(names);
    this.prepared = prepared;
    /** @type {Map<string, string>} */
    this.moves = new Map();
    this.copies = true;
    /** The record whose next version it becomes; null for a new one. @type {import("../../endpoint/again.js").Onto | null} */
    this.onto = null;
    /** @type {Outline} */
    this.outline = prepared.outline;
    /** By the caution's key. @type {Map<string, Answer>} */
    this.answers = new Map();
    this.byId = new Map(prepared.units.map((unit) => [unit.id, unit]));
  }

  get choices() {
    const { into, names } = this.parts;
    return { moves: this.moves, copies: this.copies, into, names };
  }

  /** @param {string} id @returns {Unit} */
  unit(id) {
    return /** @type {Unit} */ (this.byId.get(id));
  }

  /** @param {Unit} unit @returns {string} the part that it goes to, or NOWHERE */
  partOf(unit) {
    return this.parts.finalOf(this.moves.get(unit.id) ?? unit.partition);
  }

  /** Whether nothing was decided yet. */
  get isUntouched() {
    return !this.moves.size && !this.parts.changes.length && !this.answers.size && this.copies;
  }

  /** Whether nothing is left to save. */
  get isEmpty() {
    return this.prepared.units.every((unit) => this.partOf(unit) === NOWHERE);
  }

  /** @param {Iterable<string>} ids @param {string} part */
  move(ids, part) {
    for (const id of ids) {
      if (this.unit(id).partition === part) this.moves.delete(id);
      else this.moves.set(id, part);
    }
  }

  /** Several at once, as one change that can be taken back. @param {string[]} ids @param {string} part */
  moveSeveral(ids, part) {
    const before = new Map(ids.map((id) => [id, this.moves.get(id)]));
    this.move(ids, part);
    return this.parts.moved(part, before);
  }

  /** Take a change of parts back, with the moves that it made or made possible. @param {import("./parts.js").Change} change */
  takeBack(change) {
    if (change.kind === "added") for (const [id, part] of this.moves) if (part === change.part) this.moves.delete(id);
    for (const [id, earlier] of change.before) this.#restore(id, earlier);
    this.parts.undo(change);
  }

  /** @param {string} id @param {string | undefined} part where it was moved to before; a part that is gone since is none */
  #restore(id, part) {
    if (part !== undefined && (part === NOWHERE || this.parts.known.has(part))) this.moves.set(id, part);
    else this.moves.delete(id);
  }

  /** @param {string} part @returns {Unit[]} what is copied there for safety */
  copiesIn(part) {
    if (!this.copies || part === NOWHERE) return [];
    return this.prepared.units.filter((unit) => ![part, NOWHERE].includes(this.partOf(unit))
      && unit.copies.some((copy) => this.parts.finalOf(copy) === part));
  }

  /** @param {string} part @returns {Unit[]} what is there: first what needs a look, then what was moved, then the file's order */
  unitsIn(part) {
    const here = this.prepared.units.filter((unit) => this.partOf(unit) === part);
    const looked = this.flagged();
    const rank = (/** @type {Unit} */ { id }) => (looked.has(id) ? 0 : this.moves.has(id) ? 1 : 2);
    return here.map((unit) => ({ unit, order: rank(unit) })).sort((a, b) => a.order - b.order).map(({ unit }) => unit);
  }

  /** @returns {Set<string>} ids of units that an open warning is about, unless it is about nearly all of a part */
  flagged() {
    const about = this.open().filter(({ kind, movable }) => kind !== "name" || movable);
    return new Set(about.flatMap(({ units }) => units));
  }

  /** @param {string} part @returns {number} items there, copies included */
  count(part) {
    const here = this.prepared.units.filter((unit) => this.partOf(unit) === part);
    return [...here, ...this.copiesIn(part)].reduce((sum, { items }) => sum + items, 0);
  }

  /** @returns {number} items that are in the record */
  get items() {
    return this.prepared.units.reduce((sum, unit) => sum + (this.partOf(unit) === NOWHERE ? 0 : unit.items), 0);
  }

  /** @param {string} part @param {string} kind @returns {number} items of a kind there, copies included */
  held(part, kind) {
    return this.outline.counts[part]?.[kind] ?? 0;
  }

  /** @returns {Caution[]} everything to look at, answered or not */
  cautions() {
    const { notices } = this.outline;
    return [
      ...this.#only("names-patient").map((params) => this.#name(params)),
      ...this.#unknown(this.#only("unknown-section")),
      ...notices.filter(({ code }) => code.startsWith("patients-")).map(({ params }) => caution("patients", "", { n: Number(params.n) })),
      ...this.#only("embedded").map(({ type, partition, units }) => caution("embedded", partition, { units, type, n: 1 })),
    ];
  }

  /** @returns {Caution[]} */
  open() {
    return this.cautions().filter((one) => !this.isAnswered(one));
  }

  /** A warning that has grown since it was answered is open again. @param {Caution} one */
  isAnswered({ key, units, others }) {
    const answer = this.answers.get(key);
    if (!answer) return false;
    const known = answer.moved ? [] : answer.caution.units;
    return units.every((id) => known.includes(id)) && others <= answer.caution.others;
  }

  /** @param {string} code @returns {any[]} */
  #only(code) {
    return this.outline.notices.filter((notice) => notice.code === code).map(({ params }) => params);
  }

  /** @param {any} params @returns {Caution} */
  #name({ partition, naming, units, copies }) {
    const here = this.prepared.units.filter((unit) => this.partOf(unit) === partition).length;
    const movable = units.length > 0 && units.length * 2 <= here;
    return caution("name", partition, { units, copies: copies.length, others: naming - units.length - copies.length, n: units.length, movable });
  }

  /** @param {any[]} found @returns {Caution[]} one for each part */
  #unknown(found) {
    return [...Map.groupBy(found, ({ partition }) => partition)].map(([part, group]) => {
      const units = group.flatMap(({ units: ids }) => ids);
      return caution("unknown", part, { units, n: units.length });
    });
  }

  /** Leave things as they are. @param {Caution} one */
  leave(one) {
    this.answers.set(one.key, { caution: one, moved: 0, before: null });
  }

  /** Move what a warning is about. @param {Caution} one @param {string} part */
  moveAll(one, part) {
    this.answers.set(one.key, { caution: one, moved: one.units.length, before: new Map(this.moves) });
    this.move(one.units, part);
  }

  /** Take an answer back, with the moves that it made and no others. @param {string} key */
  undo(key) {
    const answer = this.answers.get(key);
    this.answers.delete(key);
    if (!answer?.before) return;
    for (const id of answer.caution.units) this.#restore(id, answer.before.get(id));
  }
}

/** @param {CautionKind} kind @param {string} part @param {Partial<Caution>} more @returns {Caution} */
function caution(kind, part, more) {
  return { key: `${kind} ${part}`, kind, part, units: [], others: 0, copies: 0, n: 0, type: "", movable: false, ...more };
}
