/** Tabs by the pattern of the ARIA guide: one tab stop, arrows move, Home and End jump. @module */

/** @type {Record<string, (at: number, count: number) => number>} */
const MOVES = {
  ArrowRight: (at, count) => (at + 1) % count, ArrowLeft: (at, count) => (at + count - 1) % count,
  Home: () => 0, End: (_at, count) => count - 1,
};

/**
 * @param {HTMLElement} tablist its children are the tabs, each with aria-controls
 * @param {(tab: HTMLElement) => void} [onSelect]
 */
export function mountTabs(tablist, onSelect = () => {}) {
  const tabs = /** @type {HTMLElement[]} */ ([...tablist.children]);
  const select = (/** @type {HTMLElement} */ tab, focus = true) => {
    for (const one of tabs) mark(one, one === tab);
    if (focus) tab.focus();
    onSelect(tab);
  };
  tablist.onclick = (event) => {
    const tab = event.target instanceof Element ? event.target.closest("[role=tab]") : null;
    if (tab instanceof HTMLElement) select(tab);
  };
  tablist.onkeydown = (event) => {
    const at = tabs.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    if (at < 0 || !Object.hasOwn(MOVES, event.key)) return;
    event.preventDefault();
    select(tabs[MOVES[event.key](at, tabs.length)]);
  };
  select(tabs[0], false);
}

/** @param {HTMLElement} tab @param {boolean} selected */
function mark(tab, selected) {
  tab.setAttribute("aria-selected", `${selected}`);
  tab.tabIndex = selected ? 0 : -1;
  document.getElementById(tab.getAttribute("aria-controls") ?? "")?.toggleAttribute("hidden", !selected);
}
