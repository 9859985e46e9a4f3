/**
 * Step 2: what goes where, who will read it, warnings, and the button that saves.
 * @module
 */
import { readReaders } from "../../endpoint/readers.js";
import { byId, clone, el, fill, show, slot } from "../../ui/dom.js";
import { clearErrors, showErrors } from "../../ui/forms.js";
import { icon } from "../../ui/icons.js";
import { t } from "../../ui/messages.js";
import { callParts, partName } from "../../ui/parts.js";
import { announce, report } from "../../ui/states.js";
import { Again } from "./again.js";
import { drawCautions, focusCaution, isPressing } from "./cautions.js";
import { drawColumns, focusUnit } from "./columns.js";
import { aboutFile, leftOutWords, refusalWords, titleOf } from "./describe.js";
import { FILE_NOTES, LEFT_OUT } from "./draft.js";
import { Refused } from "./importing.js";
import { addPart, drawChanges, focusChange, mayLeave } from "./partmenu.js";
import { NOWHERE } from "./parts.js";

/** @typedef {import("./draft.js").Draft} Draft */
/** @typedef {import("./importing.js").Importing} Importing */
/** @typedef {import("../../endpoint/session.js").Session} Session */

export class CheckStep {
  /** @param {Session} session @param {Draft} draft @param {Importing} importing @param {() => void} onSave @param {() => void} onSkip */
  constructor(session, draft, importing, onSave, onSkip) {
    this.root = byId("step-check");
    this.session = session;
    this.draft = draft;
    this.importing = importing;
    this.onSave = onSave;
    this.onSkip = onSkip;
    this.again = new Again(session, draft, importing, { onMoves: (moves) => this.#premoved(moves), onChange: () => this.#reason() });
    /** @type {import("./columns.js").View["readers"]} */
    this.readers = "loading";
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
    slot(this.root, "add-part").onclick = () => addPart(this.draft, (change) => void this.#changed(change));
    this.draw();
    void this.loadReaders();
    void this.again.start();
  }

  /** @param {[string, string][]} moves that the owner made last time */
  #premoved(moves) {
    for (const [id, part] of moves) this.draft.move([id], part);
    void this.#sort();
  }

  async loadReaders() {
    this.readers = "loading";
    this.draw();
    try {
      const [readers, person] = await Promise.all([readReaders(this.session), this.session.registered()]);
      this.readers = readers;
      this.draft.parts.learn(person.partitions.keys());
    } catch (error) {
      report(error);
      this.readers = "failed";
    }
    this.draw();
  }

  draw() {
    const { draft, root, readers, shown } = this;
    callParts(draft.parts.names);
    drawChanges(slot(root, "changes"), draft, (change) => void this.#undone(change));
    drawCautions(slot(root, "cautions"), { draft, readers, onChange: (key) => void this.#answered(key) });
    drawColumns(slot(root, "columns"), {
      draft, readers, shown, onMove: (id, part) => void this.#moved(id, part), onChange: (change) => void this.#changed(change),
    });
    this.#copiesLine();
    this.#leftOut();
    this.#fileNotes();
    this.#saveBar();
  }

  /** @param {string} id @param {string} part */
  async #moved(id, part) {
    if (part === NOWHERE && !(await mayLeave(this.draft, id, titleOf(this.draft.unit(id))))) return;
    this.draft.move([id], part);
    const columns = slot(this.root, "columns");
    const done = this.#sort();
    focusUnit(columns, id, part);
    announce(t(part === NOWHERE ? "add.moved.out" : "add.moved", { title: titleOf(this.draft.unit(id)), part: partName(part) }));
    const kept = await this.#keepingFocus(columns, done);
    if (kept) focusUnit(columns, id, part);
  }

  /** Parts were changed: the line that says so has the focus, and its Undo. @param {import("./parts.js").Change | null} change */
  async #changed(change) {
    const place = slot(this.root, "changes");
    const done = this.#sort();
    const focus = () => (change ? focusChange(place, this.draft, change) : slot(this.root, "add-part").focus());
    focus();
    if (await this.#keepingFocus(place, done)) focus();
  }

  /** @param {import("./parts.js").Change} change taken back */
  async #undone(change) {
    this.draft.takeBack(change);
    announce(t("add.undone"));
    await this.#changed(this.draft.parts.changes.at(-1) ?? null);
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
      if (!this.draft.isEmpty) this.draft.outline = await this.importing.outline(this.draft.choices);
      this.refusal = "";
    } catch (error) {
      if (!(error instanceof Refused)) report(error);
      this.refusal = Object.values(refusalWords(/** @type {Refused} */ (error))).join(" ");
    }
    this.sorting -= 1;
    if (!this.sorting) this.draw();
  }

  #copiesLine() {
    const { draft } = this;
    const part = draft.parts.finalOf("prescription");
    const any = part !== NOWHERE && draft.prepared.units.some((unit) => unit.copies.includes("prescription") && ![part, NOWHERE].includes(draft.partOf(unit)));
    const words = draft.copies ? "on" : "off";
    const change = t(draft.copies ? "add.copies.turn-off" : "add.copies.turn-on");
    fill(this.root, { "copies-words": t(`add.copies.${words}`, { part: partName(part) }), "copies-change": change });
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
    if (this.draft.isEmpty) return t("add.reason.empty");
    if (this.refusal) return this.refusal;
    if (typeof this.readers === "string") return t("add.reason.readers");
    if (this.again.inTheWay) return t("again.looking-anew");
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
    if (this.again.choice === "skip") return this.onSkip();
    if (this.hindrance) return announce(this.hindrance);
    const n = this.pressing;
    const confirmed = /** @type {HTMLInputElement} */ (byId("confirm")).checked;
    if (n && !confirmed) return showErrors(form, [{ field: "confirm", text: t("add.confirm.needed", { n }) }]);
    this.again.pause();
    return this.onSave();
  }
}
