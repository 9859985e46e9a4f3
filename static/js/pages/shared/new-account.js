/**
 * What signs somebody in from now on: their e-mail address, a password, and a recovery code that is
 * printed and checked. Becoming a member and taking an account over both ask for them.
 * @module
 */
import { freshRecoveryCode } from "../../crypto/slots.js";
import { checkedLogin } from "../../endpoint/signin.js";
import { formOf, input, nameAccount, showErrors, showFailure } from "../../ui/account.js";
import { CodeCheck, CodeSheet, groupsOf } from "../../ui/codesheet.js";
import { byId } from "../../ui/dom.js";
import { onSubmit } from "../../ui/forms.js";
import { t } from "../../ui/messages.js";
import { NewPassword } from "../../ui/newpassword.js";

/** @typedef {import("../../ui/steps.js").Steps} Steps */

/** The steps login, password, code and check; the template `_new-account.jinja` has them. */
export class NewAccount {
  #code = freshRecoveryCode();
  #finished = false;

  /**
   * @param {string} prefix of the ids
   * @param {Steps} steps
   * @param {{name: () => string, done: () => void, last: string}} page name: whose account it is; done: what comes
   *   after these steps; last: the step in which the account is made
   */
  constructor(prefix, steps, { name, done, last }) {
    this.steps = steps;
    this.password = new NewPassword(byId("password-form"), () => [name(), input("login").value, "sesphr"]);
    this.sheet = new CodeSheet(byId(`${prefix}-sheet`));
    this.check = new CodeCheck(formOf(`${prefix}-check`));
    onSubmit(formOf("login-form"), () => this.#login());
    onSubmit(formOf("password-form"), () => this.#password());
    onSubmit(formOf("code-form"), () => steps.go("check"));
    onSubmit(this.check.form, () => this.check.passes(this.#code) && done());
    addEventListener("beforeunload", (event) => {
      // From the code on, leaving would make a printed sheet worthless without a word.
      if (!this.#finished && ["code", "check", last].includes(steps.current)) event.preventDefault();
    });
  }

  /** @returns {{login: string, password: string, code: string}} as typed; code: the recovery code */
  get answers() {
    return { login: input("login").value.trim().toLowerCase(), password: this.password.value, code: this.#code };
  }

  /** @param {string} name of the step that is shown */
  shown(name) {
    document.documentElement.toggleAttribute("data-sheet", name === "code");
    if (name === "password") nameAccount(document, this.answers.login);
    if (name === "code") this.sheet.show(groupsOf(this.#code), this.answers.login);
    if (name === "check") this.check.ask();
  }

  /** It is made: take all of it off the page. */
  forget() {
    this.#finished = true;
    this.sheet.clear();
    this.password.forget();
    this.#code = "";
  }

  #login() {
    const { login } = this.answers;
    const form = formOf("login-form");
    if (login === "") return showErrors(form, [{ field: "login", text: t("account.login-missing") }]);
    try {
      checkedLogin(login);
    } catch (error) {
      return showFailure(form, "login", error, { login: "account.login-form" });
    }
    if (!input("login").checkValidity()) return showErrors(form, [{ field: "login", text: t("account.login-form") }]);
    // The sheet names the address: after another one it is shown again.
    return this.steps.go("password");
  }

  async #password() {
    const form = formOf("password-form");
    if (this.password.value === "") return showErrors(form, [{ field: "password", text: t("account.new-password-missing") }]);
    if (!(await this.password.judge())) return showErrors(form, [{ field: "password", text: t("account.new-password-weak") }]);
    return this.steps.go("code");
  }
}
