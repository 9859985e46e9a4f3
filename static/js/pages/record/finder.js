/**
 * One search and one filter by time over everything on the page. What is typed stays in the page: it
 * goes into no address and no request.
 * @module
 */

import { asks } from "../../reader/filter.js";
import { byId, fill, show } from "../../ui/dom.js";
import { t } from "../../ui/messages.js";
import { announce } from "../../ui/states.js";

/** @typedef {import("../../reader/filter.js").Query} Query */

const PAUSE = 150;
/** Months back from today. @type {Record<string, number>} */
const PRESETS = { "3-months": 3, year: 12, "5-years": 60 };

/** @template {HTMLElement} T @param {string} id @returns {T} */
const field = (id) => /** @type {T} */ (byId(id));

/** @param {string} chosen @param {Date} now @returns {{from?: string, until?: string}} */
function period(chosen, now) {
  if (chosen === "dates") {
    const [from, until] = ["record-from", "record-until"].map((id) => /** @type {HTMLInputElement} */ (byId(id)).value);
    return { from, until };
  }
  const months = PRESETS[chosen];
  if (!months) return {};
  const from = new Date(now);
  from.setMonth(from.getMonth() - months);
  return { from: from.toISOString().slice(0, 10) };
}

export class Finder {
  /** @param {(query: Query) => void} onQuery */
  constructor(onQuery) {
    this.onQuery = onQuery;
    this.text = /** @type {HTMLInputElement} */ (field("record-search"));
    this.time = /** @type {HTMLSelectElement} */ (field("record-time"));
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    const form = field("record-find");
    form.addEventListener("input", () => this.soon());
    form.addEventListener("submit", (event) => { event.preventDefault(); this.changed(); });
    field("record-clear").addEventListener("click", () => { this.clear(); this.text.focus(); this.changed(); });
    document.addEventListener("keydown", (event) => this.key(event));
  }

  /** @returns {Query} */
  get query() {
    return { text: this.text.value, ...period(this.time.value, new Date()) };
  }

  /** Typing goes on undisturbed. */
  soon() {
    show(byId("record-dates"), this.time.value === "dates");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.changed(), PAUSE);
  }

  changed() {
    clearTimeout(this.timer);
    this.onQuery(this.query);
  }

  /** Nothing typed stays. */
  clear() {
    /** @type {HTMLFormElement} */ (field("record-find")).reset();
    show(byId("record-dates"), false);
    show(byId("record-found"), false);
  }

  /** A slash goes to the search, as on other sites; Escape clears it. @param {KeyboardEvent} event */
  key(event) {
    const typing = event.target instanceof HTMLElement && event.target.closest("input, select, textarea, dialog, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey && this.text.checkVisibility()) {
      event.preventDefault();
      this.text.focus();
    } else if (event.key === "Escape" && event.target === this.text && asks(this.query)) {
      this.clear();
      this.changed();
    }
  }

  /** @param {number} shown @param {number} total entries of the boxes */
  tell(shown, total) {
    const asked = asks(this.query);
    show(byId("record-found"), asked);
    if (!asked) return;
    const sentence = t("find.shown", { n: shown, of: total });
    fill(byId("record-found"), { text: sentence });
    announce(sentence);
  }
}
