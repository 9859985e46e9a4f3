/**
 * What somebody typed into the form, and what it means: words, numbers and dates.
 *
 * It knows neither the page nor FHIR, and holds no words.
 * @module
 */

/** One row of a list, by field. @typedef {Record<string, string>} Row */
/**
 * Everything that was typed, as it was typed. A ticked box is "yes"; a date is three fields
 * (`since-day`, `since-month`, `since-year`).
 * @typedef {{fields: Record<string, string>, lists: Record<string, Row[]>}} Typed
 */

export const LISTS = Object.freeze(["problems", "treatments", "medicines", "allergies"]);

/** What stands in the form before anything was typed: no entry by itself. */
const PRESET = /^(?:visit-kind|date-(?:day|month|year)|[a-z]+-unit)$/;
const NUMBER = /^\d{1,4}(?:\.\d{1,3})?$/;
const [FIRST_YEAR, LAST_YEAR] = [1890, 2199];

/** What no file can hold is replaced by the sign for it. @param {string} text */
export const clean = (text) => text.toWellFormed().replace(/[\ufffe\uffff]/gu, "\ufffd");

/** @param {Record<string, string>} from fields or a row @param {string} name @returns {string} in one line's white space */
export const words = (from, name) => clean(from[name] ?? "").replace(/\s+/gu, " ").trim();

/** @param {Row} row @returns {boolean} */
export const isBlank = (row) => Object.keys(row).every((name) => !words(row, name));

/** @param {Typed} typed @param {string} list @returns {{row: Row, index: number}[]} rows in which something stands */
export function rowsOf({ lists }, list) {
  return (lists[list] ?? []).map((row, index) => ({ row, index })).filter(({ row }) => !isBlank(row));
}

/** @param {Typed} typed @returns {boolean} whether nothing was entered */
export function isEmpty(typed) {
  return LISTS.every((list) => !rowsOf(typed, list).length)
    && Object.keys(typed.fields).every((name) => PRESET.test(name) || !words(typed.fields, name));
}

/** Digits of any script as ASCII: a keyboard may write Arabic or Devanagari ones. @param {string} text */
export function plainDigits(text) {
  return text.replace(/\p{Nd}/gu, (digit) => {
    const code = /** @type {number} */ (digit.codePointAt(0));
    let zero = code;
    // Digits of a script stand in tens; the one before its zero is none.
    while (code - zero < 9 && /^\p{Nd}$/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
    return String(code - zero);
  });
}

/**
 * @param {string} text such as "5.60", "5,6" or "٥٫٦"
 * @returns {string | null} the same as JSON writes numbers, every digit kept; null when it is none
 */
export function decimal(text) {
  const plain = plainDigits(text).replace(/\s/gu, "").replace(/[,\u066b]/u, ".");
  return NUMBER.test(plain) ? plain.replace(/^0+(?=\d)/, "") : null;
}

/**
 * @typedef {{text: string, wrong?: undefined} | {text: "", wrong: "day" | "month" | "year"}} ReadDate
 * text: as exact as it was typed, such as 2024, 2024-08 or 2024-08-03; "" for none. wrong: the field to correct
 */

/** @param {Record<string, string>} from @param {string} name @returns {ReadDate} */
export function readDate(from, name) {
  const [day, month, year] = ["day", "month", "year"].map((part) => plainDigits(words(from, `${name}-${part}`)));
  if (!day && !month && !year) return { text: "" };
  if (!/^\d{4}$/.test(year) || Number(year) < FIRST_YEAR || Number(year) > LAST_YEAR) return { text: "", wrong: "year" };
  if (!month && !day) return { text: year };
  if (!/^\d{1,2}$/.test(month) || Number(month) < 1 || Number(month) > 12) return { text: "", wrong: "month" };
  const soFar = `${year}-${month.padStart(2, "0")}`;
  if (!day) return { text: soFar };
  const days = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  if (!/^\d{1,2}$/.test(day) || Number(day) < 1 || Number(day) > days) return { text: "", wrong: "day" };
  return { text: `${soFar}-${day.padStart(2, "0")}` };
}

/** @param {string} one @param {string} other @returns {boolean} whether one is surely before the other, dates as exact as they are */
export function isBefore(one, other) {
  const length = Math.min(one.length, other.length);
  return Boolean(length) && one.slice(0, length) < other.slice(0, length);
}

/** @param {Date} now @returns {string} the day where the device is */
export function today(now) {
  const pad = (/** @type {number} */ n) => String(n).padStart(2, "0");
  return `${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}`;
}
