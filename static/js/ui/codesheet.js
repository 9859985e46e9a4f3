/**
 * The sheet with a recovery code or backup codes: shown once, printed, copied, and checked by typing
 * parts of it back. What it shows is kept nowhere.
 * @module
 */
import { GROUPS, groupsToType, isGroup } from "../endpoint/recovery.js";
import { showErrors } from "./account.js";
import { byId, el, fill, onAction } from "./dom.js";
import { date } from "./format.js";
import { t } from "./messages.js";
import { announce } from "./states.js";

/** A sheet of the page: an element made by the macro `code_sheet`. */
export class CodeSheet {
  /** @type {readonly string[]} */
  #lines = [];

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    onAction(root, { print: () => this.#print(), copy: () => this.#copy() });
  }

  /**
   * @param {readonly string[]} lines groups of a code, or codes
   * @param {string} login whose account it opens
   * @param {string} [path] of the page where it is entered
   */
  show(lines, login, path = "") {
    this.#lines = lines;
    const items = lines.map((line) => el("li", {}, el("span", { class: "code-sheet__group" }, line)));
    fill(this.root, { codes: items, login, date: date(new Date()), address: location.host + path });
  }

  /** Take the codes off the page. */
  clear() {
    this.#lines = [];
    fill(this.root, { codes: "" });
  }

  #print() {
    window.print();
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(this.#lines.join(this.root.dataset.joint ?? "-"));
      this.#say(t("sheet.copied"));
    } catch {
      this.#say(t("sheet.not-copied"));
    }
  }

  /** @param {string} sentence */
  #say(sentence) {
    fill(this.root, { note: sentence });
    announce(sentence);
  }
}

/** @param {string} code as printed @returns {string[]} its groups */
export const groupsOf = (code) => code.split("-");

/** The form in which two groups, chosen at random, are typed back: made by the macro `code_check`. */
export class CodeCheck {
  /** @type {[number, number]} */
  #groups = [0, 1];

  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.form = form;
  }

  /** Ask for two other groups; what was typed goes. */
  ask() {
    this.#groups = groupsToType();
    this.form.reset();
    this.#groups.forEach((index, i) => fill(this.form, { [`label-${i}`]: t("sheet.group", { n: index + 1, of: GROUPS }) }));
  }

  /** @param {string} code as printed @returns {boolean} whether both are right; otherwise the form says which is not */
  passes(code) {
    const wrong = this.#groups.flatMap((index, i) => {
      const field = /** @type {HTMLInputElement} */ (byId(`${this.form.id}-group-${i}`, this.form));
      return isGroup(code, index, field.value) ? [] : [{ field: field.id, text: t("sheet.wrong", { n: index + 1 }) }];
    });
    showErrors(this.form, wrong);
    return wrong.length === 0;
  }
}
