/**
 * The menu of a Move button: opened by press or arrow keys, closed by Escape, Tab or a press elsewhere.
 * @module
 */
import { clone, fill } from "../../ui/dom.js";

/** @typedef {{label: string, icon: Node, act: () => void}} Choice */

/** @type {{menu: HTMLElement, button: HTMLElement} | null} */
let open = null;

/** Close the menu that is open, if any. @param {{focus?: boolean}} [options] focus: back on its button */
export function closeMenu({ focus = false } = {}) {
  if (!open) return;
  const { menu, button } = open;
  open = null;
  menu.remove();
  button.setAttribute("aria-expanded", "false");
  if (focus) button.focus();
}

/** @param {HTMLElement} button @param {string} label @param {Choice[]} choices */
export function toggleMenu(button, label, choices) {
  const same = open?.button === button;
  closeMenu();
  if (same) return;
  const menu = clone("t-menu");
  menu.setAttribute("aria-label", label);
  menu.append(...choices.map((choice) => item(choice)));
  menu.addEventListener("keydown", (event) => onKey(menu, event));
  menu.addEventListener("focusout", ({ relatedTarget }) => {
    if (!(relatedTarget instanceof Node) || !(menu.contains(relatedTarget) || button.contains(relatedTarget))) closeMenu();
  });
  button.after(menu);
  button.setAttribute("aria-expanded", "true");
  open = { menu, button };
  items(menu)[0]?.focus();
}

/** @param {Choice} choice */
function item({ label, icon, act }) {
  const made = clone("t-menu-item");
  fill(made, { icon, label });
  made.addEventListener("click", () => { closeMenu({ focus: true }); act(); });
  return made;
}

/** @param {HTMLElement} menu @returns {HTMLElement[]} */
const items = (menu) => /** @type {HTMLElement[]} */ ([...menu.children]);

/** @param {HTMLElement} menu @param {KeyboardEvent} event */
function onKey(menu, event) {
  const all = items(menu);
  const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  /** @type {Record<string, number>} */
  const moves = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 };
  if (event.key === "Escape") closeMenu({ focus: true });
  else if (event.key in moves) all.at(moves[event.key] % all.length)?.focus();
  else return;
  event.preventDefault();
  event.stopPropagation();
}
