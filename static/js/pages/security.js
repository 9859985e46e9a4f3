/**
 * Is my account safe? Password, recovery code, second step, devices, keys.
 *
 * Whatever a stolen session must not do asks for the password first.
 * @module
 */
import { fingerprint } from "../endpoint/fingerprint.js";
import { proofOf } from "../endpoint/recovery.js";
import { signOutDevice, signOutEverywhere } from "../endpoint/secondfactor.js";
import { formOf, input, nameAccount, showErrors, showFailure } from "../ui/account.js";
import { confirm } from "../ui/dialog.js";
import { byId, clone, fill, onAction, show } from "../ui/dom.js";
import { showFingerprint } from "../ui/fingerprint.js";
import { onSubmit } from "../ui/forms.js";
import { leave } from "../ui/lock.js";
import { t } from "../ui/messages.js";
import { startPage } from "../ui/page.js";
import { codeOf, failed, loading, pageState } from "../ui/states.js";
import { Steps } from "../ui/steps.js";
import { drawDevices } from "./security/devices.js";
import { Factor } from "./security/factor.js";
import { CodeChange, PasswordChange } from "./security/secrets.js";

/** @typedef {import("../endpoint/session.js").Session} Session */
/** What a password is asked for. @typedef {"code" | import("./security/factor.js").Act} Act */

/** The page. */
class Security {
  /** @type {Act} */
  #act = "code";

  /** @param {HTMLElement} root @param {Session} session */
  constructor(root, session) {
    this.root = root;
    this.session = session;
    this.steps = new Steps(root, { onShow: (name) => this.#shown(name) });
    this.factor = new Factor(session, this.steps, (act) => this.#done(`${act}-done`));
    this.password = new PasswordChange(session, () => this.#done("password-done"));
    this.code = new CodeChange(session, this.steps, () => this.#prove("code"));
    this.#actions();
    nameAccount(root, session.me.login);
    this.steps.begin("overview");
  }

  #actions() {
    const factor = (/** @type {HTMLElement} */ button) => this.#prove(/** @type {Act} */ (button.dataset.action));
    onAction(this.root, {
      back: () => history.back(),
      password: () => this.steps.go("password"),
      code: () => this.#attempt(() => this.code.begin()),
      "factor-set": factor,
      "factor-codes": factor,
      "factor-remove": factor,
      "sign-out-device": (button) => this.#attempt(() => this.#signOut(button.dataset.id ?? "")),
      everywhere: () => this.#attempt(() => this.#everywhere()),
    });
    onSubmit(formOf("prove-form"), () => this.#proved());
  }

  /** Draw what the servers say. */
  async draw() {
    const { verification, receive } = await this.session.registered();
    showFingerprint(/** @type {HTMLElement} */ (this.root.querySelector("[data-fingerprint]")), fingerprint(verification, receive));
    await Promise.all([this.factor.draw(), this.code.draw(), drawDevices()]);
  }

  /** @param {string} name */
  #shown(name) {
    document.documentElement.toggleAttribute("data-sheet", name === "sheet" || name === "codes");
    if (name === "check") this.code.check.ask();
    if (name !== "password") this.password.forget();
    if (name !== "prove") input("prove-password").value = input("prove-otp").value = "";
    if (name !== "overview") show(byId("done"), false);
  }

  /** @param {string} what names the sentence that says what was done */
  async #done(what) {
    this.steps.finish("overview");
    fill(byId("done"), { text: t(`security.${what}`) });
    show(byId("done"));
    await this.draw();
  }

  /** Ask for the password. @param {Act} act what for */
  #prove(act) {
    this.#act = act;
    fill(this.steps.section("prove"), { "prove-title": t(`prove.${act}`), "prove-text": t(`prove.${act}-text`) });
    fill(byId("prove-button"), { label: t(`prove.${act}-button`) });
    show(byId("prove-code"), act !== "code" && this.session.me.second_factor);
    this.steps.go("prove");
  }

  async #proved() {
    const form = formOf("prove-form");
    const [password, otp] = [input("prove-password").value, input("prove-otp").value.trim()];
    const errors = [];
    if (password === "") errors.push({ field: "prove-password", text: t("account.password-missing") });
    if (otp === "" && !byId("prove-code").hidden) errors.push({ field: "prove-otp", text: t("account.otp-missing") });
    showErrors(form, errors);
    if (errors.length > 0) return;
    const { done } = loading(byId("prove-state"), { title: t("security.working") });
    try {
      await this.#carryOut(password, otp);
    } catch (error) {
      this.#refused(form, error);
    } finally {
      done();
    }
  }

  /** @param {string} password @param {string} otp */
  async #carryOut(password, otp) {
    const proof = await proofOf(this.session, password);
    if (this.#act !== "code") return this.factor.begin(this.#act, proof, otp);
    await this.code.put(proof);
    return this.#done("code-done");
  }

  /** @param {HTMLFormElement} form @param {unknown} error */
  #refused(form, error) {
    if (codeOf(error) === "otp-needed") {
      show(byId("prove-code"));
      return showFailure(form, "prove-otp", error, { "otp-needed": "account.otp-wrong" });
    }
    return showFailure(form, "prove-password", error, { "wrong-secret": "account.password-wrong" });
  }

  /** @param {string} id */
  async #signOut(id) {
    await signOutDevice(id);
    await drawDevices();
    fill(byId("done"), { text: t("security.device-done") });
    show(byId("done"));
  }

  async #everywhere() {
    const yes = await confirm({ title: t("security.everywhere"), body: clone("t-everywhere"), yes: t("security.everywhere-yes") });
    if (!yes) return;
    await signOutEverywhere();
    await leave(document.documentElement.dataset.start ?? "/");
  }

  /** @param {() => Promise<unknown>} work */
  async #attempt(work) {
    try {
      await work();
    } catch (error) {
      failed(pageState(), error, () => this.#attempt(work));
    }
  }
}

await startPage(({ root, session }) => new Security(root, session).draw(), { needs: "session" });
