/**
 * The form and what is typed into it: fields by name, lists of rows that are added and removed.
 * @module
 */
import { clone, el, fill, show, slot } from "../../ui/dom.js";
import { t } from "../../ui/messages.js";
import { announce } from "../../ui/states.js";
import { rowField } from "./check.js";
import { isBlank, LISTS } from "./typed.js";

/** @typedef {import("./typed.js").Typed} Typed */
/** @typedef {import("./typed.js").Row} Row */
/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Control */

/** @param {ParentNode} root @returns {Control[]} */
const controls = (root) => /** @type {Control[]} */ ([...root.querySelectorAll("[data-field]")]);

/** @param {Control} control @returns {string} */
const valueOf = (control) => (control instanceof HTMLInputElement && control.type === "checkbox" ? (control.checked ? "yes" : "") : control.value);

/** @param {Control} control @param {string} value */
function put(control, value) {
  if (control instanceof HTMLInputElement && control.type === "checkbox") control.checked = value !== "";
  else control.value = value;
}

/** @param {ParentNode} root @returns {Record<string, string>} */
const valuesIn = (root) => Object.fromEntries(controls(root).map((control) => [control.dataset.field ?? "", valueOf(control)]));

export class Form {
  /** @param {HTMLFormElement} root @param {() => void} onChange after anything was typed, added or removed */
  constructor(root, onChange) {
    this.root = root;
    this.onChange = onChange;
    root.addEventListener("input", onChange);
    for (const list of LISTS) slot(root, `add-${list}`).addEventListener("click", () => this.#added(list));
  }

  /** @param {string} list @returns {HTMLElement} */
  #place(list) {
    return slot(this.root, list);
  }

  /** @param {string} list @returns {HTMLElement[]} */
  #rows(list) {
    return /** @type {HTMLElement[]} */ ([...this.#place(list).querySelectorAll(":scope > [data-row]")]);
  }

  /** @returns {Typed} everything that stands there */
  get typed() {
    const own = controls(this.root).filter((control) => !control.closest("[data-row]"));
    return {
      fields: Object.fromEntries(own.map((control) => [control.dataset.field ?? "", valueOf(control)])),
      lists: Object.fromEntries(LISTS.map((list) => [list, this.#rows(list).map(valuesIn)])),
    };
  }

  /** Write what was kept into the form; each list has a row to begin with. @param {Typed} typed */
  put({ fields, lists }) {
    for (const control of controls(this.root)) {
      const value = fields[control.dataset.field ?? ""];
      if (!control.closest("[data-row]") && value !== undefined) put(control, value);
    }
    for (const list of LISTS) {
      const rows = lists[list]?.length ? lists[list] : [{}];
      this.#place(list).replaceChildren(...rows.map((row) => this.#row(list, row)));
      this.#number(list);
    }
  }

  /** @param {string} list @param {Row} values @returns {HTMLElement} */
  #row(list, values) {
    const made = clone(`t-${list}`);
    for (const control of controls(made)) put(control, values[control.dataset.field ?? ""] ?? "");
    slot(made, "remove").addEventListener("click", () => this.#removed(list, made));
    return made;
  }

  /** Ids by the place of each row, and how each is called. @param {string} list */
  #number(list) {
    this.#rows(list).forEach((row, index) => {
      const title = t(`by-hand.row.${list}`, { number: String(index + 1) });
      fill(row, { title, of: title });
      for (const control of controls(row)) control.id = rowField(list, index, control.dataset.field ?? "");
      for (const label of row.querySelectorAll("label[data-for]")) {
        label.setAttribute("for", rowField(list, index, /** @type {HTMLElement} */ (label).dataset.for ?? ""));
      }
    });
  }

  /** @param {string} list */
  #added(list) {
    const row = this.#row(list, {});
    this.#place(list).append(row);
    this.#number(list);
    controls(row)[0]?.focus();
    this.onChange();
  }

  /** A row that says something leaves a line from which it can be brought back. @param {string} list @param {HTMLElement} row */
  #removed(list, row) {
    const title = slot(row, "title").textContent ?? "";
    const values = valuesIn(row);
    const line = isBlank(values) ? null : clone("t-removed", { text: t("by-hand.removed", { title }) });
    if (line) row.before(line);
    row.remove();
    this.#number(list);
    if (line) this.#offerBack(list, line, values);
    else slot(this.root, `add-${list}`).focus();
    announce(t("by-hand.removed", { title }));
    this.onChange();
  }

  /** @param {string} list @param {HTMLElement} line @param {Row} values */
  #offerBack(list, line, values) {
    const button = slot(line, "undo");
    button.addEventListener("click", () => {
      const row = this.#row(list, values);
      line.replaceWith(row);
      this.#number(list);
      controls(row)[0]?.focus();
      this.onChange();
    });
    button.focus();
  }

  /** What is unlikely, to be confirmed or corrected. @param {{field: string, text: string}[]} doubts */
  showDoubts(doubts) {
    const panel = slot(this.root, "doubts");
    const items = doubts.map(({ field, text }) => {
      const link = el("a", { href: `#${field}` }, text);
      link.addEventListener("click", (event) => {
        event.preventDefault();
        document.getElementById(field)?.focus();
      });
      return el("li", {}, link);
    });
    fill(panel, { "doubts-list": items });
    show(panel, doubts.length > 0);
    /** @type {HTMLInputElement} */ (slot(panel, "doubts-right")).checked = false;
    if (doubts.length) panel.focus();
  }

  /** @returns {boolean} whether what is unlikely is said to be right */
  get confirmed() {
    const panel = slot(this.root, "doubts");
    return !panel.hidden && /** @type {HTMLInputElement} */ (slot(panel, "doubts-right")).checked;
  }
}
