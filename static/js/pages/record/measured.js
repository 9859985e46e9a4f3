/** Results and vital signs: the newest value first, with flag, reference and what was before. @module */

import { isOutside, isPending, panels, points, testsOf } from "../../reader/results.js";
import { shownUnit } from "../../reader/units.js";
import { clone, el, onAction, show, slot } from "../../ui/dom.js";
import { icon } from "../../ui/icons.js";
import { t } from "../../ui/messages.js";
import { freshMark } from "./fresh.js";
import { folded } from "./lists.js";
import { dateNode, measured, nameOf, rangeText, shortDate } from "./words.js";

/** @typedef {import("../../reader/results.js").Test} Test */
/** @typedef {import("../../reader/summary.js").Known} Known */
/** @typedef {import("../../reader/facts.js").Flag} Flag */
/** @typedef {import("./view.js").View} View */

const VITALS = 9;

/** @param {Flag} flag */
const arrow = (flag) => icon(flag.endsWith("high") ? "arrow-up" : flag.endsWith("low") ? "arrow-down" : "flag", 16);

/** @param {Flag | undefined} flag @returns {Node[]} arrow and word; nothing for what is as expected */
export function flagNodes(flag) {
  if (!flag || flag === "normal") return [];
  return [clone("t-flag", { icon: arrow(flag), label: t(`flag.${flag}`) })];
}

/**
 * @param {Known | undefined} known
 * @param {boolean} units
 * @returns {(Node | string)[]} an earlier value with its date below
 */
function before(known, units) {
  if (!known) return [];
  const date = el("span", { class: "results__when" }, shortDate(known.date));
  return [el("span", { class: isOutside(known) ? "results__out" : "" }, measured(known, units)), ...flagArrow(known), date];
}

/** @param {Known} known @returns {Node[]} */
function flagArrow({ flag }) {
  if (!flag || flag === "normal") return [];
  return [el("span", { class: "nhsuk-u-visually-hidden" }, ` ${t(`flag.${flag}`)}`), arrow(flag)];
}

/** @param {Test} test @returns {HTMLTableRowElement} */
function resultRow(test) {
  const { latest, earlier } = test;
  const value = isPending(latest) ? t("record.pending") : measured(latest, latest.value === undefined);
  const row = clone("t-result", {
    name: [nameOf(latest), ...freshMark(latest)], unit: shownUnit(test.unit), value: [value, ...onPhone(latest)], flag: flagNodes(latest.flag), range: rangeNode(latest),
    date: dateNode(latest.date), before: before(earlier[0], false), earlier: before(earlier[1], false), trend: trendButton(test),
  }).querySelector("tr");
  const made = /** @type {HTMLTableRowElement} */ (row);
  made.classList.toggle("results__row--out", test.outside);
  return made;
}

/** What has columns of its own on wider screens. @param {Known} known @returns {Node[]} */
function onPhone({ date, range }) {
  const lines = [shortDate(date), range ? t("record.trend-reference", { range: rangeText(range) }) : ""].filter(Boolean);
  return lines.map((line) => el("span", { class: "results__when results__when--phone" }, line));
}

/** Numbers stay on one line; words may break. @param {Known} known */
function rangeNode({ range }) {
  const numbers = range?.low !== undefined || range?.high !== undefined;
  return el("span", { class: numbers ? "results__range" : "" }, rangeText(range));
}

/** @param {Test} test @returns {Node[]} only where a line has two ends */
function trendButton(test) {
  if (points(test).length < 2) return [];
  const button = clone("t-trend-button", { label: t("record.trend", { test: test.name }) });
  button.dataset.test = test.key;
  return [button];
}

/** @param {View} view @param {(test: Test) => void} onTrend @returns {{count: string, nodes: HTMLElement[]}} */
export function resultsPanel(view, onTrend) {
  const tests = testsOf(view.facts, "result");
  if (!tests.length) return { count: "", nodes: [nothing(view, "result")] };
  const outside = tests.filter((test) => test.outside).length;
  const made = clone("t-results", { outside: t("record.outside", { n: outside }) });
  const table = /** @type {HTMLTableElement} */ (made.querySelector("table"));
  for (const { panel, tests: inside } of panels(tests)) table.append(panelBody(panel, inside, view));
  choosing(made, table, outside);
  onAction(made, { trend: (button) => {
    const chosen = tests.find(({ key }) => key === button.dataset.test);
    if (chosen) onTrend(chosen);
  } });
  return { count: `${tests.length}`, nodes: [made] };
}

/** @param {string | undefined} panel @param {Test[]} tests @param {View} view @returns {HTMLTableSectionElement} */
function panelBody(panel, tests, view) {
  const body = el("tbody", {});
  const grouped = panel !== undefined && tests.length > 1;
  if (grouped) body.append(/** @type {Node} */ (clone("t-panel-head", { name: panel }).querySelector("tr")));
  const rows = tests.map((test) => {
    const row = resultRow(test);
    if (view.records.length > 1) row.title = t("record.of", { date: shortDate(test.latest.recorded) });
    return row;
  });
  body.append(...rows);
  return body;
}

/** @param {HTMLElement} made @param {HTMLTableElement} table @param {number} outside */
function choosing(made, table, outside) {
  const buttons = [...made.querySelectorAll(".choice-button")];
  const choose = (/** @type {HTMLElement} */ pressed, /** @type {boolean} */ only) => {
    for (const button of buttons) button.setAttribute("aria-pressed", `${button === pressed}`);
    for (const row of table.querySelectorAll("tbody tr:not(.results__panel)")) show(row, !only || row.classList.contains("results__row--out"));
    for (const body of table.tBodies) show(body, [...body.rows].some((row) => !row.hidden && !row.classList.contains("results__panel")));
    show(slot(made, "none"), only && outside === 0);
  };
  onAction(made, { all: (button) => choose(button, false), outside: (button) => choose(button, true) });
}

/** @param {View} view @param {string} kind @returns {HTMLElement} */
function nothing(view, kind) {
  const hidden = !view.shared.includes("medical");
  return clone(hidden ? "t-hidden" : "t-nothing", { text: t(`${hidden ? "hidden" : "nothing"}.${kind}`) });
}

/** @param {Test} test @returns {HTMLTableRowElement} */
function vitalRow({ latest, earlier: [previous] }) {
  const made = clone("t-vital", {
    name: [nameOf(latest), ...freshMark(latest)], value: [measured(latest), ...flagNodes(latest.flag)], date: dateNode(latest.date),
    before: previous ? [measured(previous), el("span", { class: "results__when" }, shortDate(previous.date))] : [],
  });
  return /** @type {HTMLTableRowElement} */ (made.querySelector("tr"));
}

/** @param {View} view @returns {{count: string, nodes: HTMLElement[]}} */
export function vitalsPanel(view) {
  const tests = testsOf(view.facts, "vital");
  if (!tests.length) return { count: "", nodes: [nothing(view, "vital")] };
  const rows = tests.map(vitalRow);
  return { count: `${rows.length}`, nodes: [clone("t-vitals", { rows }), ...folded(rows, VITALS)] };
}
