/**
 * Becoming a member: seven short steps; nothing is sent before the last one.
 *
 * A failure keeps everything; the same answers are sent again with the same octets.
 * @module
 */
import { Conflict, EndpointError } from "../endpoint/errors.js";
import { useWorker } from "../endpoint/password.js";
import { prepare, readActivation } from "../endpoint/registration.js";
import { formOf, input, showErrors, showFailure } from "../ui/account.js";
import { byId, fill, onAction, show } from "../ui/dom.js";
import { onSubmit } from "../ui/forms.js";
import { t } from "../ui/messages.js";
import { startPage } from "../ui/page.js";
import { failed, loading } from "../ui/states.js";
import { Steps } from "../ui/steps.js";
import { startWorker } from "../ui/worker.js";
import { NewAccount } from "./shared/new-account.js";

/** @typedef {import("../endpoint/registration.js").Application} Application */

// Characters of the categories Cc, Cf, Cs, Co, Cn, Zl, Zp, except joiners, which some scripts need.
const HIDDEN = /(?![\u200c\u200d])[\p{C}\p{Zl}\p{Zp}]/u;

/** The page. */
class Registering {
  #reviewed = false;
  /** Who an organisation says that one is, and with which code. @type {{code: string, offer: import("../endpoint/registration.js").Offer} | null} */
  #enrolled = null;
  /** What was prepared, and from which answers. @type {{from: string, application: Application} | null} */
  #prepared = null;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.steps = new Steps(root, { onShow: (name) => this.#shown(name) });
    this.account = new NewAccount("register", this.steps, { name: () => input("name").value, done: () => this.steps.go("review"), last: "review" });
    onAction(root, { back: () => history.back(), change: (button) => this.steps.go(button.dataset.name ?? "role"), activation: () => this.steps.go("activation"), accept: () => this.#accept() });
    this.#forms();
    this.steps.begin("role");
  }

  #forms() {
    onSubmit(formOf("role-form"), () => this.#role());
    onSubmit(formOf("activation-form"), () => this.#activation());
    onSubmit(formOf("name-form"), () => this.#name());
    onSubmit(formOf("review-form"), () => this.#send());
  }

  /** @param {string} name */
  #shown(name) {
    this.account.shown(name);
    if (name === "review") this.#review();
  }

  #answers() {
    const role = /** @type {HTMLInputElement | null} */ (document.querySelector("input[name=role]:checked"))?.value ?? "";
    const name = input("name").value.trim().normalize("NFC");
    return { role, name, ...this.account.answers, ...this.#enrolment() };
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
    for (const list of document.querySelectorAll("[data-when]")) show(list, (list.getAttribute("data-when") === "enrolled") === (this.#enrolled !== null));
    byId("done-text").textContent = t("register.sent", { login: application.login });
    this.account.forget();
    application.forget();
    this.#prepared = null;
    this.steps.finish("done");
  }
}

useWorker(() => startWorker("password"));
await startPage(({ root }) => void new Registering(root), { needs: "nothing" });
