/** Which parts, whom, for how long: the questions of a rule for a role, and saving it. @module */
import { list as listAuthorities } from "../../endpoint/authorities.js";
import { NoKey } from "../../endpoint/dealing.js";
import { change, readHead } from "../../endpoint/sharing.js";
import { given, termsOf, withdrawn } from "../../endpoint/visits.js";
import { byId, el, show } from "../../ui/dom.js";
import { list as listed } from "../../ui/format.js";
import { showErrors } from "../../ui/forms.js";
import { has, t } from "../../ui/messages.js";
import { partName } from "../../ui/parts.js";
import { announce, failed, pageState } from "../../ui/states.js";

/** @typedef {import("../../endpoint/authorities.js").Authority} Authority */
/** @typedef {import("../../endpoint/session.js").Session} Session */
/** @typedef {import("../../endpoint/visits.js").Kind} Kind */
/** @typedef {import("../../endpoint/visits.js").Terms} Terms */

const MOST_HOURS = 8760;

/** The rules of one kind, shown and changed. */
export class Rules {
  /** @type {Authority[]} */
  #authorities = [];
  /** Whose rule the form shows, once one was saved here. @type {{role: string, issuer: string} | null} */
  #saved = null;
  /** @type {Terms[]} */
  terms = [];

  /** @param {Session} session @param {Kind} kind @param {() => unknown} onDraw called after each drawing */
  constructor(session, kind, onDraw = () => {}) {
    this.session = session;
    this.kind = kind;
    this.onDraw = onDraw;
  }

  /** Read what is in force, and draw it. */
  async load() {
    const [head, authorities] = await Promise.all([readHead(this.session), listAuthorities()]);
    this.#authorities = authorities;
    this.terms = termsOf(head.rules, this.kind);
    byId("give-authority").replaceChildren(...authorities.map((one, i) =>
      el("option", { value: `${i}` }, t("give.authority", { role: roleWord(one.role), name: one.name }))));
    this.#fill();
    this.#draw();
  }

  /** The form begins with what is in force, so that saving it again changes nothing. */
  #fill() {
    const named = this.terms.find((one) => one.role === this.#saved?.role && one.issuer === this.#saved?.issuer);
    const shown = named ?? this.terms[0];
    const chosen = this.#authorities.findIndex((one) => one.role === shown?.role && one.issuer === shown?.issuer);
    if (!shown || chosen < 0) return;
    const form = /** @type {HTMLFormElement} */ (byId("give-form"));
    /** @type {HTMLSelectElement} */ (byId("give-authority")).value = `${chosen}`;
    /** @type {HTMLInputElement} */ (byId("give-hours")).value = `${shown.hours}`;
    for (const box of form.querySelectorAll("input")) {
      if (box.name === "parts") box.checked = shown.partitions.includes(box.value);
      if (box.name === "signers") box.checked = box.value === `${shown.signers}`;
    }
  }

  #draw() {
    byId("rules").replaceChildren(...this.terms.map((one) => el("li", {}, this.sentence(one))));
    show(byId("rules-on"), this.terms.length > 0);
    show(byId("rules-off"), this.terms.length === 0);
    this.onDraw();
  }

  /** @param {Terms} terms @returns {string} what a rule says */
  sentence({ role, issuer, partitions, hours }) {
    const name = this.#authorities.find((one) => one.issuer === issuer)?.name ?? t("give.unknown");
    return t("give.rule", { role: roleWord(role), name, parts: listed(partitions.map(partName)), n: hours });
  }

  /** Save what the form says. @param {FormData} data @param {number} signers 0 for a code */
  async save(data, signers) {
    const authority = this.#authorities[Number(data.get("authority"))];
    const [partitions, hours] = [data.getAll("parts").map(String), Number(data.get("hours"))];
    const errors = [];
    if (!partitions.length) errors.push({ field: "give-parts", text: t("give.parts-missing") });
    if (!authority) errors.push({ field: "give-authority", text: t("give.nobody") });
    if (!Number.isInteger(hours) || hours < 1 || hours > MOST_HOURS) errors.push({ field: "give-hours", text: t("give.hours-wrong") });
    showErrors(byId("give-form"), errors);
    if (errors.length || !authority) return;
    const { role, issuer } = authority;
    this.#saved = { role, issuer };
    await this.#put((rules) => given(rules, { role, issuer, partitions, hours, signers, history: true }));
  }

  /** Take all rules of this kind back. */
  stop() {
    return this.#put((rules) => withdrawn(rules, this.kind));
  }

  /** @param {import("../../endpoint/sharing.js").Change} build @returns {Promise<void>} */
  async #put(build) {
    try {
      const { receipts } = await change(this.session, build);
      await this.load();
      told(t(receipts.effective ? "give.saved" : "give.on-its-way"));
    } catch (error) {
      if (!(error instanceof NoKey)) failed(pageState(), error, () => this.#put(build));
      else showErrors(byId("give-form"), [{ field: "give-parts", text: t("give.no-key", { parts: listed(error.partitions.map(partName)) }) }]);
    }
  }
}

/** Say that something was done, on the page and to screen readers. @param {string} sentence */
export function told(sentence) {
  byId("done").textContent = sentence;
  show(byId("done"));
  announce(sentence);
}

/** @param {string} role @returns {string} */
export function roleWord(role) {
  return has(`role.${role}`) ? t(`role.${role}`) : role;
}
