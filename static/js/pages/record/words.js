/** How a record's values are written: names, numbers with units, dates as precise as their source, doses. @module */

import { isPair, pairOf } from "../../reader/pressure.js";
import { shownNumber, shownUnit } from "../../reader/units.js";
import { el } from "../../ui/dom.js";
import { recordDate, shown } from "../../ui/format.js";
import { has, t } from "../../ui/messages.js";

/** @typedef {import("../../reader/facts.js").Fact} Fact */
/** @typedef {import("../../reader/facts.js").Dose} Dose */
/** @typedef {import("../../reader/facts.js").Range} Range */
/** @typedef {import("../../reader/partition.js").Value} Value */

/** A number stays on one line with its unit. */
const NBSP = "\u00a0";
const COMPARED = new Map([["<=", "≤"], [">=", "≥"]]);

/** @param {Fact} fact */
export const nameOf = (fact) => fact.name || (isPair(fact) ? t("record.blood-pressure") : fact.code?.value) || t("record.unnamed");

/** A value without its unit. @param {Value | undefined} value @returns {string} */
export function valueText(value) {
  if (!value) return "";
  if (value.code) return value.code.display ?? value.code.value ?? "";
  if (value.value === "true") return t("record.yes");
  if (value.value === "false") return t("record.no");
  const number = shownNumber(value.value);
  const comparator = COMPARED.get(value.comparator ?? "") ?? value.comparator;
  return comparator ? `${comparator} ${number}` : number;
}

/** @param {Value | undefined} value @returns {string} with its unit */
export const valueWithUnit = (value) => [valueText(value), shownUnit(value?.unit)].filter(Boolean).join(NBSP);

/**
 * "120/80", with the unit once.
 * @param {Fact} fact
 * @param {boolean} units
 * @returns {string} empty for what is no blood pressure
 */
function pressure(fact, units) {
  const [upper, lower] = pairOf(fact)?.map(({ value }) => value) ?? [];
  if (!upper || !lower) return "";
  const both = `${valueText(upper)}/${valueText(lower)}`;
  return units ? [both, shownUnit(upper.unit)].filter(Boolean).join(NBSP) : both;
}

/** What was measured, or each of its parts. @param {Fact} fact @param {boolean} [units] @returns {string} */
export function measured(fact, units = true) {
  const write = units ? valueWithUnit : valueText;
  const own = write(fact.value);
  const told = own || pressure(fact, units);
  if (told || !fact.components.length) return told;
  return fact.components.filter(({ value }) => value).map(({ name, value }) => `${name} ${write(value)}`).join(", ");
}

/** @param {Range | undefined} range @returns {string} */
export function rangeText(range) {
  if (!range) return "";
  const [low, high] = [shownNumber(range.low), shownNumber(range.high)];
  if (low && high) return `${low}–${high}`;
  if (low) return `≥ ${low}`;
  return high ? `≤ ${high}` : range.text ?? "";
}

/**
 * A record's own date, short: "2009", "Aug 2026", "12 Nov 2026".
 * @param {string | undefined} iso @returns {string} empty where there is none
 */
export function shortDate(iso) {
  const [, year, month, day] = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?/.exec(iso ?? "") ?? [];
  if (!year) return iso ?? "";
  const when = new Date(Date.UTC(Number(year), Number(month ?? 1) - 1, Number(day ?? 1)));
  if (Number.isNaN(when.getTime())) return iso ?? "";
  return shown(when, { timeZone: "UTC", year: "numeric", month: month ? "short" : undefined, day: day ? "numeric" : undefined });
}

/** A date that sorts by its ISO text. @param {string | undefined} iso @param {(iso: string) => string} [write] */
export function dateNode(iso, write = shortDate) {
  if (!iso) return el("span", { class: "fact__date" }, t("record.no-date"));
  return el("time", { datetime: iso }, write(iso));
}

/** Long, for a sentence. @param {string | undefined} iso */
export const longDate = (iso) => (iso ? recordDate(iso) : t("record.no-date"));

/** A birth date with the age. @param {string} iso @param {number | undefined} years */
export const born = (iso, years) => (years === undefined ? longDate(iso) : t("record.age", { date: longDate(iso), n: years }));

/** @param {Dose["every"]} every @returns {string} */
function frequency(every) {
  if (!every) return "";
  const [times, period] = [Number(every.times ?? 1), Number(every.period ?? 1)];
  const unit = every.unit ?? "";
  if (period === 1 && has(`dose.times-${unit}`)) return t(`dose.times-${unit}`, { n: times });
  if (times === 1 && has(`dose.every-${unit}`)) return t(`dose.every-${unit}`, { n: period });
  return t("dose.rate", { times: every.times ?? "", period: every.period ?? "", unit });
}

/** @param {Fact} fact of a medicine @returns {(Node | string)[]} the amount first, bold */
export function doseNodes({ dose, note }) {
  const amount = [shownNumber(dose?.amount), dose?.amount ? shownUnit(dose?.unit) : ""].filter(Boolean).join(NBSP);
  const rest = [frequency(dose?.every), dose?.route, dose?.asNeeded ? t("dose.as-needed") : "", dose?.text, note && t("dose.for", { reason: note })];
  const told = rest.filter(Boolean).join(", ");
  if (!amount && !told) return [el("span", { class: "box__quiet" }, t("dose.none"))];
  return [...(amount ? [el("strong", {}, amount), " "] : []), told];
}

/** Money as its source counts it. @param {{value: string, currency?: string} | undefined} amount */
export const moneyText = (amount) => (amount ? [amount.value, amount.currency].filter(Boolean).join(" ") : "");

/** @param {string | undefined} status @returns {string} with a capital: the source's own word */
export function statusText(status) {
  return status ? status.replaceAll("-", " ") : "";
}

/** "Tuesday 24 November 2026 at 08:31 GMT" @param {Date} when */
export const dayAndTime = (when) => shown(when, {
  weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short",
});
