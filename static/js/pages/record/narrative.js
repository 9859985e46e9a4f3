/**
 * Narrative as elements. Each node becomes one element from a fixed list, its words text: nothing
 * that a record says can become markup.
 * @module
 */

import { words } from "../../reader/narrative.js";
import { clone, el } from "../../ui/dom.js";

/** @typedef {import("../../reader/narrative.js").Node} Told */

/** @type {Record<string, keyof HTMLElementTagNameMap>} */
const ELEMENTS = {
  group: "span", paragraph: "p", heading: "p", list: "ul", item: "li", table: "table", caption: "caption", head: "thead", body: "tbody",
  foot: "tfoot", row: "tr", cell: "td", header: "th", strong: "strong", emphasis: "em", underline: "span", sub: "sub", sup: "sup",
  deleted: "del", break: "br", preformatted: "pre",
};
/** Elements inside which only words may stand. */
const INLINE = new Set(["strong", "emphasis", "underline", "sub", "sup", "deleted"]);
const BLOCKS = new Set(["paragraph", "heading", "list", "table", "preformatted"]);

/** Where an element may stand; elsewhere a plain block takes its place. @type {Record<string, string[]>} */
const PLACES = {
  item: ["list"], row: ["head", "body", "foot"], cell: ["row"], header: ["row"], head: ["table"], body: ["table"], foot: ["table"], caption: ["table"],
};

/** @param {Told | string} node @returns {boolean} whether it starts lines of its own */
function isBlock(node) {
  return typeof node !== "string" && (BLOCKS.has(node.type) || node.children.some(isBlock));
}

/** @param {Told} node @param {string} parent @returns {keyof HTMLElementTagNameMap} */
function elementOf(node, parent) {
  if (Object.hasOwn(PLACES, node.type) && !PLACES[node.type].includes(parent)) return "div";
  const blocks = node.children.some(isBlock);
  if (node.type === "list" && node.ordered) return "ol";
  if (blocks && (node.type === "group" || node.type === "paragraph" || INLINE.has(node.type))) return "div";
  return ELEMENTS[node.type] ?? "span";
}

/** @param {Told} node @param {string} parent its type @returns {Node[]} */
function element(node, parent) {
  if (node.type === "picture") return [clone("t-picture", { label: words(node.children) })];
  const made = el(elementOf(node, parent), classes(node));
  if (node.columns) made.setAttribute("colspan", `${node.columns}`);
  if (node.rows) made.setAttribute("rowspan", `${node.rows}`);
  if (node.type === "list") return list(node, made);
  if (node.type !== "break") made.append(...nodes(node.children, node.type));
  return node.type === "table" ? [scrolling(made)] : [made];
}

/** @param {Told} node @returns {Record<string, string | undefined>} */
function classes({ type }) {
  if (type === "heading") return { class: "narrative__heading" };
  if (type === "underline") return { class: "narrative__underline" };
  return type === "caption" ? { class: "narrative__caption" } : {};
}

/** A list's caption stands before it. @param {Told} node @param {HTMLElement} made @returns {Node[]} */
function list(node, made) {
  const captions = node.children.filter((child) => typeof child !== "string" && child.type === "caption");
  const items = node.children.filter((child) => typeof child !== "string" && child.type === "item");
  made.append(...nodes(items, node.type));
  const before = captions.map((each) => el("p", { class: "narrative__heading" }, ...nodes(/** @type {Told} */ (each).children)));
  return items.length ? [...before, made] : before;
}

/** Wide tables scroll in their own frame, by keyboard too. @param {HTMLElement} table */
function scrolling(table) {
  const made = el("div", { class: "table-scroll", tabindex: "0" });
  table.classList.add("narrative__table");
  made.append(table);
  return made;
}

/** @param {(Told | string)[]} told @param {string} [parent] the type of the node around @returns {(Node | string)[]} */
export function nodes(told, parent = "") {
  return told.flatMap((each) => /** @type {(Node | string)[]} */ (typeof each === "string" ? [each] : element(each, parent)));
}
