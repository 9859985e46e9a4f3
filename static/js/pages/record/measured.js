/** Results and vital signs: the newest value first, with flag, reference, what was before and a small line. @module */

import { dayOf, daysOf, isOutside, isPending, panels, points, testsOf } from "../../reader/results.js";
import { homeOf } from "../../reader/summary.js";
import { shownUnit } from "../../reader/units.js";
import { clone, el, fill, onAction, show, slot } from "../../ui/dom.js";
import { icon } from "../../ui/icons.js";
import { t } from "../../ui/messages.js";
import { folded } from "./fit.js";
import { freshMark } from "./fresh.js";
import { filteredOut, notRead } from "./lists.js";
import { sourceOf } from "./sources.js";
import { spark } from "./spark.js";
import { measured, nameOf, rangeText, shortDate } from "./words.js";

/** @typedef {import("../../reader/results.js").Test} Test */
/** @typedef {import("../../reader/summary.js").Known} Known */
/** @typedef {import("../../reader/facts.js").Flag} Flag */
/** @typedef {import("./view.js").View} View */
/** @typedef {import("./lists.js").Panel} Panel */
/** @typedef {(test: Test) => void} OnTrend */

const VITALS = 9;

/** @param {Flag} flag */
const arrow = (flag) => icon(flag.endsWith("high") ? "arrow-up" : flag.endsWith("low") ? "arrow-down" : "flag", 16);

/** @param {Flag | undefined} flag @returns {Node[]} arrow and word; nothing for what is as expected */
export function flagNodes(flag) {
  if (!flag || flag === "normal") return [];
  return [clone("t-flag", { icon: arrow(flag), label: t(`flag.${flag}`) })];
}

/** @param {Known} known @returns {Node[]} */
function flagArrow({ flag }) {
  if (!flag || flag === "normal") return [];
  return [el("span", { class: "nhsuk-u-visually-hidden" }, ` ${t(`flag.${flag}`)}`), arrow(flag)];
}

/** @param {Known} known @returns {HTMLElement} */
const when = ({ date }) => el("span", { class: "results__when" }, date ? shortDate(date) : t("record.no-date"));

/**
 * @param {Known | undefined} known
 * @param {boolean} dated by the head of its column
 * @returns {(Node | string)[]} an earlier value, with its date where its column does not say it
 */
function before(known, dated) {
  if (!known) return [];
  const date = dated ? [] : [when(known)];
  return [el("span", { class: isOutside(known) ? "results__out" : "" }, measured(known, false)), ...flagArrow(known), ...date];
}

/** @param {Test} test @param {string[] | undefined} days @returns {(Known | undefined)[]} the values of the three columns */
function columnsOf({ latest, earlier }, days) {
  return days ? days.map((day) => [latest, ...earlier].find((each) => dayOf(each) === day)) : [latest, earlier[0], earlier[1]];
}

/** @param {Known | undefined} known @param {boolean} dated @returns {(Node | string)[]} the newest value of a row */
function newest(known, dated) {
  if (!known) return [];
  const value = isPending(known) ? t("record.pending") : measured(known, known.value === undefined && known.components.length > 2);
  return [value, ...(dated ? [] : [when(known)]), ...onPhone(known, dated)];
}

/** @param {View} view @param {Test} test @param {string[] | undefined} days @returns {HTMLTableRowElement} */
function resultRow(view, test, days) {
  const [first, second, third] = columnsOf(test, days);
  const dated = days !== undefined;
  const row = clone("t-result", {
    name: [nameOf(test.latest), ...freshMark(test.latest)], unit: shownUnit(test.unit), source: sourceOf(view, nameOf(test.latest), test.told), value: newest(first, dated),
    flag: flagNodes(first?.flag), range: rangeNode(test.latest), before: before(second, dated), earlier: before(third, dated), trend: trendButton(test),
  }).querySelector("tr");
  const made = /** @type {HTMLTableRowElement} */ (row);
  made.classList.toggle("results__row--out", first !== undefined && isOutside(first));
  made.dataset.outside = `${test.outside}`;
  return made;
}

/** What has columns of its own on wider screens. @param {Known} known @param {boolean} dated @returns {Node[]} */
function onPhone({ date, range }, dated) {
  const lines = [dated ? shortDate(date) : "", range ? t("record.trend-reference", { range: rangeText(range) }) : ""].filter(Boolean);
  return lines.map((line) => el("span", { class: "results__when results__when--phone" }, line));
}

/** Numbers stay on one line; words may break. @param {Known} known */
function rangeNode({ range }) {
  const numbers = range?.low !== undefined || range?.high !== undefined;
  return el("span", { class: numbers ? "results__range" : "" }, rangeText(range));
}

/** @param {Test} test @returns {Node[]} only where a line has two ends */
function trendButton(test) {
  const found = points(test);
  if (found.length < 2) return [];
  const button = clone("t-trend-button", { label: t("record.trend", { test: nameOf(test.latest) }), picture: spark(test, found) });
  button.dataset.test = test.key;
  return [button];
}

/** @param {HTMLElement} made @param {Test[]} tests @param {OnTrend} onTrend */
function trending(made, tests, onTrend) {
  onAction(made, { trend: (button) => {
    const chosen = tests.find(({ key }) => key === button.dataset.test);
    if (chosen) onTrend(chosen);
  } });
}

/** @param {View} view @param {OnTrend} onTrend @returns {Panel & {tests: Test[]}} */
export function resultsPanel(view, onTrend) {
  const [tests, total] = [testsOf(view.facts.filter(view.keep), "result"), testsOf(view.facts, "result").length];
  if (!tests.length) return { shown: 0, total, tests, nodes: [total ? filteredOut(total) : nothing(view, "result")] };
  const outside = tests.filter((test) => test.outside).length;
  const made = clone("t-results", { outside: t("record.outside", { n: outside }) });
  const table = /** @type {HTMLTableElement} */ (made.querySelector("table"));
  const groups = panels(tests);
  const days = daysOf(tests);
  if (days) fill(made, { first: shortDate(days[0]), second: shortDate(days[1]), third: days[2] ? shortDate(days[2]) : null });
  for (const group of groups) table.append(panelBody(group, groups.length > 1, (test) => resultRow(view, test, days)));
  choosing(made, table, outside);
  trending(made, tests, onTrend);
  return { shown: tests.length, total, tests, nodes: [made] };
}

/**
 * @param {import("../../reader/results.js").Panel} group
 * @param {boolean} several groups are there
 * @param {(test: Test) => HTMLTableRowElement} rowOf
 * @returns {HTMLTableSectionElement}
 */
function panelBody({ panel, often, tests }, several, rowOf) {
  const body = el("tbody", {});
  const name = often ? t("record.often") : panel !== undefined && tests.length > 1 ? panel : "";
  if (name && (several || !often)) body.append(/** @type {Node} */ (clone("t-panel-head", { name }).querySelector("tr")));
  body.append(...tests.map(rowOf));
  return body;
}

/** @param {HTMLElement} made @param {HTMLTableElement} table @param {number} outside */
function choosing(made, table, outside) {
  const buttons = [...made.querySelectorAll(".choice-button")];
  const choose = (/** @type {HTMLElement} */ pressed, /** @type {boolean} */ only) => {
    for (const button of buttons) button.setAttribute("aria-pressed", `${button === pressed}`);
    for (const row of /** @type {NodeListOf<HTMLElement>} */ (table.querySelectorAll("tr[data-outside]"))) show(row, !only || row.dataset.outside === "true");
    for (const body of table.tBodies) show(body, [...body.rows].some((row) => !row.hidden && !row.classList.contains("results__panel")));
    show(slot(made, "none"), only && outside === 0);
  };
  onAction(made, { all: (button) => choose(button, false), outside: (button) => choose(button, true) });
}

/** @param {View} view @param {string} kind @returns {HTMLElement} */
function nothing(view, kind) {
  const home = homeOf(view, kind);
  return home === "read" ? clone("t-nothing", { text: t(`nothing.${kind}`) }) : clone("t-hidden", { text: notRead(home, kind) });
}

/** @param {View} view @param {Test} test @returns {HTMLTableRowElement} */
function vitalRow(view, test) {
  const { latest, earlier: [previous] } = test;
  const made = clone("t-vital", {
    name: [nameOf(latest), ...freshMark(latest), ...sourceOf(view, nameOf(latest), test.told)], value: [measured(latest), ...flagNodes(latest.flag), when(latest)],
    before: previous ? [measured(previous), when(previous)] : [], trend: trendButton(test),
  });
  return /** @type {HTMLTableRowElement} */ (made.querySelector("tr"));
}

/** @param {View} view @param {OnTrend} onTrend @returns {Panel & {tests: Test[]}} */
export function vitalsPanel(view, onTrend) {
  const [tests, total] = [testsOf(view.facts.filter(view.keep), "vital"), testsOf(view.facts, "vital").length];
  if (!tests.length) return { shown: 0, total, tests, nodes: [total ? filteredOut(total) : nothing(view, "vital")] };
  const rows = tests.map((test) => vitalRow(view, test));
  const made = clone("t-vitals", { rows });
  trending(made, tests, onTrend);
  return { shown: rows.length, total, tests, nodes: [made, ...folded(rows, VITALS)] };
}
