/** The consent code: its app, whose secret is made here, and what it opens. @module */
import { randomBytes } from "../crypto/bytes.js";
import { isCode, SECRET } from "../crypto/consent.js";
import { change } from "../endpoint/sharing.js";
import { now } from "../endpoint/statement.js";
import { octetsOf } from "../endpoint/visiting.js";
import { byId, fill, onAction, show } from "../ui/dom.js";
import { onSubmit, showErrors } from "../ui/forms.js";
import { t } from "../ui/messages.js";
import { startPage } from "../ui/page.js";
import { qr } from "../ui/qr.js";
import { codeOf, failed, pageState } from "../ui/states.js";
import { base32, otpauth } from "./consent-code/otpauth.js";
import { Rules, told } from "./emergency/terms.js";

/** @typedef {import("../endpoint/session.js").Session} Session */

void startPage(async ({ session }) => {
  const rules = new Rules(session, "code");
  await rules.load();
  onSubmit(/** @type {HTMLFormElement} */ (byId("give-form")), (data) => rules.save(data, 0));
  onAction(byId("card-rule"), { stop: () => rules.stop() });
  const app = new App(session);
  onAction(byId("card-app"), { setup: () => app.begin(), cancel: () => app.end(), forget: () => app.put(new Uint8Array(0)) });
  onSubmit(/** @type {HTMLFormElement} */ (byId("app-form")), (data) => app.prove(data));
}, { needs: "session", role: "owner" });

class App {
  /** Made for this visit of the page, and kept nowhere. @type {Uint8Array | null} */
  #secret = null;

  /** @param {Session} session */
  constructor(session) {
    this.session = session;
  }

  begin() {
    this.#secret = randomBytes(SECRET);
    const label = t("consent.label", { name: this.session.me.name });
    const text = base32(this.#secret);
    fill(byId("app-setup"), { qr: qr(otpauth(text, label), t("consent.qr")), secret: (text.match(/.{1,4}/g) ?? []).join(" ") });
    this.#show(true);
    byId("app-otp").focus();
  }

  end() {
    this.#secret?.fill(0);
    this.#secret = null;
    fill(byId("app-setup"), { qr: "", secret: "" });
    /** @type {HTMLFormElement} */ (byId("app-form")).reset();
    this.#show(false);
  }

  /** @param {boolean} on */
  #show(on) {
    show(byId("app-setup"), on);
    show(byId("app-buttons"), !on);
  }

  /** The app has the secret if it shows its code. @param {FormData} data */
  async prove(data) {
    const typed = String(data.get("otp") ?? "").replace(/\s/g, "");
    const problem = this.#problem(typed);
    showErrors(byId("app-form"), problem ? [{ field: "app-otp", text: problem }] : []);
    if (!problem && this.#secret) await this.put(this.#secret);
  }

  /** @param {string} typed @returns {string} what is wrong with a code; empty for nothing */
  #problem(typed) {
    try {
      octetsOf(typed);
    } catch (error) {
      if (codeOf(error) !== "code-form") throw error;
      return t("consent.form");
    }
    return this.#secret && isCode(this.#secret, typed, now()) ? "" : t("consent.wrong");
  }

  /** Seal a secret to each node; none: they forget it. @param {Uint8Array} secret */
  async put(secret) {
    try {
      const { receipts } = await change(this.session, (rules) => rules, [], secret);
      const done = secret.length ? "consent.on" : "consent.off";
      this.end();
      told(t(receipts.effective ? done : "give.on-its-way"));
    } catch (error) {
      failed(pageState(), error, () => this.put(secret));
    }
  }
}
