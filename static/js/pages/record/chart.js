/** The trend of one test: a line drawn with attributes alone, and its values as a table below. @module */

import { isOutside, points } from "../../reader/results.js";
import { shownNumber, shownUnit } from "../../reader/units.js";
import { numberOf } from "../../reader/facts.js";
import { el } from "../../ui/dom.js";
import { t } from "../../ui/messages.js";
import { flagNodes } from "./measured.js";
import { measured, rangeText, shortDate } from "./words.js";

/** @typedef {import("../../reader/results.js").Test} Test */
/** @typedef {import("../../reader/results.js").Point} Point */

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 380;
const HEIGHT = 190;
const EDGE = { left: 46, right: 46, top: 14, bottom: 28 };

/** @param {string} name @param {Record<string, string | number>} attributes @param {...(Node | string)} children */
function svg(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, `${value}`);
  made.append(...children);
  return made;
}

/**
 * @param {Point[]} found
 * @param {(number | undefined)[]} bounds
 * @returns {{x: (at: number) => number, y: (value: number) => number, low: number, high: number}}
 */
function scales(found, bounds) {
  const values = [...found.map(({ value }) => value), ...bounds.filter((each) => each !== undefined)];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const margin = (most - least) * 0.08 || Math.abs(most) * 0.1 || 1;
  const [low, high] = [least - margin, most + margin];
  const [from, to] = [found[0].at, /** @type {Point} */ (found.at(-1)).at];
  return {
    low: least, high: most,
    x: (at) => EDGE.left + ((at - from) / (to - from || 1)) * (WIDTH - EDGE.left - EDGE.right),
    y: (value) => EDGE.top + ((high - value) / (high - low)) * (HEIGHT - EDGE.top - EDGE.bottom),
  };
}

/**
 * @param {Point} point
 * @param {ReturnType<typeof scales>} at
 * @returns {Element} a diamond outside the reference, a dot inside: shapes print
 */
function mark({ at, value, known }, { x, y }) {
  const [left, top] = [x(at), y(value)];
  if (!isOutside(known)) return svg("circle", { class: "trend__dot", cx: left, cy: top, r: 4 });
  return svg("path", { class: "trend__diamond", d: `M${left} ${top - 6}l6 6l-6 6l-6 -6z` });
}

/** @param {Test} test @param {Point[]} found @returns {SVGElement} */
function picture(test, found) {
  const range = test.latest.range;
  const [low, high] = [numberOf(range?.low), numberOf(range?.high)];
  const at = scales(found, [low, high]);
  const right = WIDTH - EDGE.right;
  const top = high === undefined ? EDGE.top : at.y(high);
  const bottom = low === undefined ? HEIGHT - EDGE.bottom : at.y(low);
  const area = { x: EDGE.left, y: top, width: right - EDGE.left, height: Math.max(0, bottom - top) };
  const band = low === undefined && high === undefined ? [] : [svg("rect", { class: "trend__band", ...area })];
  const line = found.map(({ at: time, value }) => `${at.x(time).toFixed(1)},${at.y(value).toFixed(1)}`).join(" ");
  return svg("svg", { class: "trend__picture", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true", focusable: "false" },
    ...band, ...bounds(at, [low, high]), svg("polyline", { class: "trend__line", points: line, fill: "none" }),
    ...found.map((each) => mark(each, at)), ...labels(found, at));
}

/**
 * @param {ReturnType<typeof scales>} at
 * @param {(number | undefined)[]} values
 * @returns {Element[]} the edges of the reference, with their numbers
 */
function bounds(at, values) {
  const right = WIDTH - EDGE.right;
  const known = values.filter((each) => each !== undefined);
  const lines = known.map((value) => svg("line", { class: "trend__bound", x1: EDGE.left, x2: right, y1: at.y(value), y2: at.y(value) }));
  // Without a reference the scale is that of the values.
  const marked = known.length ? known : [at.low, at.high];
  return [...lines, ...marked.map((value) => svg("text", {
    class: "trend__text", x: EDGE.left - 8, y: at.y(value) + 4, "text-anchor": "end",
  }, shownNumber(`${value}`)))];
}

/** @param {Point[]} found @param {ReturnType<typeof scales>} at @returns {Element[]} */
function labels(found, at) {
  const last = /** @type {Point} */ (found.at(-1));
  const ends = [found[0], last].map(({ at: time, known }, index) => svg("text", {
    class: "trend__text", x: at.x(time), y: HEIGHT - 8, "text-anchor": index ? "end" : "start",
  }, shortDate(known.date)));
  return [...ends, svg("text", { class: "trend__last", x: at.x(last.at) + 9, y: at.y(last.value) + 4 }, measured(last.known, false))];
}

/** @param {Point[]} found @returns {HTMLElement} */
function table(found) {
  const rows = found.toReversed().map(({ known }) => el("tr", {}, el("th", { scope: "row" }, shortDate(known.date)),
    el("td", { class: "cell--end" }, measured(known)), el("td", {}, ...flagNodes(known.flag))));
  return el("table", { class: "chart-table trend__values" }, el("tbody", {}, ...rows));
}

/** @param {Test} test @returns {{title: string, unit: string, nodes: Node[]}} */
export function trend(test) {
  const found = points(test);
  const [from, to] = [found[0].known.date, found.at(-1)?.known.date].map(shortDate);
  const range = rangeText(test.latest.range);
  const outside = found.some(({ known }) => isOutside(known)) ? `◆ ${t("record.trend-outside")}` : "";
  const notes = [outside, range ? t("record.trend-reference", { range }) : ""].filter(Boolean).join(" · ");
  const words = t("record.trend-text", { test: test.name, n: found.length, from, to });
  return {
    title: test.name, unit: shownUnit(test.unit),
    nodes: [
      el("p", { class: "nhsuk-u-visually-hidden" }, words), picture(test, found),
      ...(notes ? [el("p", { class: "box__quiet" }, notes)] : []), table(found),
    ],
  };
}
