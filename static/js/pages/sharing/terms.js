/**
 * Until when, and whether earlier records too: the questions that a request and a cell ask alike.
 *
 * A grant ends at the midnight after its last day, by this device's calendar.
 * @module
 */
import { byId, show } from "../../ui/dom.js";
import { date, dateTime } from "../../ui/format.js";
import { t } from "../../ui/messages.js";

/** @typedef {import("../../endpoint/records.js").RecordView} RecordView */
/** @typedef {import("../../ui/forms.js").FieldError} FieldError */
/** What was chosen; until: Unix seconds. @typedef {{until: number | null, history: boolean}} Terms */
/** Records before and from the moment of joining, its words, and the year of the oldest. @typedef {{before: number, after: number, joined: number, words: string, year: number}} Earlier */

const FAR = 3000;

/** @param {Date} day @returns {number} Unix seconds of the midnight after that day */
export const endOf = (day) => Math.floor(new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1).getTime() / 1000);

/**
 * The last days that are offered.
 * @param {Date} today @returns {{day: Date, quarter: Date, year: Date}}
 */
export function offered(today) {
  return {
    day: new Date(today.getFullYear(), today.getMonth(), today.getDate() + 1),
    quarter: later(today, 3), year: later(today, 12),
  };
}

/** @param {Date} from @param {number} months @returns {Date} the same day of the month, or its last one */
function later(from, months) {
  const last = new Date(from.getFullYear(), from.getMonth() + months + 1, 0).getDate();
  return new Date(from.getFullYear(), from.getMonth() + months, Math.min(from.getDate(), last));
}

/**
 * What "earlier records" would mean for somebody; null when there are none, or they never joined.
 * @param {readonly RecordView[]} records own ones, oldest first
 * @param {number | null} joined Unix seconds
 * @returns {Earlier | null}
 */
export function earlierOf(records, joined) {
  if (joined === null) return null;
  const before = records.filter((one) => one.date < joined);
  if (before.length === 0) return null;
  const oldest = Math.min(...before.map((one) => one.date));
  return { before: before.length, after: records.length - before.length, joined, words: joiningWords(records, joined), year: new Date(oldest * 1000).getFullYear() };
}

/**
 * When somebody joined: the day, and the hour too where a record of that day is from before it.
 * @param {readonly RecordView[]} records @param {number} joined Unix seconds @returns {string}
 */
export function joiningWords(records, joined) {
  const sameDay = records.some((one) => one.date < joined && date(one.date) === date(joined));
  return (sameDay ? dateTime : date)(joined);
}

/**
 * Word the questions and choose what is chosen at first.
 * @param {string} prefix of the ids @param {HTMLElement} form
 * @param {{chosen: Terms | null, earlier: Earlier | null}} given chosen: null for the narrow ones
 */
export function mountTerms(prefix, form, { chosen, earlier }) {
  const days = offered(new Date());
  for (const [name, day] of Object.entries(days)) {
    byId(`${prefix}-until-${name}-hint`, form).textContent = t("terms.until", { date: date(day) });
  }
  mountUntil(prefix, form, chosen ? chosen.until : endOf(days.quarter));
  mountEarlier(prefix, form, earlier);
  radio(form, `${prefix}-history-${chosen?.history ? "yes" : "no"}`).checked = true;
  form.addEventListener("change", () => showOther(prefix, form));
}

/** @param {string} prefix @param {HTMLElement} form @param {number | null} until */
function mountUntil(prefix, form, until) {
  const days = Object.entries(offered(new Date()));
  const known = until === null ? "none" : (days.find(([, day]) => endOf(day) === until)?.[0] ?? "other");
  const endless = form.querySelector(`#${prefix}-until-none`) !== null;
  radio(form, `${prefix}-until-${known === "none" && !endless ? "quarter" : known}`).checked = true;
  if (known === "other") radio(form, `${prefix}-date`).value = isoDay(new Date((Number(until) - 1) * 1000));
  showOther(prefix, form);
}

/** @param {string} prefix @param {HTMLElement} form @param {Earlier | null} earlier */
function mountEarlier(prefix, form, earlier) {
  show(byId(`${prefix}-earlier`, form), earlier !== null);
  if (earlier === null) return;
  const { before, after, year } = earlier;
  const day = earlier.words;
  byId(`${prefix}-earlier-why`, form).textContent = t("terms.joined", { n: before, date: day });
  const label = form.querySelector(`label[for="${prefix}-history-no"]`);
  if (label) label.textContent = t("terms.only-from", { date: day });
  byId(`${prefix}-history-no-hint`, form).textContent = after ? t("terms.records", { n: after }) : t("terms.no-records");
  byId(`${prefix}-history-yes-hint`, form).textContent = t("terms.records-back", { n: before + after, year: String(year) });
}

/** @param {string} prefix @param {HTMLElement} form */
function showOther(prefix, form) {
  show(byId(`${prefix}-other`, form), radio(form, `${prefix}-until-other`).checked);
}

/** @param {HTMLElement} form @param {string} id @returns {HTMLInputElement} */
function radio(form, id) {
  return /** @type {HTMLInputElement} */ (byId(id, form));
}

/** @param {Date} day @returns {string} as a date field has it */
function isoDay(day) {
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  return `${String(day.getFullYear()).padStart(4, "0")}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

/**
 * What the questions say now.
 * @param {string} prefix @param {HTMLElement} form
 * @returns {{terms: Terms, errors: FieldError[]}} with errors the terms are not to be used
 */
export function readTerms(prefix, form) {
  const picked = form.querySelector(`input[name="${prefix}-until"]:checked`);
  const name = picked instanceof HTMLInputElement ? picked.value : "";
  const history = radio(form, `${prefix}-history-yes`).checked;
  const { until, problem } = untilOf(name, radio(form, `${prefix}-date`).value);
  const field = name === "other" ? `${prefix}-date` : `${prefix}-until-day`;
  return { terms: { until, history }, errors: problem ? [{ field, text: problem }] : [] };
}

/** @param {string} name @param {string} typed @returns {{until: number | null, problem?: string}} */
function untilOf(name, typed) {
  const days = offered(new Date());
  if (name === "none") return { until: null };
  if (name === "day" || name === "quarter" || name === "year") return { until: endOf(days[name]) };
  if (name !== "other") return { until: null, problem: t("terms.until-missing") };
  const [year, month, day] = typed.split("-").map(Number);
  if (!year || !month || !day) return { until: null, problem: t("terms.date-missing") };
  if (year >= FAR) return { until: null, problem: t("terms.date-far") };
  const until = endOf(new Date(year, month - 1, day));
  const past = until <= endOf(new Date());
  return past ? { until, problem: t("terms.date-past", { date: date(new Date()) }) } : { until };
}
