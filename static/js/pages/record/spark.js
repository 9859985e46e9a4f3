/** A line as small as a word, beside the numbers that it is drawn from. @module */

import { numberOf } from "../../reader/facts.js";
import { isOutside } from "../../reader/results.js";
import { scale, svg } from "./svg.js";

/** @typedef {import("../../reader/results.js").Test} Test */
/** @typedef {import("../../reader/results.js").Point} Point */

const [WIDTH, HEIGHT, EDGE] = [60, 20, 4];
/** More would not be seen. */
const MOST = 24;

/** @param {Test} test @param {Point[]} all @returns {SVGElement} for eyes alone: the row has the numbers */
export function spark(test, all) {
  const found = all.slice(-MOST);
  const values = found.flatMap(({ value, lower }) => (lower === undefined ? [value] : [value, lower]));
  const x = scale({ from: found[0].at, to: /** @type {Point} */ (found.at(-1)).at }, { from: EDGE, to: WIDTH - EDGE });
  const y = scale({ from: Math.min(...values), to: Math.max(...values) }, { from: HEIGHT - EDGE, to: EDGE });
  const line = (/** @type {(point: Point) => number} */ of) => svg("polyline", {
    class: "trend__line", fill: "none", points: found.map((each) => `${x(each.at).toFixed(1)},${y(of(each)).toFixed(1)}`).join(" "),
  });
  const last = /** @type {Point} */ (found.at(-1));
  const lines = [line(({ value }) => value), ...(last.lower === undefined ? [] : [line(({ value, lower }) => lower ?? value)])];
  const dot = svg("circle", { class: isOutside(last.known) ? "trend__diamond" : "trend__dot", cx: x(last.at), cy: y(last.value), r: 3 });
  return svg("svg", { class: "spark", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT, "aria-hidden": "true", focusable: "false" },
    ...band(test, y), ...lines, dot);
}

/** @param {Test} test @param {(value: number) => number} y @returns {SVGElement[]} the reference, as far as it is in the picture */
function band({ latest: { range } }, y) {
  const [low, high] = [numberOf(range?.low), numberOf(range?.high)];
  if (low === undefined && high === undefined) return [];
  const inside = (/** @type {number} */ at) => Math.min(HEIGHT, Math.max(0, at));
  const [top, bottom] = [high === undefined ? 0 : inside(y(high)), low === undefined ? HEIGHT : inside(y(low))];
  return [svg("rect", { class: "trend__band", x: 0, y: top, width: WIDTH, height: Math.max(0, bottom - top) })];
}
