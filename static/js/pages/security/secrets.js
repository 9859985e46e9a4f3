/**
 * A new password, and a new recovery code that is checked before it counts.
 * @module
 */
import { newCode, newPassword, proofOf } from "../../endpoint/recovery.js";
import { formOf, input, showErrors, showFailure } from "../../ui/account.js";
import { CodeCheck, CodeSheet, groupsOf } from "../../ui/codesheet.js";
import { byId, show } from "../../ui/dom.js";
import { onSubmit } from "../../ui/forms.js";
import { t } from "../../ui/messages.js";
import { NewPassword } from "../../ui/newpassword.js";
import { loading } from "../../ui/states.js";

/** @typedef {import("../../endpoint/session.js").Session} Session */
/** @typedef {import("../../endpoint/signin.js").Proof} Proof */
/** @typedef {import("../../endpoint/recovery.js").NewCode} NewCode */
/** @typedef {import("../../ui/steps.js").Steps} Steps */

/** Changing the password. */
export class PasswordChange {
  /** A password that is ready to be sent, and what it was made from. @type {{from: string, made: Awaited<ReturnType<typeof newPassword>>} | null} */
  #ready = null;

  /** @param {Session} session @param {() => Promise<void>} done */
  constructor(session, done) {
    this.session = session;
    this.done = done;
    this.field = new NewPassword(formOf("password-form"), () => [session.me.name, session.me.login, "sesphr"]);
    onSubmit(formOf("password-form"), () => this.#change());
  }

  async #change() {
    const form = formOf("password-form");
    const errors = [];
    if (input("current").value === "") errors.push({ field: "current", text: t("account.password-missing") });
    if (this.field.value === "") errors.push({ field: "new", text: t("account.new-password-missing") });
    else if (!(await this.field.judge())) errors.push({ field: "new", text: t("account.new-password-weak") });
    showErrors(form, errors);
    if (errors.length > 0) return;
    const { done } = loading(byId("password-state"), { title: t("security.working") });
    try {
      await this.#put();
    } catch (error) {
      showFailure(form, "current", error, { "wrong-secret": "account.password-wrong" });
    } finally {
      done();
    }
  }

  async #put() {
    const proof = await proofOf(this.session, input("current").value);
    const from = this.field.value;
    // Sent again with the same octets, should the answer have been lost.
    if (this.#ready?.from !== from) this.#ready = { from, made: await newPassword(this.session, from) };
    await this.#ready.made.send(proof);
    this.forget();
    await this.done();
  }

  /** Take both passwords off the page. */
  forget() {
    this.#ready = null;
    this.field.forget();
    input("current").value = "";
  }
}

/** A new recovery code: printed, checked, then put in place. */
export class CodeChange {
  /** @type {NewCode | null} */
  #code = null;

  /** @param {Session} session @param {Steps} steps @param {() => void} checked what comes then: the password */
  constructor(session, steps, checked) {
    this.session = session;
    this.steps = steps;
    this.sheet = new CodeSheet(byId("code-sheet"));
    this.check = new CodeCheck(formOf("code-check"));
    onSubmit(formOf("sheet-form"), () => steps.go("check"));
    onSubmit(formOf("code-check"), () => this.#code && this.check.passes(this.#code.code) && checked());
  }

  /** Offer a new one where the old one was used. */
  async draw() {
    show(byId("code-used"), (await this.session.memory.get("recovery-used")) === true);
  }

  async begin() {
    this.#code = await newCode(this.session);
    this.sheet.show(groupsOf(this.#code.code), this.session.me.login);
    this.steps.go("sheet");
  }

  /** @param {Proof} proof */
  async put(proof) {
    await this.#code?.send(proof);
    await this.session.memory.remove("recovery-used");
    this.#code = null;
    this.sheet.clear();
  }
}
