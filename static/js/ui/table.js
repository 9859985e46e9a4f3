/**
 * Tables that sort by a press on a column's head and filter by what is typed; they print as shown.
 *
 * A cell sorts by its data-sort, or else by its text. Markup: table[data-sortable], th with a
 * button inside (class sort-button) for each column that sorts.
 * @module
 */

import { t } from "./messages.js";
import { announce } from "./states.js";

/** @param {HTMLTableElement} table */
export function sortable(table) {
  table.tHead?.addEventListener("click", (event) => {
    const head = event.target instanceof Element ? event.target.closest("th") : null;
    if (head && event.target instanceof Element && event.target.closest("button")) sortBy(table, head);
  });
}

/** @param {HTMLTableElement} table @param {HTMLTableCellElement} head */
function sortBy(table, head) {
  const down = head.getAttribute("aria-sort") === "ascending";
  for (const other of head.parentElement?.children ?? []) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  for (const body of table.tBodies) body.append(...sorted([...body.rows], head.cellIndex, down));
  announce(t(down ? "table.sorted-descending" : "table.sorted-ascending", { column: (head.textContent ?? "").trim() }));
}

/** @param {HTMLTableRowElement[]} rows @param {number} column @param {boolean} down */
function sorted(rows, column, down) {
  const keyed = rows.map((row) => ({ row, key: keyOf(row.cells[column]) }));
  keyed.sort((a, b) => compare(a.key, b.key) * (down ? -1 : 1));
  return keyed.map(({ row }) => row);
}

/** @param {HTMLTableCellElement | undefined} cell */
const keyOf = (cell) => cell?.dataset.sort ?? cell?.textContent?.trim() ?? "";

/**
 * Numbers by value, anything else by language; what is empty comes last.
 * @param {string} a @param {string} b
 */
export function compare(a, b) {
  if (!a || !b) return Number(!a) - Number(!b);
  const [x, y] = [Number(a), Number(b)];
  if (!Number.isNaN(x) && !Number.isNaN(y)) return x - y;
  return a.localeCompare(b, undefined, { numeric: true });
}

/**
 * Hide the rows in which a word of the query does not occur; says how many are left.
 * @param {HTMLInputElement} input @param {HTMLTableElement | HTMLElement} root rows are its tbody tr, or [data-row]
 * @param {(shown: number) => void} [changed]
 */
export function filterable(input, root, changed) {
  input.addEventListener("input", () => {
    const words = input.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    const rows = /** @type {HTMLElement[]} */ ([...root.querySelectorAll("tbody tr, [data-row]")]);
    for (const row of rows) row.hidden = !matches(row.textContent ?? "", words);
    const shown = rows.filter((row) => !row.hidden).length;
    announce(t("table.rows", { n: shown }));
    changed?.(shown);
  });
}

/** @param {string} text @param {string[]} words lower case */
export const matches = (text, words) => words.every((word) => text.toLocaleLowerCase().includes(word));
