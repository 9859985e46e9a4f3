/** The panels that come first: allergies, active problems, current medicines. @module */

import { notNow } from "../../endpoint/verdicts.js";
import { clone, el, slot } from "../../ui/dom.js";
import { list as listed } from "../../ui/format.js";
import { t } from "../../ui/messages.js";
import { partName } from "../../ui/parts.js";
import { explain } from "../../ui/states.js";
import { HOME, homeOf, listOf, toldOf } from "../../reader/summary.js";
import { moment } from "../../reader/times.js";
import { freshWords } from "./fresh.js";
import { sourceOf } from "./sources.js";
import { dateNode, doseNodes, longDate, nameOf, shortDate, statusText } from "./words.js";

/** @typedef {import("../../reader/summary.js").List} List */
/** @typedef {import("../../reader/summary.js").Row} Row */
/** @typedef {import("../../reader/summary.js").Known} Known */
/** @typedef {import("./view.js").View} View */

const PAST = { problem: "record.past-problems", medication: "record.past-medicines", allergy: "record.past-allergies" };

/** A small mark beside a name. @param {string} label */
export const factMark = (label) => clone("t-mark", { label });

/** @param {View} view @param {Row} row @returns {(Node | string)[]} the name, and where it stands */
const named = (view, { fact, all }) => [nameOf(fact), ...sourceOf(view, nameOf(fact), toldOf(all))];

/** @param {View} view @param {Row} row @returns {HTMLElement} */
function allergy(view, row) {
  const { fact, all } = row;
  const severe = all.some((each) => each.severe);
  const worst = all.find((each) => each.severe) ?? fact;
  const reactions = worst.reactions.map(({ name, severity }) => [name, severity].filter(Boolean).join(", "));
  const told = reactions.length ? reactions.join("; ") : severe ? "" : worst.severity ?? "";
  const note = [...(severe ? [clone("t-severe"), " "] : []), [told, doubt(fact), freshWords(fact)].filter(Boolean).join(" · ")];
  const made = clone("t-fact", { name: named(view, row), date: fact.date ? dateNode(fact.date) : "", note });
  if (severe) made.dataset.keep = "";
  return made;
}

/** @param {Known} fact @returns {string} */
function doubt({ verification }) {
  return verification && verification !== "confirmed" ? t("record.unconfirmed") : "";
}

/** @param {View} view @param {Row} row @returns {HTMLElement} */
function problem(view, row) {
  const { fact } = row;
  const note = [fact.severity, doubt(fact), freshWords(fact)].filter(Boolean).join(" · ");
  return clone("t-fact", { name: named(view, row), date: fact.date ? dateNode(fact.date) : "", note });
}

/** @param {View} view @param {Row} row @returns {HTMLElement} */
function medicine(view, row) {
  const { fact } = row;
  const made = clone("t-medicine", { name: "", dose: doseNodes(fact), since: fact.date ? dateNode(fact.date) : "" });
  const line = /** @type {HTMLTableRowElement} */ (made.querySelector("tr"));
  const paused = ["on-hold", "suspended"].includes(fact.status ?? "") ? statusText(fact.status) : "";
  const marks = [endOf(fact), paused, freshWords(fact)].filter(Boolean);
  const [name, ...source] = named(view, row);
  slot(line, "name").append(name, ...marks.flatMap((label) => [" ", factMark(label)]), ...source);
  return line;
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

/** Why the part of a kind says nothing here, and never whether there is anything in it. @param {"hidden" | "unread" | "away"} home @param {string} kind */
export function notRead(home, kind) {
  if (home === "away") return explain(notNow());
  return t(home === "unread" ? "record.unread" : `hidden.${kind}`, { part: partName(HOME[kind]) });
}

/** Copies stand in another part for safety, and need not be all. @param {List} list @param {string} kind @returns {HTMLElement[]} */
function elsewhere({ state, home }, kind) {
  if (home === "read" || state === home) return [];
  const text = home === "hidden" ? t("hidden.more", { part: partName(HOME[kind]) }) : notRead(home, kind);
  return [clone("t-denied", { text })];
}

/** @param {List} list @param {string} kind @returns {HTMLElement[]} */
function answer(list, kind) {
  if (list.state === "hidden" || list.state === "unread" || list.state === "away") return [clone("t-hidden", { text: notRead(list.state, kind) })];
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

/**
 * What a box shows: how many of how many, its nodes, and its rows for whoever fits them in.
 * @typedef {{shown: number, total: number, nodes: HTMLElement[], rows?: HTMLElement[]}} Panel
 */

/** @param {number} hidden by the search @returns {HTMLElement} never the words of a box that is empty by itself */
export const filteredOut = (hidden) => clone("t-filtered", { text: t("find.nothing-here", { n: hidden }) });

/** @param {View} view @param {"allergy" | "problem" | "medication"} kind @returns {Panel} */
export function listPanel(view, kind) {
  const list = listOf(view.records, view.facts, kind, view.now, homeOf(view, kind));
  const found = list.rows.filter(({ all }) => all.some(view.keep));
  const rows = found.map((row) => MAKE[kind](view, row));
  const empty = list.rows.length ? [filteredOut(list.rows.length)] : answer(list, kind);
  const nodes = [...(rows.length ? [frame(kind, rows)] : empty), ...absences(list, kind), ...elsewhere(list, kind), ...beside(list, kind)];
  return { shown: rows.length, total: list.rows.length, nodes, rows };
}
