/** Handing an account over to the person whom it is about: the question, the code, and how it stands. @module */
import { offer, withdraw } from "../../endpoint/guardians.js";
import { CodeSheet, groupsOf } from "../../ui/codesheet.js";
import { confirm } from "../../ui/dialog.js";
import { byId, clone, fill, onAction, show, slot } from "../../ui/dom.js";
import { date } from "../../ui/format.js";
import { t } from "../../ui/messages.js";

/** @typedef {import("../../endpoint/guardians.js").Dependant} Dependant */
/** @typedef {import("../../endpoint/session.js").Session} Session */
/** attempt: does something and shows what fails; done: says what was done, and draws anew. @typedef {{attempt: (work: () => unknown) => Promise<void>, done: (text: string) => Promise<void>}} Page */

/** What is enough for whoever comes of age to find the page. */
const PATH = "/take-over";

/** For all dependants of the page. */
export class HandingOver {
  /** @param {Session} session @param {Page} page */
  constructor(session, page) {
    this.session = session;
    this.page = page;
    this.sheet = new CodeSheet(byId("hand-sheet"));
    onAction(byId("hand-code"), { given: () => void this.#given() });
  }

  /** @param {Dependant} one @returns {HTMLElement} how it stands, and what can be done */
  card(one) {
    const found = one.hand_over;
    const words = { name: one.name, ...(found && { date: date(found.since), until: date(found.expires), by: found.by }) };
    const state = found === null ? "none" : found.begun ? "begun" : "waits";
    const made = clone("t-hand", { text: t(`hand.${state}`, words), label: t(state === "waits" ? "hand.anew" : "hand.offer") });
    show(slot(made, "offer"), state !== "begun");
    show(slot(made, "withdraw"), state === "waits");
    onAction(made, { offer: () => void this.#offer(one), withdraw: () => void this.#withdraw(one) });
    return made;
  }

  /** @param {Dependant} one */
  async #offer(one) {
    const title = t("hand.sure", { name: one.name });
    const sure = await confirm({ template: "t-hand-sure", title, yes: t("hand.yes"), no: t("care.sure-no") });
    if (sure) await this.page.attempt(async () => this.#show(one, await offer(this.session, one.member)));
  }

  /** @param {Dependant} one @param {{code: string, expires: number}} made */
  #show({ name }, { code, expires }) {
    const place = byId("hand-code");
    fill(place, { title: t("hand.title", { name }), lead: t("hand.lead", { name, address: location.host + PATH, date: date(expires) }) });
    this.sheet.show(groupsOf(code), name, PATH);
    this.#turn(true);
    slot(place, "title").focus();
  }

  /** The code has the page for itself, on paper too. @param {boolean} on */
  #turn(on) {
    document.documentElement.toggleAttribute("data-sheet", on);
    show(byId("hand-code"), on);
    show(byId("care-page"), !on);
  }

  async #given() {
    this.sheet.clear();
    this.#turn(false);
    await this.page.attempt(() => this.page.done(t("hand.done-offered")));
  }

  /** @param {Dependant} one */
  async #withdraw(one) {
    await this.page.attempt(async () => {
      await withdraw(one.member);
      await this.page.done(t("hand.done-withdrawn", { name: one.name }));
    });
  }
}
