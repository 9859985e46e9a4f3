/**
 * The trend of one test: a line, or a bar for each blood pressure, drawn with attributes alone. Every
 * point can be reached by keyboard, and its values stand in a table below.
 * @module
 */

import { isOutside, points } from "../../reader/results.js";
import { pairOf } from "../../reader/pressure.js";
import { shownNumber, shownUnit } from "../../reader/units.js";
import { numberOf } from "../../reader/facts.js";
import { el } from "../../ui/dom.js";
import { t } from "../../ui/messages.js";
import { flagNodes } from "./measured.js";
import { folded } from "./fit.js";
import { scale, svg } from "./svg.js";
import { measured, nameOf, rangeText, shortDate } from "./words.js";

/** @typedef {import("../../reader/results.js").Test} Test */
/** @typedef {import("../../reader/results.js").Point} Point */
/** @typedef {{x: (at: number) => number, y: (value: number) => number, low: number, high: number}} Scales */

const WIDTH = 380;
const HEIGHT = 190;
const EDGE = { left: 46, right: 46, top: 14, bottom: 28 };
const RIGHT = WIDTH - EDGE.right;
/** What of the table stands before it is unfolded. */
const ROOM = 5;

/** @param {Point[]} found @param {number[]} bounds @returns {Scales} */
function scales(found, bounds) {
  const values = [...found.flatMap(({ value, lower }) => (lower === undefined ? [value] : [value, lower])), ...bounds];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = (high - low) * 0.08 || Math.abs(high) * 0.1 || 1;
  return {
    low, high,
    x: scale({ from: found[0].at, to: /** @type {Point} */ (found.at(-1)).at }, { from: EDGE.left, to: RIGHT }),
    y: scale({ from: low - margin, to: high + margin }, { from: HEIGHT - EDGE.bottom, to: EDGE.top }),
  };
}

/** @param {number} left @param {number} top @param {boolean} outside @returns {Element} a diamond outside the reference, a dot inside: shapes print */
function shape(left, top, outside) {
  if (!outside) return svg("circle", { class: "trend__dot", cx: left, cy: top, r: 4 });
  return svg("path", { class: "trend__diamond", d: `M${left} ${top - 6}l6 6l-6 6l-6 -6z` });
}

/** @param {Point} point @returns {string} "5.6 mmol/L, 12 Nov 2026, High" */
function told({ known }) {
  const flag = isOutside(known) ? t(`flag.${known.flag}`) : "";
  return [measured(known), shortDate(known.date), flag].filter(Boolean).join(", ");
}

/** @param {Point} point @param {Scales} at @returns {SVGElement} */
function mark(point, { x, y }) {
  const { at, value, lower, known } = point;
  const [left, top] = [x(at), y(value)];
  const pair = pairOf(known);
  const out = pair ? pair.map((each) => Boolean(each.flag && each.flag !== "normal")) : [isOutside(known)];
  const bar = lower === undefined ? [] : [svg("line", { class: "trend__pair", x1: left, x2: left, y1: top, y2: y(lower) }), shape(left, y(lower), out[1])];
  const area = svg("rect", { class: "trend__area", x: left - 8, y: EDGE.top, width: 16, height: HEIGHT - EDGE.top - EDGE.bottom });
  return svg("g", { class: "trend__point", role: "img", tabindex: "-1", "aria-label": told(point) }, area, ...bar, shape(left, top, out[0]));
}

/** @param {Test} test @param {Point[]} found @param {string} words @returns {{picture: SVGElement, marks: SVGElement[]}} */
function picture(test, found, words) {
  const range = test.latest.range;
  const [low, high] = [numberOf(range?.low), numberOf(range?.high)];
  const at = scales(found, [low, high].filter((each) => each !== undefined));
  const [top, bottom] = [high === undefined ? EDGE.top : at.y(high), low === undefined ? HEIGHT - EDGE.bottom : at.y(low)];
  const area = { x: EDGE.left, y: top, width: RIGHT - EDGE.left, height: Math.max(0, bottom - top) };
  const band = low === undefined && high === undefined ? [] : [svg("rect", { class: "trend__band", ...area })];
  const line = found.map((each) => `${at.x(each.at).toFixed(1)},${at.y(each.value).toFixed(1)}`).join(" ");
  const lines = found[0].lower === undefined ? [svg("polyline", { class: "trend__line", points: line, fill: "none" })] : [];
  const marks = found.map((each) => mark(each, at));
  const made = svg("svg", { class: "trend__picture", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "group", "aria-label": words },
    ...band, ...bounds(at, [low, high]), ...lines, ...marks, ...labels(found, at));
  return { picture: made, marks };
}

/** @param {Scales} at @param {(number | undefined)[]} values @returns {Element[]} the edges of the reference, with their numbers */
function bounds(at, values) {
  const known = values.filter((each) => each !== undefined);
  const lines = known.map((value) => svg("line", { class: "trend__bound", x1: EDGE.left, x2: RIGHT, y1: at.y(value), y2: at.y(value) }));
  // Without a reference the scale is that of the values.
  const marked = known.length ? known : [at.low, at.high];
  return [...lines, ...marked.map((value) => svg("text", {
    class: "trend__text", x: EDGE.left - 8, y: at.y(value) + 4, "text-anchor": "end", "aria-hidden": "true",
  }, shownNumber(`${value}`)))];
}

/** @param {Point[]} found @param {Scales} at @returns {Element[]} */
function labels(found, at) {
  const last = /** @type {Point} */ (found.at(-1));
  const ends = [found[0], last].map(({ at: time, known }, index) => svg("text", {
    class: "trend__text", x: at.x(time), y: HEIGHT - 8, "text-anchor": index ? "end" : "start", "aria-hidden": "true",
  }, shortDate(known.date)));
  const values = last.lower === undefined ? [[last.value, measured(last.known, false)]] : [[last.value, `${last.value}`], [last.lower, `${last.lower}`]];
  return [...ends, ...values.map(([value, text]) => svg("text", {
    class: "trend__last", x: at.x(last.at) + 9, y: at.y(Number(value)) + 4, "aria-hidden": "true",
  }, `${text}`))];
}

/** @type {Record<string, (at: number, last: number) => number>} */
const MOVES = {
  ArrowRight: (at, last) => Math.min(at + 1, last), ArrowLeft: (at) => Math.max(at - 1, 0), Home: () => 0, End: (_at, last) => last,
};

/**
 * One stop for the whole picture; arrows go from point to point, and what is reached is written out.
 * @param {SVGElement} shown @param {SVGElement[]} marks @param {HTMLElement} said
 */
function walk(shown, marks, said) {
  const choose = (/** @type {number} */ place, focus = false) => {
    marks.forEach((each, index) => each.setAttribute("tabindex", index === place ? "0" : "-1"));
    said.textContent = marks[place].getAttribute("aria-label");
    if (focus) marks[place].focus();
  };
  const placeOf = (/** @type {Event} */ { target }) => marks.findIndex((each) => target instanceof Node && each.contains(target));
  shown.addEventListener("keydown", (event) => {
    const at = placeOf(event);
    if (at < 0 || !Object.hasOwn(MOVES, event.key)) return;
    event.preventDefault();
    choose(MOVES[event.key](at, marks.length - 1), true);
  });
  for (const name of ["pointerover", "focusin"]) {
    shown.addEventListener(name, (event) => { if (placeOf(event) >= 0) choose(placeOf(event)); });
  }
  choose(marks.length - 1);
}

/** @param {Point[]} found @returns {HTMLElement[]} the newest first */
function table(found) {
  const rows = found.toReversed().map(({ known }) => el("tr", {}, el("th", { scope: "row" }, shortDate(known.date)),
    el("td", { class: "cell--end" }, measured(known)), el("td", {}, ...flagNodes(known.flag))));
  return [el("table", { class: "chart-table trend__values" }, el("tbody", {}, ...rows)), ...folded(rows, ROOM)];
}

/** @param {Test} test @returns {{title: string, unit: string, nodes: Node[]}} */
export function trend(test) {
  const found = points(test);
  const [from, to] = [found[0].known.date, found.at(-1)?.known.date].map(shortDate);
  const range = rangeText(test.latest.range);
  const outside = found.some(({ known }) => isOutside(known)) ? `◆ ${t("record.trend-outside")}` : "";
  const notes = [outside, range ? t("record.trend-reference", { range }) : ""].filter(Boolean).join(" · ");
  const title = nameOf(test.latest);
  const { picture: shown, marks } = picture(test, found, t("record.trend-text", { test: title, n: found.length, from, to }));
  const said = el("p", { class: "trend__said" });
  walk(shown, marks, said);
  return { title, unit: shownUnit(test.unit), nodes: [said, shown, ...(notes ? [el("p", { class: "box__quiet" }, notes)] : []), ...table(found)] };
}
