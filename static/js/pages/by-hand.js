/**
 * Enter a record by hand: a form whose words become a file that is added as any other file is.
 *
 * What is typed stays in this page and, sealed, on this device.
 * @module
 */
import { forgetEntry, holdEntry, keepEntry, recallEntry } from "../endpoint/handentry.js";
import { Locked } from "../endpoint/errors.js";
import { byId, clone, onAction, show } from "../ui/dom.js";
import { confirm } from "../ui/dialog.js";
import { recordDate } from "../ui/format.js";
import { clearErrors, onSubmit, showErrors } from "../ui/forms.js";
import { t } from "../ui/messages.js";
import { startPage } from "../ui/page.js";
import { report } from "../ui/states.js";
import { bundleOf } from "./by-hand/bundle.js";
import { doubtsIn, errorsIn } from "./by-hand/check.js";
import { Form } from "./by-hand/form.js";
import { isEmpty, today } from "./by-hand/typed.js";

/** @typedef {import("../endpoint/session.js").Session} Session */
/** @typedef {import("../endpoint/handentry.js").HandEntry} HandEntry */
/** @typedef {import("./by-hand/check.js").Finding} Finding */

/** How long somebody stops typing before it is kept, in milliseconds. */
const PAUSE = 400;
/** How long until it is tried again while the page is locked. */
const LATER = 3000;

/** @param {Finding} finding */
const worded = ({ field, code, values = {} }) => {
  const shown = values.date ? { ...values, date: recordDate(values.date) } : values;
  return { field, text: t(`by-hand.wrong.${code}`, shown) };
};

class ByHand {
  /** @param {Session} session @param {HandEntry | undefined} kept */
  constructor(session, kept) {
    this.session = session;
    this.entry = kept?.entry ?? crypto.randomUUID();
    this.file = kept?.file;
    /** Writes follow one another; false when one did not work. @type {Promise<boolean>} */
    this.kept = Promise.resolve(true);
    /** Not 0 while something is not kept yet. */
    this.timer = 0;
    this.doubted = "";
    this.root = /** @type {HTMLFormElement} */ (byId("by-hand-form"));
    this.form = new Form(this.root, () => this.#changed());
    this.form.put(kept?.typed ?? this.#fresh());
    show(byId("by-hand-kept"), kept !== undefined && !isEmpty(kept.typed));
  }

  /** @returns {import("./by-hand/typed.js").Typed} today, which is what most people mean */
  #fresh() {
    const [year, month, day] = today(new Date()).split("-").map((part) => String(Number(part)));
    return { fields: { "date-year": year, "date-month": month, "date-day": day }, lists: {} };
  }

  start() {
    onSubmit(this.root, () => this.#submit());
    onAction(byId("page"), { clear: () => this.#clear() });
    addEventListener("beforeunload", (event) => { if (this.timer) event.preventDefault(); });
    document.addEventListener("visibilitychange", () => { if (document.hidden && this.timer) void this.#keep(); });
  }

  #changed(pause = PAUSE) {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.#keep(), pause);
  }

  /** Seal what stands there on this device. @returns {Promise<boolean>} whether it is kept */
  #keep() {
    clearTimeout(this.timer);
    this.kept = this.kept.then(() => this.#kept());
    return this.kept;
  }

  async #kept() {
    const { timer } = this;
    try {
      await keepEntry(this.session, { entry: this.entry, typed: this.form.typed, file: this.file });
      if (this.timer === timer) this.timer = 0;
      show(byId("by-hand-unkept"), false);
      return true;
    } catch (error) {
      // While it is locked the page alone has it.
      if (error instanceof Locked) this.#changed(LATER);
      else report(error);
      show(byId("by-hand-unkept"), !(error instanceof Locked));
      return false;
    }
  }

  async #submit() {
    const [typed, now] = [this.form.typed, new Date()];
    const errors = errorsIn(typed, now);
    clearErrors(this.root);
    if (errors.length) return showErrors(this.root, errors.map(worded));
    const doubts = doubtsIn(typed, now);
    if (doubts.length && !(this.doubted === JSON.stringify(doubts) && this.form.confirmed)) {
      this.doubted = JSON.stringify(doubts);
      return this.form.showDoubts(doubts.map(worded));
    }
    this.form.showDoubts([]);
    const of = JSON.stringify(typed);
    if (this.file?.of !== of) this.file = { of, text: bundleOf(typed, this.entry, now) };
    if (!(await this.#keep())) return undefined;
    return location.assign(this.root.dataset.next ?? "/add");
  }

  async #clear() {
    if (!(await confirm({ title: t("by-hand.clear.title"), body: t("by-hand.clear.text"), yes: t("by-hand.clear.yes"), danger: true }))) return;
    clearTimeout(this.timer);
    this.timer = 0;
    await this.kept;
    await forgetEntry(this.session, this.entry);
    location.reload();
  }
}

void startPage(async ({ root, session }) => {
  if (!(await holdEntry(session))) {
    const panel = clone("t-elsewhere");
    onAction(panel, { again: () => location.reload() });
    return byId("by-hand-form").replaceWith(panel);
  }
  const page = new ByHand(session, await recallEntry(session));
  page.start();
  root.toggleAttribute("data-ready", true);
  return undefined;
}, { needs: "session", role: "owner" });
