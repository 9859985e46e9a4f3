/** How often each person opened each part in the last days: a picture, and the same as a table. @module */
import { byId, clone, el, show } from "../../ui/dom.js";
import { number } from "../../ui/format.js";
import { ordered, partClass, partName } from "../../ui/parts.js";
import { face } from "./names.js";

/** @typedef {import("./entry.js").Entry} Entry */
/** @typedef {import("./names.js").Named} Named */
/** @typedef {{who: string, parts: Map<string, number>, total: number}} Sum */

const SVG = "http://www.w3.org/2000/svg";
const DAYS = 30;
const MOST = 10;

/**
 * @param {Entry[]} entries
 * @param {number} now Unix seconds
 * @returns {Sum[]} most openings first
 */
export function sums(entries, now) {
  /** @type {Map<string, Map<string, number>>} */
  const found = new Map();
  for (const { kind, who, count, time } of entries) {
    if (kind !== "opened" || time < now - DAYS * 86_400) continue;
    const parts = found.get(who) ?? new Map();
    for (const [part, times] of count) if (part !== "original") parts.set(part, (parts.get(part) ?? 0) + times);
    if (parts.size) found.set(who, parts);
  }
  return [...found].map(([who, parts]) => ({ who, parts, total: [...parts.values()].reduce((a, b) => a + b, 0) }))
    .sort((a, b) => b.total - a.total);
}

/** @param {Entry[]} entries @param {(who: string) => Named} names */
export function drawPicture(entries, names) {
  const all = sums(entries, Math.floor(Date.now() / 1000));
  show(byId("picture-some"), all.length > 0);
  show(byId("picture-none"), all.length === 0);
  if (all.length === 0) return;
  const parts = ordered(new Set(all.flatMap((one) => [...one.parts.keys()])));
  const most = all[0].total;
  byId("picture-legend").replaceChildren(...parts.map((part) => el("li", {}, el("span", { class: `${partClass(part)} swatch`, "aria-hidden": "true" }), partName(part))));
  byId("picture-rows").replaceChildren(...all.slice(0, MOST).map((one) => bar(one, parts, most, names(one.who))));
  drawTable(all, parts, names);
}

/** @param {Sum} sum @param {string[]} order @param {number} most @param {Named} named @returns {HTMLElement} */
function bar({ parts, total }, order, most, named) {
  const picture = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ class: "bars", height: "26", width: "100%", "aria-hidden": "true", focusable: "false" })) {
    picture.setAttribute(key, value);
  }
  let before = 0;
  for (const part of order) {
    const times = parts.get(part) ?? 0;
    if (times > 0) picture.append(segment(part, before / most, times / most));
    before += times;
  }
  return clone("t-bar", { avatar: face(named, 32), name: named.name, picture, total: number(total) });
}

/** @param {string} part @param {number} from of the whole width @param {number} share @returns {SVGRectElement} */
function segment(part, from, share) {
  const made = document.createElementNS(SVG, "rect");
  const percent = (/** @type {number} */ value) => `${(value * 100).toFixed(3)}%`;
  const attributes = { class: `${partClass(part)} bars__part`, x: percent(from), y: "1", width: percent(share), height: "24", rx: "4" };
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** @param {Sum[]} all @param {string[]} parts @param {(who: string) => Named} names */
function drawTable(all, parts, names) {
  byId("picture-head").append(...parts.map((part) => el("th", { scope: "col", class: "numeric" }, partName(part))), byId("picture-total"));
  byId("picture-body").replaceChildren(...all.map(({ who, parts: own, total }) => el(
    "tr", {}, el("th", { scope: "row" }, names(who).name),
    ...parts.map((part) => el("td", { class: "numeric" }, number(own.get(part) ?? 0))), el("td", { class: "numeric" }, number(total)),
  )));
}
