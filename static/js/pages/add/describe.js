/** What is shown of a unit and of a file; words from the page, contents in the file's own. @module */

import { list, recordDate, size } from "../../ui/format.js";
import { has, t } from "../../ui/messages.js";

/** @typedef {import("./importing.js").Unit} Unit */
/** @typedef {import("./draft.js").Draft} Draft */

const NAMES = 3;
const LONG = 60;
const DECIMALS = 2;
/** Lines once made: lists are drawn anew after every move. @type {WeakMap<Unit, string>} */
const details = new WeakMap();

/** @param {string} name @returns {string} */
const shortened = (name) => (name.length > LONG ? `${name.slice(0, LONG - 1).trimEnd()}\u2026` : name);

/** @param {Unit} unit @returns {string[]} what a section holds, when its line does not show all of it */
export const furtherNames = ({ names }) => (names.length > NAMES || names.some((name) => name.length > LONG) ? names : []);

/** @param {Unit} unit @returns {string} */
export function titleOf({ title, kind, type }) {
  if (title) return title;
  return t(type === "section" ? "kind.section" : `kind.${kind}`);
}

/** @param {Unit} unit @returns {string} the line below the title */
export function detailOf(unit) {
  const known = details.get(unit) ?? (unit.type === "section" ? sectionDetail(unit) : factDetail(unit)).filter(Boolean).join(", ");
  details.set(unit, known);
  return known;
}

/** @param {Unit} unit @returns {string[]} */
function sectionDetail({ names, items, kind, date }) {
  if (!names.length) return [t(`kind.${kind}`), dated(kind, date)];
  const shown = names.slice(0, NAMES).map(shortened);
  const more = items - shown.length;
  return [more > 0 && names.length > NAMES ? t("add.names", { names: shown.join(", "), n: more }) : list(shown), dated(kind, date)];
}

/** @param {Unit} unit @returns {string[]} */
function factDetail({ title, kind, text, value, unit, date, status }) {
  const measured = value ? [readable(value), unitWord(unit)].filter(Boolean).join(" ") : "";
  return [title ? t(`kind.${kind}`) : "", text ?? "", measured, dated(kind, date), statusWord(status)];
}

/** Some systems write a dozen decimals: the record keeps them, this line does not. @param {string} value */
const readable = (value) => (/^-?\d+\.\d{4,}$/.test(value) ? Number(value).toFixed(DECIMALS) : value);

/** Words in braces are not units but what is counted (UCUM). @param {string | undefined} unit */
const unitWord = (unit) => unit?.replace(/^\{(.*)\}$/, "$1") ?? "";

/** @param {string} kind @param {string | undefined} date @returns {string} */
function dated(kind, date) {
  if (!date) return "";
  const shown = recordDate(date);
  if (kind === "patient") return t("add.born", { date: shown });
  return kind === "problem" ? t("add.since", { date: shown }) : shown;
}

/** @param {string | undefined} status as the file says; only what changes the meaning is shown */
function statusWord(status) {
  return status && has(`status.${status}`) ? t(`status.${status}`) : "";
}

/** What people look for first stands first. */
const KINDS = ["allergy", "problem", "medication", "result", "vital", "immunisation", "procedure", "encounter", "document",
  "coverage", "claim", "patient", "other"];

/** "12 medicines" @param {string} kind @param {number} n */
export const kindWords = (kind, n) => t(`kinds.${has(`kinds.${kind}`) ? kind : "other"}`, { n });

/** "12 medicines, 3 allergies and 1 visit" @param {Record<string, number>} counts of items by kind @returns {string} */
export function countsWords(counts) {
  const kinds = KINDS.filter((kind) => counts[kind]);
  return kinds.length ? list(kinds.map((kind) => kindWords(kind, counts[kind]))) : t("add.none");
}

/** @param {number} n */
export const itemsWords = (n) => (n ? t("add.items", { n }) : t("add.none"));

/** @param {Draft} draft @returns {string} what the file says of itself */
export function aboutFile({ file, prepared: { title, date, units } }) {
  const n = units.reduce((sum, { items }) => sum + items, 0);
  const values = { items: t("add.items", { n }), size: size(file.size) };
  if (title && date) return t("add.about", { ...values, title, date: recordDate(date) });
  if (title) return t("add.about.undated", { ...values, title });
  return date ? t("add.about.untitled", { ...values, date: recordDate(date) }) : t("add.about.bare", values);
}

/**
 * What was found in a file that is turned down, and what can be done.
 * @param {{code: string, params?: import("../../importer/refused.js").Params}} refused
 */
export function refusalWords({ code, params = {} }) {
  /** @type {Record<string, string | number>} */
  const values = {};
  for (const [name, value] of Object.entries(params)) if (typeof value === "string" || typeof value === "number") values[name] = value;
  // A line is a place to look for, not an amount.
  if ("line" in values) values.line = String(values.line);
  if (has(`broken.${values.what}`)) values.what = t(`broken.${values.what}`, { max: Number(values.max) });
  if (has(`version.${values.version}`)) values.version = t(`version.${values.version}`);
  const known = has(`refused.${code}`) ? code : "unknown";
  return { found: t(`refused.${known}`, values), advice: t(`advice.${known}`, values) };
}

/** @param {import("./draft.js").Notice} notice @returns {string} what stays in the original file only */
export function leftOutWords({ code, params }) {
  const n = Number(params.n ?? 1);
  if (code !== "left-out") return t(`add.note.${code}`, { n });
  return t("add.left-out.section", { n, type: String(params.type), reason: t(`add.reason.${params.reason}`) });
}
