/** Lists that are as long as their place on the screen: the rest is one press away, and on paper. @module */

import { clone, onAction } from "../../ui/dom.js";
import { t } from "../../ui/messages.js";

/** Where the first boxes end at the latest, in pixels from the top of the page: results begin above the fold. */
const END = 504;
/** Below this width boxes stand below each other, and each is short instead. */
const WIDE = "(min-width: 1000px)";
const [LEAST, SHORT, FOOT] = [3, 6, 38];

/**
 * Folds what is over the first rows, with a button that shows them; paper has all. A button takes
 * the place of a row, so that one row more than there is room for stays.
 * @param {HTMLElement[]} rows
 * @param {number} room
 * @returns {HTMLElement[]} the button
 */
export function folded(rows, room) {
  return rows.length <= room + 1 ? [] : [fold(rows, room)];
}

/** @param {HTMLElement[]} rows @param {number} room @returns {HTMLElement} the button */
function fold(rows, room) {
  const put = (/** @type {boolean} */ away) => rows.slice(room).forEach((row) => row.classList.toggle("folded", away));
  put(true);
  const more = t("record.more", { n: rows.length - room });
  const foot = clone("t-more", { label: more });
  onAction(foot, { more: (button) => {
    const open = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", `${open}`);
    button.textContent = open ? t("record.show-fewer") : more;
    put(!open);
  } });
  return foot;
}

/** @param {HTMLElement} body of a box @param {HTMLElement[]} rows @returns {number} how many rows have room */
function roomIn(body, rows) {
  if (!matchMedia(WIDE).matches) return SHORT;
  const bottom = (/** @type {Element} */ each) => each.getBoundingClientRect().bottom + scrollY;
  const last = rows[rows.length - 1];
  const below = Math.max(0, bottom(body.lastElementChild ?? last) - bottom(last));
  if (bottom(last) + below <= END) return rows.length;
  return rows.filter((row) => bottom(row) + below + FOOT <= END).length;
}

/**
 * Fold the rows of a box that reach below the first screen. What must not be overlooked stays.
 * @param {HTMLElement} body of a box, shown @param {HTMLElement[]} rows in it
 */
export function fit(body, rows) {
  if (!rows.length) return;
  const kept = rows.findLastIndex((row) => row.dataset.keep !== undefined) + 1;
  const room = Math.max(roomIn(body, rows), LEAST, kept);
  if (rows.length <= room) return;
  const table = rows[0].closest("table, ul");
  table?.after(fold(rows, room));
}
