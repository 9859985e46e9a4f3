/**
 * The way back in with the printed recovery code: a new password first, then a new code.
 *
 * At each point something that the person has still opens the account: the old code until the new
 * password counts, and the password from then on.
 * @module
 */
import { useWorker } from "../endpoint/password.js";
import { newCode, newPassword } from "../endpoint/recovery.js";
import { finish } from "../endpoint/session.js";
import { beginWithRecovery } from "../endpoint/signin.js";
import { formOf, input, nameAccount, showErrors, showFailure } from "../ui/account.js";
import { CodeCheck, CodeSheet, groupsOf } from "../ui/codesheet.js";
import { byId, onAction } from "../ui/dom.js";
import { onSubmit } from "../ui/forms.js";
import { guard } from "../ui/lock.js";
import { t } from "../ui/messages.js";
import { NewPassword } from "../ui/newpassword.js";
import { startPage } from "../ui/page.js";
import { codeOf, failed, loading } from "../ui/states.js";
import { Steps } from "../ui/steps.js";
import { startWorker } from "../ui/worker.js";

/** @typedef {import("../endpoint/session.js").Session} Session */
/** @typedef {import("../endpoint/signin.js").Attempt} Attempt */
/** @typedef {import("../endpoint/signin.js").Proof} Proof */
/** @typedef {import("../endpoint/recovery.js").NewCode} NewCode */

/** The page. */
class Recovering {
  /** @type {Attempt | null} */
  #attempt = null;
  /** @type {{session: Session, proof: Proof} | null} */
  #open = null;
  /** A password that is ready to be sent, and what it was made from. @type {{from: string, made: Awaited<ReturnType<typeof newPassword>>} | null} */
  #password = null;
  /** @type {NewCode | null} */
  #code = null;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.steps = new Steps(root, { onShow: (name) => this.#shown(name) });
    this.field = new NewPassword(byId("password-form"), () => [this.#open?.session.me.name ?? "", this.#open?.session.me.login ?? "", "sesphr"]);
    this.sheet = new CodeSheet(byId("recover-sheet"));
    this.check = new CodeCheck(formOf("recover-check"));
    onAction(root, { back: () => history.back() });
    onSubmit(formOf("recover-form"), () => this.#begin());
    onSubmit(formOf("otp-form"), () => this.#otp());
    onSubmit(formOf("password-form"), () => this.#change());
    onSubmit(formOf("sheet-form"), () => this.steps.go("check"));
    onSubmit(formOf("recover-check"), () => this.#replace());
    this.steps.begin("code");
  }

  /** @param {string} name */
  #shown(name) {
    document.documentElement.toggleAttribute("data-sheet", name === "sheet");
    if (name === "check") this.check.ask();
  }

  async #begin() {
    const form = formOf("recover-form");
    const [login, code] = [input("login").value, input("recovery-code").value];
    const missing = [
      ...(login.trim() === "" ? [{ field: "login", text: t("account.login-missing") }] : []),
      ...(code.trim() === "" ? [{ field: "recovery-code", text: t("recover.code-missing") }] : []),
    ];
    showErrors(form, missing);
    if (missing.length > 0) return;
    try {
      this.#attempt?.forget();
      this.#attempt = await beginWithRecovery({ login, code });
      await this.#signIn();
    } catch (error) {
      this.#refused(form, error);
    }
  }

  /** @param {HTMLFormElement} form @param {unknown} error */
  #refused(form, error) {
    const code = codeOf(error);
    if (code === "otp-needed") return this.steps.go("otp");
    return showFailure(form, code === "login" ? "login" : "recovery-code", error, {
      login: "account.login-form", "recovery-code": "recover.code-form", "wrong-secret": "recover.wrong",
    });
  }

  async #otp() {
    const form = formOf("otp-form");
    const otp = input("otp").value.trim();
    if (otp === "") return showErrors(form, [{ field: "otp", text: t("account.otp-missing") }]);
    try {
      return await this.#signIn(otp);
    } catch (error) {
      return showFailure(form, "otp", error, { "otp-needed": "account.otp-wrong" });
    }
  }

  /** @param {string} [otp] */
  async #signIn(otp) {
    if (this.#attempt === null) return this.steps.begin("code");
    this.#open = await finish(this.#attempt, otp);
    guard(this.#open.session);
    const { memory, me } = this.#open.session;
    // Until there is a new code, the security page offers one.
    await memory.set("recovery-used", true);
    input("recovery-code").value = "";
    nameAccount(document, me.login);
    return this.steps.finish("password");
  }

  async #change() {
    const form = formOf("password-form");
    if (this.field.value === "") return showErrors(form, [{ field: "password", text: t("account.new-password-missing") }]);
    if (!(await this.field.judge())) return showErrors(form, [{ field: "password", text: t("account.new-password-weak") }]);
    if (this.field.value !== input("password-again").value) return showErrors(form, [{ field: "password-again", text: t("account.passwords-differ") }]);
    showErrors(form, []);
    return this.#work("password-state", "recover.changing", form, () => this.#putPassword());
  }

  async #putPassword() {
    if (this.#open === null) return;
    const { session, proof } = this.#open;
    const from = this.field.value;
    // Sent again with the same octets, should the answer have been lost.
    if (this.#password?.from !== from) this.#password = { from, made: await newPassword(session, from) };
    await this.#password.made.send(proof);
    this.#password = null;
    this.#code = await newCode(session);
    this.sheet.show(groupsOf(this.#code.code), session.me.login);
    this.field.forget();
    input("password-again").value = "";
    this.steps.finish("sheet");
  }

  #replace() {
    if (this.#code === null || !this.check.passes(this.#code.code)) return undefined;
    return this.#work("check-state", "recover.replacing", formOf("recover-check"), () => this.#putCode());
  }

  async #putCode() {
    if (this.#open === null || this.#code === null) return;
    const { session, proof } = this.#open;
    await this.#code.send(proof);
    await session.memory.remove("recovery-used");
    this.sheet.clear();
    this.#code = null;
    this.steps.finish("done");
  }

  /** @param {string} place @param {string} title @param {HTMLFormElement} form @param {() => Promise<void>} work */
  async #work(place, title, form, work) {
    const state = byId(place);
    const { done } = loading(state, { title: t(title) });
    try {
      await work();
      done();
    } catch (error) {
      failed(state, error, () => form.requestSubmit());
    }
  }
}

useWorker(() => startWorker("password"));
await startPage(({ root }) => void new Recovering(root), { needs: "nothing" });
