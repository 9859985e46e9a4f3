/**
 * What is wrong with what was typed, and what is only unlikely; by code, for the page to say in words.
 * @module
 */
import { BLOOD_PRESSURE, MEASURES, unitOf } from "./measures.js";
import { decimal, isBefore, isEmpty, LISTS, readDate, rowsOf, today, words } from "./typed.js";

/** @typedef {import("./typed.js").Typed} Typed */
/** @typedef {import("./typed.js").Row} Row */
/** field: the id of what to look at; `values` fill the words. @typedef {{field: string, code: string, values?: Record<string, string>}} Finding */

/** Dates in each kind of row; the first is not after the second. @type {Record<string, string[]>} */
const DATES = { problems: ["since"], treatments: ["date"], medicines: ["since", "until"], allergies: [] };
/** Dates of the form itself that tell of what has been. */
const PAST = ["date"];

/** @param {string} list @param {number} index @param {string} name @returns {string} the id of a row's field */
export const rowField = (list, index, name) => `${list}-${index}-${name}`;

/** @param {Record<string, string>} from @param {string} name @param {string} id @returns {Finding[]} */
function dateErrors(from, name, id) {
  const { wrong } = readDate(from, name);
  return wrong ? [{ field: `${id}-${wrong}`, code: `date-${wrong}` }] : [];
}

/** @param {Typed} typed @returns {Finding[]} */
function numberErrors({ fields }) {
  const names = [...BLOOD_PRESSURE.parts.map(({ name }) => name), ...MEASURES.map(({ name }) => name)];
  const wrong = names.filter((name) => words(fields, name) && decimal(words(fields, name)) === null).map((name) => ({ field: name, code: `number.${name}` }));
  const given = BLOOD_PRESSURE.parts.filter(({ name }) => words(fields, name));
  const missing = given.length === 1 ? BLOOD_PRESSURE.parts.filter((part) => !given.includes(part)) : [];
  return [...missing.map(({ name }) => ({ field: name, code: `pair.${name}` })), ...wrong];
}

/** @param {string} list @param {Row} row @param {number} index @returns {Finding[]} */
function rowErrors(list, row, index) {
  const id = (/** @type {string} */ name) => rowField(list, index, name);
  const found = words(row, "name") ? [] : [{ field: id("name"), code: `name.${list}` }];
  found.push(...DATES[list].flatMap((name) => dateErrors(row, name, id(name))));
  const [first, last] = DATES[list].map((name) => readDate(row, name).text);
  if (first && last && isBefore(last, first)) found.push({ field: id("until-year"), code: "order" });
  return found;
}

/** "There are none" and one of them. @param {Typed} typed @param {Date} now @returns {Finding[]} */
function contradictions(typed, now) {
  const { fields } = typed;
  const current = rowsOf(typed, "medicines").some(({ row }) => !isBefore(readDate(row, "until").text, today(now)));
  const found = [];
  if (fields["no-allergies"] && rowsOf(typed, "allergies").length) found.push({ field: "no-allergies", code: "both.allergies" });
  if (fields["no-medicines"] && current) found.push({ field: "no-medicines", code: "both.medicines" });
  return found;
}

/** @param {Typed} typed @returns {Finding[]} */
function coverErrors({ fields }) {
  const more = words(fields, "policy") || ["day", "month", "year"].some((part) => words(fields, `insured-${part}`));
  const missing = more && !words(fields, "insurer") ? [{ field: "insurer", code: "insurer" }] : [];
  return [...missing, ...dateErrors(fields, "insured", "insured")];
}

/**
 * @param {Typed} typed @param {Date} now
 * @returns {Finding[]} what has to be corrected, in the order of the form
 */
export function errorsIn(typed, now) {
  if (isEmpty(typed)) return [{ field: "place", code: "empty" }];
  const rows = (/** @type {string} */ list) => rowsOf(typed, list).flatMap(({ row, index }) => rowErrors(list, row, index));
  const [problems, treatments, medicines, allergies] = LISTS.map(rows);
  const both = contradictions(typed, now);
  const of = (/** @type {string} */ field) => both.filter((each) => each.field === field);
  return [
    ...dateErrors(typed.fields, "date", "date"), ...problems, ...numberErrors(typed), ...treatments,
    ...of("no-medicines"), ...medicines, ...of("no-allergies"), ...allergies, ...coverErrors(typed),
  ];
}

/** @param {Typed} typed @returns {Finding[]} numbers that hardly anybody has */
function ranges({ fields }) {
  const all = [...BLOOD_PRESSURE.parts, ...MEASURES.map((each) => ({ name: each.name, unit: unitOf(each, fields) }))];
  return all.flatMap(({ name, unit }) => {
    const value = decimal(words(fields, name));
    if (value === null || (Number(value) >= unit.least && Number(value) <= unit.most)) return [];
    return [{ field: name, code: `range.${name}`, values: { value, unit: unit.shown } }];
  });
}

/** @param {Typed} typed @param {Date} now @returns {Finding[]} */
function futures(typed, now) {
  const later = (/** @type {Record<string, string>} */ from, /** @type {string} */ name, /** @type {string} */ id) => {
    const { text } = readDate(from, name);
    return text && isBefore(today(now), text) ? [{ field: `${id}-year`, code: "future", values: { date: text } }] : [];
  };
  return [
    ...PAST.flatMap((name) => later(typed.fields, name, name)),
    ...LISTS.flatMap((list) => rowsOf(typed, list).flatMap(({ row, index }) =>
      DATES[list].filter((name) => name !== "until").flatMap((name) => later(row, name, rowField(list, index, name))))),
  ];
}

/**
 * What is unlikely and may be so all the same.
 * @param {Typed} typed without errors @param {Date} now
 * @returns {Finding[]}
 */
export function doubtsIn(typed, now) {
  const [upper, lower] = BLOOD_PRESSURE.parts.map(({ name }) => decimal(words(typed.fields, name)));
  const swapped = upper !== null && lower !== null && Number(upper) <= Number(lower);
  return [...futures(typed, now), ...(swapped ? [{ field: "systolic", code: "swapped", values: { upper, lower } }] : []), ...ranges(typed)];
}
