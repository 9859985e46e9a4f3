/**
 * The second step at sign-in: setting up an app, its backup codes, and removing it.
 * @module
 */
import * as secondfactor from "../../endpoint/secondfactor.js";
import { formOf, input, showErrors, showFailure } from "../../ui/account.js";
import { CodeSheet } from "../../ui/codesheet.js";
import { byId, fill, show } from "../../ui/dom.js";
import { date } from "../../ui/format.js";
import { onSubmit } from "../../ui/forms.js";
import { t } from "../../ui/messages.js";
import { qr } from "../../ui/qr.js";

/** @typedef {import("../../endpoint/session.js").Session} Session */
/** @typedef {import("../../endpoint/signin.js").Proof} Proof */
/** @typedef {import("../../ui/steps.js").Steps} Steps */
/** @typedef {"factor-set" | "factor-codes" | "factor-remove"} Act */

/** What is done once somebody proved to be whom. */
export class Factor {
  /** @type {Act} */
  #act = "factor-set";

  /**
   * @param {Session} session
   * @param {Steps} steps
   * @param {(act: Act) => Promise<void>} done back to the overview, with what was done
   */
  constructor(session, steps, done) {
    this.session = session;
    this.steps = steps;
    this.done = done;
    this.sheet = new CodeSheet(byId("backup-sheet"));
    onSubmit(formOf("app-form"), () => this.#confirm());
    onSubmit(formOf("codes-form"), () => this.#kept());
  }

  /** Show how it stands. */
  async draw() {
    const { since, codes_left: n } = await secondfactor.status();
    const card = byId("card-factor");
    this.session.me.second_factor = since !== null;
    for (const part of card.querySelectorAll("[data-factor]")) {
      show(part, part.getAttribute("data-factor") === (since === null ? "off" : "on"));
    }
    if (since !== null) fill(card, { "factor-status": t("security.factor-since", { n, date: date(since) }) });
  }

  /** @param {Act} act @param {Proof} proof @param {string} otp */
  async begin(act, proof, otp) {
    this.#act = act;
    if (act === "factor-set") return this.#set(await secondfactor.begin(proof, otp));
    if (act === "factor-codes") return this.#show(await secondfactor.renewCodes(proof, otp));
    await secondfactor.remove(proof, otp);
    return this.done(act);
  }

  /** @param {{uri: string, secret: string}} made */
  #set({ uri, secret }) {
    const section = this.steps.section("app");
    fill(section, { "app-qr": qr(uri, t("security.app-qr")), "app-secret": (secret.match(/.{1,4}/g) ?? []).join(" ") });
    input("app-otp").value = "";
    this.steps.go("app");
  }

  async #confirm() {
    const form = formOf("app-form");
    const code = input("app-otp").value;
    if (code.trim() === "") return showErrors(form, [{ field: "app-otp", text: t("account.otp-missing") }]);
    try {
      this.#show(await secondfactor.confirm(code));
    } catch (error) {
      return showFailure(form, "app-otp", error, { "otp-needed": "account.otp-wrong", conflict: "security.too-late" });
    }
    return this.#clear();
  }

  /** @param {string[]} codes */
  #show(codes) {
    this.sheet.show(codes, this.session.me.login);
    this.steps.finish("codes");
  }

  #clear() {
    fill(this.steps.section("app"), { "app-qr": "", "app-secret": "" });
  }

  #kept() {
    this.sheet.clear();
    return this.done(this.#act);
  }
}
