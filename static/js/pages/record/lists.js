/** The panels that come first: allergies, active problems, current medicines. @module */

import { clone, el, onAction, slot } from "../../ui/dom.js";
import { list as listed } from "../../ui/format.js";
import { t } from "../../ui/messages.js";
import { listOf } from "../../reader/summary.js";
import { moment } from "../../reader/times.js";
import { freshWords } from "./fresh.js";
import { dateNode, doseNodes, longDate, nameOf, shortDate, statusText } from "./words.js";

/** @typedef {import("../../reader/summary.js").List} List */
/** @typedef {import("../../reader/summary.js").Row} Row */
/** @typedef {import("../../reader/summary.js").Known} Known */
/** @typedef {import("./view.js").View} View */

/** How many rows stand before "Show all": the first screen holds them. Allergies all stand. */
const ROOM = { problem: 7, medication: 8, allergy: Infinity };
/** The same where each row also says which record it is of. */
const LESS = { problem: 5, medication: 5, allergy: Infinity };
const PAST = { problem: "record.past-problems", medication: "record.past-medicines", allergy: "record.past-allergies" };

/** A small mark beside a name. @param {string} label */
export const factMark = (label) => clone("t-mark", { label });

/** @param {View} view @param {Known} known @returns {string} which record says it, where there are several */
function recordOf(view, known) {
  return view.records.length > 1 ? t("record.of", { date: shortDate(known.recorded) }) : "";
}

/** @param {View} view @param {Row} row @returns {HTMLElement} */
function allergy(view, { fact, all }) {
  const severe = all.some((each) => each.severe);
  const worst = all.find((each) => each.severe) ?? fact;
  const reactions = worst.reactions.map(({ name, severity }) => [name, severity].filter(Boolean).join(", "));
  const told = reactions.length ? reactions.join("; ") : severe ? "" : worst.severity ?? "";
  const note = [...(severe ? [clone("t-severe"), " "] : []), [told, doubt(fact), freshWords(fact), recordOf(view, fact)].filter(Boolean).join(" · ")];
  return clone("t-fact", { name: nameOf(fact), date: fact.date ? dateNode(fact.date) : "", note });
}

/** @param {Known} fact @returns {string} */
function doubt({ verification }) {
  return verification && verification !== "confirmed" ? t("record.unconfirmed") : "";
}

/** @param {View} view @param {Row} row @returns {HTMLElement} */
function problem(view, { fact }) {
  const note = [fact.severity, doubt(fact), freshWords(fact), recordOf(view, fact)].filter(Boolean).join(" · ");
  return clone("t-fact", { name: nameOf(fact), date: fact.date ? dateNode(fact.date) : "", note });
}

/** @param {View} view @param {Row} row @returns {HTMLElement} */
function medicine(view, { fact }) {
  const made = clone("t-medicine", { name: nameOf(fact), dose: doseNodes(fact), since: fact.date ? dateNode(fact.date) : "" });
  const row = /** @type {HTMLTableRowElement} */ (made.querySelector("tr"));
  const paused = ["on-hold", "suspended"].includes(fact.status ?? "") ? statusText(fact.status) : "";
  const marks = [endOf(fact), paused, freshWords(fact), recordOf(view, fact)].filter(Boolean);
  slot(row, "name").append(...marks.flatMap((label) => [" ", factMark(label)]));
  return row;
}

/** @param {Known} fact @returns {string} */
function endOf({ end }) {
  if (!end) return "";
  return t(moment(end) < Date.now() ? "record.end-passed" : "record.until", { date: shortDate(end) });
}

/** @param {"allergy" | "problem" | "medication"} kind @param {HTMLElement[]} rows */
function frame(kind, rows) {
  return clone(kind === "medication" ? "t-medicines" : "t-facts", { rows });
}

const MAKE = { allergy, problem, medication: medicine };

/**
 * Folds what is over the first rows, with a button that shows them; paper has all. A button takes
 * the place of a row, so that one row more than there is room for stays.
 * @param {HTMLElement[]} rows
 * @param {number} room
 * @returns {HTMLElement[]} the button
 */
export function folded(rows, room) {
  if (rows.length <= room + 1) return [];
  const fold = (/** @type {boolean} */ away) => rows.slice(room).forEach((row) => row.classList.toggle("folded", away));
  fold(true);
  const foot = clone("t-more", { label: t("record.show-all", { n: rows.length }) });
  onAction(foot, { more: (button) => {
    const open = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", `${open}`);
    button.textContent = open ? t("record.show-fewer") : t("record.show-all", { n: rows.length });
    fold(!open);
  } });
  return [foot];
}

/** What the sources say of there being none. @param {List} list @param {string} kind @returns {HTMLElement[]} */
function absences({ absent, state }, kind) {
  return [...new Set(absent.map((each) => sentence(each, kind, state)))].map((text) => clone(state === "listed" ? "t-denied" : "t-absent", { text }));
}

/** @param {Known} known @param {string} kind @param {string} state */
function sentence(known, kind, state) {
  const whole = known.absent === "none";
  if (state === "listed" && whole) return t("none.but", { name: t(`none.${kind}`) });
  if (whole) return t(`none.${kind}`);
  return t(known.negated ? "none.some-negated" : "none.some", { name: nameOf(known) });
}

/** @param {List} list @param {string} kind @returns {HTMLElement[]} */
function answer(list, kind) {
  if (list.state === "hidden") return [clone("t-hidden", { text: t(`hidden.${kind}`) })];
  const said = list.said.map(({ text }) => clone("t-said", { text }));
  if (list.state === "nothing") return [clone("t-nothing", { text: t(`nothing.${kind}`) })];
  return list.state === "none" ? [] : said;
}

/** From when until when. @param {Known} known @returns {string} */
function lasted({ date, end }) {
  return [date && longDate(date), end && t("record.until", { date: longDate(end) })].filter(Boolean).join(", ");
}

/** @param {List} list @param {"allergy" | "problem" | "medication"} kind @returns {HTMLElement[]} */
function beside(list, kind) {
  const names = listed([...new Set(list.denied.map(nameOf))]);
  const denied = names ? [clone("t-denied", { text: t(`denied.${kind}`, { names }) })] : [];
  if (!list.past.length) return denied;
  const rows = list.past.map(({ fact }) => el("li", {}, `${nameOf(fact)} `, el("span", { class: "box__quiet" }, lasted(fact))));
  const past = clone("t-more-words", { label: t(PAST[kind], { n: rows.length }), body: el("ul", { class: "fact-list fact-list--past" }, ...rows) });
  return [...denied, past];
}

/** @param {View} view @param {"allergy" | "problem" | "medication"} kind @returns {{count: string, nodes: HTMLElement[]}} */
export function listPanel(view, kind) {
  const list = listOf(view.records, view.facts, kind, view.now);
  const rows = list.rows.map((row) => MAKE[kind](view, row));
  const shown = rows.length ? [frame(kind, rows), ...folded(rows, (view.records.length > 1 ? LESS : ROOM)[kind])] : answer(list, kind);
  return { count: rows.length ? `${rows.length}` : "", nodes: [...shown, ...absences(list, kind), ...beside(list, kind)] };
}
