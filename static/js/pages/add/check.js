/**
 * Step 2: what goes where, who will read it, warnings, and the button that saves.
 * @module
 */
import { readReaders } from "../../endpoint/readers.js";
import { byId, clone, el, fill, show, slot } from "../../ui/dom.js";
import { clearErrors, showErrors } from "../../ui/forms.js";
import { icon } from "../../ui/icons.js";
import { t } from "../../ui/messages.js";
import { ordered, partName, PARTS } from "../../ui/parts.js";
import { announce, report } from "../../ui/states.js";
import { drawCautions, focusCaution, isPressing } from "./cautions.js";
import { drawColumns, focusUnit } from "./columns.js";
import { aboutFile, leftOutWords, refusalWords, titleOf } from "./describe.js";
import { FILE_NOTES, LEFT_OUT } from "./draft.js";
import { Refused } from "./importing.js";

/** @typedef {import("./draft.js").Draft} Draft */
/** @typedef {import("./importing.js").Importing} Importing */
/** @typedef {import("../../endpoint/session.js").Session} Session */

export class CheckStep {
  /** @param {Session} session @param {Draft} draft @param {Importing} importing @param {() => void} onSave */
  constructor(session, draft, importing, onSave) {
    this.root = byId("step-check");
    this.session = session;
    this.draft = draft;
    this.importing = importing;
    this.onSave = onSave;
    /** @type {import("./columns.js").View["readers"]} */
    this.readers = "loading";
    this.parts = [...PARTS];
    /** @type {Map<string, number>} */
    this.shown = new Map();
    /** How many changes wait for the worker's answer. */
    this.sorting = 0;
    this.refusal = "";
  }

  /** Draw it for the first time, and find out who reads what. */
  start() {
    fill(this.root, { "file-name": this.draft.file.name, "file-about": aboutFile(this.draft) });
    const form = /** @type {HTMLFormElement} */ (byId("save-form"));
    form.onsubmit = (event) => { event.preventDefault(); this.#submit(form); };
    slot(this.root, "copies-change").onclick = () => this.#copies();
    this.draw();
    void this.loadReaders();
  }

  async loadReaders() {
    this.readers = "loading";
    this.draw();
    try {
      const [readers, person] = await Promise.all([readReaders(this.session), this.session.registered()]);
      this.readers = readers;
      const own = [...person.partitions.keys()].filter((name) => name !== "original");
      this.parts = ordered(new Set([...PARTS, ...own]));
    } catch (error) {
      report(error);
      this.readers = "failed";
    }
    this.draw();
  }

  draw() {
    const { draft, root, readers, parts, shown } = this;
    drawCautions(slot(root, "cautions"), { draft, readers, onChange: (key) => void this.#answered(key) });
    drawColumns(slot(root, "columns"), { draft, readers, parts, shown, onMove: (id, part) => void this.#moved(id, part) });
    this.#copiesLine();
    this.#leftOut();
    this.#fileNotes();
    this.#saveBar();
  }

  /** @param {string} id @param {string} part */
  async #moved(id, part) {
    this.draft.move([id], part);
    const columns = slot(this.root, "columns");
    const done = this.#sort();
    focusUnit(columns, id, part);
    announce(t("add.moved", { title: titleOf(this.draft.unit(id)), part: partName(part) }));
    const kept = await this.#keepingFocus(columns, done);
    if (kept) focusUnit(columns, id, part);
  }

  /** @param {string} key */
  async #answered(key) {
    const place = slot(this.root, "cautions");
    const done = this.#sort();
    focusCaution(place, key);
    const kept = await this.#keepingFocus(place, done);
    if (kept) focusCaution(place, key);
  }

  /** @param {HTMLElement} place @param {Promise<void>} work that draws anew @returns {Promise<boolean>} whether the focus was there until then */
  async #keepingFocus(place, work) {
    let inside = false;
    const watch = () => { inside = place.contains(document.activeElement) || document.activeElement === document.body; };
    watch();
    place.addEventListener("focusout", watch);
    await work;
    place.removeEventListener("focusout", watch);
    return inside;
  }

  async #copies() {
    this.draft.copies = !this.draft.copies;
    await this.#sort();
    slot(this.root, "copies-change").focus();
  }

  /** Show the change at once, and what follows from it as soon as the worker knows. */
  async #sort() {
    this.sorting += 1;
    this.draw();
    try {
      this.draft.outline = await this.importing.outline(this.draft.choices);
      this.refusal = "";
    } catch (error) {
      if (!(error instanceof Refused)) report(error);
      this.refusal = Object.values(refusalWords(/** @type {Refused} */ (error))).join(" ");
    }
    this.sorting -= 1;
    if (!this.sorting) this.draw();
  }

  #copiesLine() {
    const any = this.draft.prepared.units.some(({ copies }) => copies.includes("prescription"));
    const words = this.draft.copies ? "on" : "off";
    const change = t(this.draft.copies ? "add.copies.turn-off" : "add.copies.turn-on");
    fill(this.root, { "copies-words": t(`add.copies.${words}`), "copies-change": change });
    show(slot(this.root, "copies-line"), any);
  }

  #leftOut() {
    const found = this.draft.outline.notices.filter(({ code }) => LEFT_OUT.includes(code));
    const n = found.reduce((sum, { params }) => sum + Number(params.n ?? 1), 0);
    show(slot(this.root, "left-out"), n > 0);
    if (n) fill(this.root, { "left-out-title": t("add.left-out", { n }), "left-out-list": found.map((each) => el("li", {}, leftOutWords(each))) });
  }

  /** What the files themselves tell their readers. */
  #fileNotes() {
    const found = this.draft.outline.notices.filter(({ code }) => FILE_NOTES.includes(code));
    const words = found.map(({ code, params }) => t(`add.file.${code}`, { n: Number(params.n ?? 1), names: String(params.names ?? "") }));
    const place = slot(this.root, "file-notes");
    place.replaceChildren(...words.map((each) => el("p", { class: "note-line" }, icon("info"), el("span", {}, each))));
    show(place, words.length > 0);
  }

  /** What stands in the way of saving; "" for nothing. @returns {string} */
  get hindrance() {
    if (this.refusal) return this.refusal;
    if (typeof this.readers === "string") return t("add.reason.readers");
    return this.sorting ? t("add.reason.sorting") : "";
  }

  /** @returns {number} warnings that want an answer */
  get pressing() {
    return this.draft.open().filter((one) => isPressing(one, this.readers)).length;
  }

  #saveBar() {
    const open = this.pressing;
    show(slot(this.root, "confirm"), open > 0);
    if (open) fill(this.root, { "confirm-label": t("add.confirm", { n: open }) });
    else /** @type {HTMLInputElement} */ (byId("confirm")).checked = false;
    this.#reason();
  }

  #reason() {
    const reason = slot(this.root, "reason");
    const words = this.hindrance;
    reason.replaceChildren(words);
    if (this.readers === "failed") reason.append(" ", this.#retry());
    show(reason, words !== "");
    byId("save").setAttribute("aria-disabled", `${words !== ""}`);
  }

  #retry() {
    const button = clone("t-retry");
    button.addEventListener("click", () => void this.loadReaders());
    return button;
  }

  /** @param {HTMLFormElement} form */
  #submit(form) {
    clearErrors(form);
    if (this.hindrance) return announce(this.hindrance);
    const n = this.pressing;
    const confirmed = /** @type {HTMLInputElement} */ (byId("confirm")).checked;
    if (n && !confirmed) return showErrors(form, [{ field: "confirm", text: t("add.confirm.needed", { n }) }]);
    return this.onSave();
  }
}
