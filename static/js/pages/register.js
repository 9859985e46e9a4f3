/**
 * Becoming a member: seven short steps; nothing is sent before the last one.
 *
 * A failure keeps everything; the same answers are sent again with the same octets.
 * @module
 */
import { freshRecoveryCode } from "../crypto/slots.js";
import { Conflict, EndpointError } from "../endpoint/errors.js";
import { useWorker } from "../endpoint/password.js";
import { prepare, readActivation } from "../endpoint/registration.js";
import { checkedLogin } from "../endpoint/signin.js";
import { formOf, input, nameAccount, showErrors, showFailure } from "../ui/account.js";
import { CodeCheck, CodeSheet, groupsOf } from "../ui/codesheet.js";
import { byId, fill, onAction, show } from "../ui/dom.js";
import { onSubmit } from "../ui/forms.js";
import { t } from "../ui/messages.js";
import { NewPassword } from "../ui/newpassword.js";
import { startPage } from "../ui/page.js";
import { failed, loading } from "../ui/states.js";
import { Steps } from "../ui/steps.js";
import { startWorker } from "../ui/worker.js";

/** @typedef {import("../endpoint/registration.js").Application} Application */

// Characters of the categories Cc, Cf, Cs, Co, Cn, Zl, Zp, except joiners, which some scripts need.
const HIDDEN = /(?![\u200c\u200d])[\p{C}\p{Zl}\p{Zp}]/u;

/** The page. */
class Registering {
  code = freshRecoveryCode();
  #finished = false;
  #reviewed = false;
  /** Who an organisation says that one is, and with which code. @type {{code: string, offer: import("../endpoint/registration.js").Offer} | null} */
  #enrolled = null;
  /** What was prepared, and from which answers. @type {{from: string, application: Application} | null} */
  #prepared = null;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.steps = new Steps(root, { onShow: (name) => this.#shown(name) });
    this.password = new NewPassword(byId("password-form"), () => [input("name").value, input("login").value, "sesphr"]);
    this.sheet = new CodeSheet(byId("register-sheet"));
    this.check = new CodeCheck(formOf("register-check"));
    onAction(root, { back: () => history.back(), change: (button) => this.steps.go(button.dataset.name ?? "role"), activation: () => this.steps.go("activation"), accept: () => this.#accept() });
    this.#forms();
    addEventListener("beforeunload", (event) => {
      // From the code on, leaving would make a printed sheet worthless without a word.
      if (!this.#finished && ["code", "check", "review"].includes(this.steps.current)) event.preventDefault();
    });
    this.steps.begin("role");
  }

  #forms() {
    onSubmit(formOf("role-form"), () => this.#role());
    onSubmit(formOf("activation-form"), () => this.#activation());
    onSubmit(formOf("name-form"), () => this.#name());
    onSubmit(formOf("login-form"), () => this.#login());
    onSubmit(formOf("password-form"), () => this.#password());
    onSubmit(formOf("code-form"), () => this.steps.go("check"));
    onSubmit(formOf("register-check"), () => this.check.passes(this.code) && this.steps.go("review"));
    onSubmit(formOf("review-form"), () => this.#send());
  }

  /** @param {string} name */
  #shown(name) {
    document.documentElement.toggleAttribute("data-sheet", name === "code");
    if (name === "password") nameAccount(document, this.#answers().login);
    if (name === "code") this.sheet.show(groupsOf(this.code), this.#answers().login);
    if (name === "check") this.check.ask();
    if (name === "review") this.#review();
  }

  #answers() {
    const role = /** @type {HTMLInputElement | null} */ (document.querySelector("input[name=role]:checked"))?.value ?? "";
    const name = input("name").value.trim().normalize("NFC");
    const login = input("login").value.trim().toLowerCase();
    return { role, name, login, password: this.password.value, code: this.code, ...this.#enrolment() };
  }

  /** What the organisation says counts before what was typed. */
  #enrolment() {
    if (!this.#enrolled) return {};
    const { code: activation, offer: { name, role } } = this.#enrolled;
    return { activation, name, role };
  }

  async #activation() {
    const form = formOf("activation-form");
    const code = input("activation").value.trim();
    show(byId("offer"), false);
    if (code === "") return showErrors(form, [{ field: "activation", text: t("register.activation-missing") }]);
    try {
      const offer = await readActivation(code);
      this.#enrolled = { code, offer };
      this.#offered(offer);
    } catch (error) {
      this.#enrolled = null;
      showFailure(form, "activation", error, { invalid: "problem.code-wrong" });
    }
  }

  /** @param {import("../endpoint/registration.js").Offer} offer */
  #offered({ name, role, organisation, department, title, email }) {
    showErrors(formOf("activation-form"), []);
    fill(byId("offer"), { name, role: t(`role.${role}`), organisation: [organisation, department].filter(Boolean).join(", "), title: title || "-" });
    if (email) input("login").value = email;
    show(byId("offer"));
    byId("offer-title").focus();
  }

  #accept() {
    return this.steps.go(this.#reviewed ? "review" : "login");
  }

  #role() {
    this.#enrolled = null;
    if (this.#answers().role === "") return showErrors(formOf("role-form"), [{ field: "role", text: t("register.role-missing") }]);
    return this.steps.go(this.#reviewed ? "review" : "name");
  }

  #name() {
    const { name } = this.#answers();
    const text = name === "" ? "register.name-missing" : HIDDEN.test(name) ? "register.name-hidden" : "";
    if (text) return showErrors(formOf("name-form"), [{ field: "name", text: t(text) }]);
    return this.steps.go(this.#reviewed ? "review" : "login");
  }

  #login() {
    const { login } = this.#answers();
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

  #review() {
    this.#reviewed = true;
    const { role, name, login } = this.#answers();
    fill(byId("answers"), { role: t(`role.${role}`), name, login });
    for (const button of byId("answers").querySelectorAll("[data-name=role], [data-name=name]")) show(button, this.#enrolled === null);
  }

  async #send() {
    const state = byId("review-state");
    const { step, done } = loading(state, { title: t("register.making"), steps: ["keys", "registering"] });
    try {
      step("keys");
      const application = await this.#application();
      step("registering");
      await application.send();
      done();
      this.#done(application);
    } catch (error) {
      const told = error instanceof Conflict && error.code === "conflict" ? new EndpointError("registration-unfinished") : error;
      failed(state, told, () => formOf("review-form").requestSubmit());
    }
  }


  /** @returns {Promise<Application>} the same one while the answers are the same */
  async #application() {
    const answers = this.#answers();
    const from = JSON.stringify(answers);
    if (this.#prepared?.from !== from) {
      this.#prepared?.application.forget();
      this.#prepared = { from, application: await prepare(answers) };
    }
    return this.#prepared.application;
  }

  /** @param {Application} application */
  #done(application) {
    this.#finished = true;
    for (const list of document.querySelectorAll("[data-when]")) show(list, (list.getAttribute("data-when") === "enrolled") === (this.#enrolled !== null));
    byId("done-text").textContent = t("register.sent", { login: application.login });
    this.sheet.clear();
    this.password.forget();
    application.forget();
    this.#prepared = null;
    this.code = "";
    this.steps.finish("done");
  }
}

useWorker(() => startWorker("password"));
await startPage(({ root }) => void new Registering(root), { needs: "nothing" });
