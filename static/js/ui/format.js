/**
 * Dates, times and sizes in the language of the page, times always with their zone.
 *
 * A relative word ("today") never stands alone: it comes with the absolute time.
 * @module
 */

/** @typedef {Date | number | string} Moment a Date, seconds since 1970, or ISO text */

const DAY = 86_400_000;

/**
 * What the platform formats by: the page's language, which says the order of day and month.
 *
 * Digits are 0-9 and years those of the Gregorian calendar everywhere, as in records and on devices: the Arabic zero is
 * a dot, and a dose is not to be read in two ways.
 * @param {string} [tag] @returns {string}
 */
export const locale = (tag = globalThis.document?.documentElement.lang || "en-GB") => `${tag}-u-ca-gregory-nu-latn`;

/** The last second that a Date can hold. */
const LAST = 8.64e12;

/**
 * @param {Moment} when seconds beyond what a Date can hold, which somebody else may have signed, are its last
 * @returns {Date}
 * @throws {RangeError} for what is no time
 */
export function moment(when) {
  const found = when instanceof Date ? when : new Date(typeof when === "number" ? Math.min(when, LAST) * 1000 : when);
  if (Number.isNaN(found.getTime())) throw new RangeError("not a time");
  return found;
}

/** Making a format takes far longer than using it, and lists use few. @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/** @param {Moment} when @param {Intl.DateTimeFormatOptions} options of few kinds @returns {string} */
export function shown(when, options) {
  const name = locale() + JSON.stringify(options);
  const known = formats.get(name) ?? new Intl.DateTimeFormat(locale(), options);
  formats.set(name, known);
  return known.format(moment(when));
}

/** "20 November 2026" @param {Moment} when */
export const date = (when) => shown(when, { day: "numeric", month: "long", year: "numeric" });

/** "20 Nov 2026" @param {Moment} when */
export const shortDate = (when) => shown(when, { day: "numeric", month: "short", year: "numeric" });

/** "Friday 20 November" @param {Moment} when */
export const weekday = (when) => shown(when, { weekday: "long", day: "numeric", month: "long" });

/** "09:20 GMT" @param {Moment} when */
export const time = (when) => shown(when, { hour: "2-digit", minute: "2-digit", timeZoneName: "short" });

/** "20 November 2026 at 09:20 GMT" @param {Moment} when */
export const dateTime = (when) => shown(when, {
  day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short",
});

/**
 * Which word may stand beside a day: "today", "yesterday", or none.
 * @param {Moment} when @param {Date} [now] @returns {"today" | "yesterday" | ""}
 */
export function relative(when, now = new Date()) {
  const days = Math.round((midnight(now) - midnight(moment(when))) / DAY);
  if (days === 0) return "today";
  return days === 1 ? "yesterday" : "";
}

/** @param {Date} when @returns {number} */
const midnight = (when) => new Date(when.getFullYear(), when.getMonth(), when.getDate()).getTime();

/**
 * A date that a record gives, as exact as it gives it: "2024", "August 2024", "3 August 2024". No zone is added.
 * @param {string} text such as 2024, 2024-08, 2024-08-03 or 2024-08-03T09:00:00Z; anything else is shown as it is
 */
export function recordDate(text) {
  const [, year, month, day] = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?(?:T.*)?$/.exec(text) ?? [];
  if (!year) return text;
  const when = new Date(Date.UTC(Number(year), Number(month ?? 1) - 1, Number(day ?? 1)));
  if (Number.isNaN(when.getTime())) return text;
  /** @type {Intl.DateTimeFormatOptions} */
  const options = { timeZone: "UTC", year: "numeric" };
  if (month) options.month = "long";
  if (day) options.day = "numeric";
  return shown(when, options);
}

/**
 * "184 kB": octets in the unit that gives one to three digits.
 * @param {number} octets
 */
export function size(octets) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  const step = octets < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(octets) / 3));
  const value = octets / 1000 ** step;
  return new Intl.NumberFormat(locale(), {
    style: "unit", unit: units[step], unitDisplay: step ? "short" : "long", maximumFractionDigits: step && value < 10 ? 1 : 0,
  }).format(value);
}

/** @param {number} n @returns {string} */
export const number = (n) => new Intl.NumberFormat(locale()).format(n);

/** "Personal, Medical and Insurance" @param {string[]} names */
export const list = (names) => new Intl.ListFormat(locale(), { type: "conjunction" }).format(names);
