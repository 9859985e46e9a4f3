/** The tabs of a record and their panels: a part is laid out when it is first looked at, because it may be long. @module */

import { byId, clone, show, slot } from "../../ui/dom.js";
import { icon } from "../../ui/icons.js";
import { t } from "../../ui/messages.js";
import { partIcon, partClass, partName, PARTS } from "../../ui/parts.js";
import { failed, pageState } from "../../ui/states.js";
import { FRESH, freshFacts, freshPanel } from "./fresh.js";
import { partPanel } from "./parts.js";
import { mountTabs } from "./tabs.js";

/** @typedef {import("./view.js").View} View */

/** @param {string} name @param {string} label @param {boolean} [hidden] not shared */
function tabOf(name, label, hidden = false) {
  const tab = clone("t-tab", { label, icon: ["summary", FRESH].includes(name) ? "" : hidden ? icon("lock") : partIcon(name) });
  Object.entries({ id: `tab-${name}`, "aria-controls": `panel-${name}` }).forEach(([key, value]) => tab.setAttribute(key, value));
  if (name !== "summary" && name !== FRESH && !hidden) tab.classList.add(...partClass(name).split(" "));
  show(slot(tab, "note"), hidden);
  return tab;
}

/** @param {string} part */
function panelOf(part) {
  const panel = clone("t-part");
  panel.id = `panel-${part}`;
  panel.dataset.part = part;
  panel.setAttribute("aria-labelledby", `tab-${part}`);
  return panel;
}

export class Panels {
  /** @param {string | null} askAt where to ask for more */
  constructor(askAt) {
    this.askAt = askAt;
    /** @type {View | null} */
    this.view = null;
    /** @type {Set<Promise<void>>} */
    this.laying = new Set();
  }

  /** @param {View} view */
  draw(view) {
    this.view = view;
    const parts = [...PARTS.filter((part) => view.shared.includes(part)), ...view.shared.filter((part) => !PARTS.includes(part)), ...view.hidden];
    const fresh = freshFacts(view).length;
    byId("record-panels").replaceChildren(...[...(fresh ? [FRESH] : []), ...parts].map(panelOf));
    const closed = (/** @type {string} */ part) => view.hidden.includes(part) && view.mode !== "own";
    const first = [tabOf("summary", t("tab.summary")), ...(fresh ? [tabOf(FRESH, t("tab.new", { n: fresh }))] : [])];
    byId("record-tabs").replaceChildren(...first, ...parts.map((part) => tabOf(part, partName(part), closed(part))));
    mountTabs(byId("record-tabs"), (tab) => this.fill(tab));
  }

  /** Another search: what is open is laid out again, the others when they are looked at. @param {View} view */
  refill(view) {
    this.view = view;
    for (const panel of byId("record-panels").children) panel.replaceChildren();
    const chosen = byId("record-tabs").querySelector("[aria-selected=true]");
    if (chosen instanceof HTMLElement) this.fill(chosen);
  }

  /** @param {HTMLElement} tab */
  fill(tab) {
    const panel = byId(tab.getAttribute("aria-controls") ?? "");
    const { part } = panel.dataset;
    if (!this.view || !part || panel.hasChildNodes()) return;
    const laid = part === FRESH ? freshPanel(this.view) : partPanel(this.view, part, this.askAt, (laying) => this.watch(laying, tab));
    panel.append(...laid);
  }

  /** @param {Promise<void>} laying @param {HTMLElement} tab */
  watch(laying, tab) {
    const again = () => { byId(tab.getAttribute("aria-controls") ?? "").replaceChildren(); this.fill(tab); };
    const ended = laying.catch((error) => failed(pageState(), error, again)).finally(() => this.laying.delete(ended));
    this.laying.add(ended);
  }

  /** When all that is looked at is laid out: paper shows no half of it. */
  async settled() {
    await Promise.all(this.laying);
  }
}
