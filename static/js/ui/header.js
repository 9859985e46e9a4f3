/** The header's menus, and Sign out. @module */

import { byId, show } from "./dom.js";

/** Let the menu button and the account menu work; a menu closes by Escape, by a press elsewhere and when focus leaves it. */
export function mountHeader() {
  const button = document.querySelector("[data-menu-button]");
  if (button instanceof HTMLButtonElement) mountFold(button);
  for (const menu of document.querySelectorAll("details[data-menu]")) {
    if (menu instanceof HTMLDetailsElement) mountMenu(menu);
  }
}

/** @param {HTMLButtonElement} button */
function mountFold(button) {
  const fold = byId(button.getAttribute("aria-controls") ?? "");
  const open = (/** @type {boolean} */ on) => {
    button.setAttribute("aria-expanded", `${on}`);
    fold.classList.toggle("is-open", on);
  };
  open(false);
  button.addEventListener("click", () => open(button.getAttribute("aria-expanded") !== "true"));
  fold.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape" || button.getAttribute("aria-expanded") !== "true") return;
    open(false);
    button.focus();
  });
}

/** @param {HTMLDetailsElement} menu */
export function mountMenu(menu) {
  menu.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary")?.focus();
  });
  menu.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget instanceof Node && !menu.contains(relatedTarget)) menu.open = false;
  });
  document.addEventListener("click", ({ target }) => {
    if (target instanceof Node && !menu.contains(target)) menu.open = false;
  });
}

/**
 * Change the number beside an entry of the navigation.
 * @param {string} name of the page it leads to @param {number} n none is shown for 0
 */
export function setCount(name, n) {
  const count = document.querySelector(`[data-nav="${CSS.escape(name)}"] .count`);
  if (!count) return;
  show(count, n > 0);
  const shown = count.querySelector("[data-count]");
  if (shown) shown.textContent = `${n}`;
}
