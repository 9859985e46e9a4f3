/**
 * Signing in, and going on to the page that was asked for.
 *
 * The password is stretched once; the one-time code may be tried again without it.
 * @module
 */
import { useWorker } from "../endpoint/password.js";
import { finish, forgetStale, onChange } from "../endpoint/session.js";
import { begin } from "../endpoint/signin.js";
import { formOf, input, showErrors, showFailure } from "../ui/account.js";
import { byId, onAction } from "../ui/dom.js";
import { onSubmit } from "../ui/forms.js";
import { t } from "../ui/messages.js";
import { startPage } from "../ui/page.js";
import { codeOf } from "../ui/states.js";
import { Steps } from "../ui/steps.js";
import { startWorker } from "../ui/worker.js";

/** @typedef {import("../endpoint/signin.js").Attempt} Attempt */

/** The page. */
class SigningIn {
  /** @type {Attempt | null} */
  #attempt = null;
  #leaving = false;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.steps = new Steps(root);
    this.steps.begin("password");
    onAction(root, { back: () => history.back() });
    onSubmit(formOf("password-form"), () => this.#password());
    onSubmit(formOf("otp-form"), () => this.#code());
    // Somebody signed in in another tab.
    onChange((change) => { if (change === "opened") this.#leave(); });
  }

  async #password() {
    const form = formOf("password-form");
    const [login, password] = [input("login").value, input("password").value];
    const missing = [
      ...(login.trim() === "" ? [{ field: "login", text: t("account.login-missing") }] : []),
      ...(password === "" ? [{ field: "password", text: t("account.password-missing") }] : []),
    ];
    showErrors(form, missing);
    if (missing.length > 0) return;
    // A slow device needs seconds for the password; without a word people press again.
    byId("working").textContent = t("sign-in.working");
    try {
      this.#attempt?.forget();
      this.#attempt = await begin({ login, password });
      await this.#finish();
    } catch (error) {
      this.#refused(form, error);
    }
  }

  /** @param {HTMLFormElement} form @param {unknown} error */
  #refused(form, error) {
    byId("working").textContent = "";
    const code = codeOf(error);
    if (code === "otp-needed") return this.steps.go("otp");
    const field = code === "login" ? "login" : "password";
    return showFailure(form, field, error, { login: "account.login-form", "wrong-secret": "sign-in.wrong" });
  }

  async #code() {
    const form = formOf("otp-form");
    const otp = input("otp").value.trim();
    if (otp === "") return showErrors(form, [{ field: "otp", text: t("account.otp-missing") }]);
    showErrors(form, []);
    try {
      return await this.#finish(otp);
    } catch (error) {
      return showFailure(form, "otp", error, { "otp-needed": "account.otp-wrong" });
    }
  }

  /** @param {string} [otp] */
  async #finish(otp) {
    if (this.#attempt === null) return this.steps.begin("password");
    await finish(this.#attempt, otp);
    return this.#leave();
  }

  /** Its own sign-in is heard here too. */
  #leave() {
    if (this.#leaving) return;
    this.#leaving = true;
    input("password").value = "";
    location.replace(byId("sign-in").dataset.next ?? "/home");
  }
}

useWorker(() => startWorker("password"));
await startPage(({ root }) => void new SigningIn(root), { needs: "nothing" });
// Whoever signs in is told of a browser that keeps nothing, or of a server that is away.
forgetStale().catch(() => undefined);
