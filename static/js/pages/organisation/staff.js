/** The staff list: searched, filtered, and removing somebody. @module */
import { confirmations } from "../../endpoint/organisations.js";
import { byId, clone, fill, onAction, show, slot } from "../../ui/dom.js";
import { confirm } from "../../ui/dialog.js";
import { onSubmit } from "../../ui/forms.js";
import { date } from "../../ui/format.js";
import { t } from "../../ui/messages.js";
import { avatar } from "../../ui/people.js";
import { explain, failed, loading, report } from "../../ui/states.js";
import { FINISHED, actsFor, meaning, outcome } from "./departing.js";

/** @typedef {import("../../endpoint/organisations.js").Administered} Administered */
/** @typedef {import("../../endpoint/organisations.js").Staff} Staff */
/** @typedef {import("../../endpoint/session.js").Session} Session */

/** The list on the page. */
export class StaffList {
  #wanted = { text: "", department: "", state: "current" };
  #page = 0;
  /** @type {Map<string, Staff>} */
  #rows = new Map();

  /** @param {Administered} place @param {Session} session @param {(text: string) => void} told */
  constructor(place, session, told) {
    this.place = place;
    this.session = session;
    this.told = told;
    const form = /** @type {HTMLFormElement} */ (byId("search"));
    const state = /** @type {HTMLSelectElement} */ (byId("search-state"));
    state.value = this.#wanted.state;
    onSubmit(form, (data) => this.#search(data));
    for (const id of ["search-department", "search-state"]) byId(id).addEventListener("change", () => form.requestSubmit());
    onAction(byId("organisation"), {
      more: () => void this.load(this.#page + 1),
      remove: (button) => void this.#remove(String(button.dataset.post)),
    });
  }

  /** @param {FormData} data */
  #search(data) {
    const read = (/** @type {string} */ name) => String(data.get(name) ?? "").trim();
    this.#wanted = { text: read("text"), department: read("department"), state: read("state") };
    return this.load();
  }

  /** @param {number} [page] */
  async load(page = 0) {
    const state = loading(byId("staff-state"), { title: t("org.loading") });
    try {
      const found = await this.place.staff({ ...this.#wanted, page });
      state.done();
      this.#page = page;
      const rows = found.staff.map((one) => this.#row(one));
      if (page === 0) byId("staff").replaceChildren(...rows);
      else byId("staff").append(...rows);
      byId("staff-count").textContent = found.total ? t("org.count", { n: found.total }) : t("org.nobody");
      show(byId("staff-next"), found.more);
      if (page > 0) rows[0]?.querySelector("button")?.focus();
    } catch (error) {
      failed(byId("staff-state"), error, () => this.load(page));
    }
  }

  /** @param {Staff} one @returns {HTMLElement} */
  #row(one) {
    this.#rows.set(one.id, one);
    const { name, role, department, title, login, state, administrator } = one;
    const about = [t(`role.${role}`), title, department].filter(Boolean).join(" · ");
    const tags = [...(state === "current" ? [] : [clone(`t-tag-${state}`)]), ...(administrator ? [clone("t-tag-administrator")] : [])];
    const row = clone("t-staff", { avatar: avatar(name, role), name, about, login, when: when(one), tag: tags, of: t("org.of", { name }) });
    const act = slot(row, "act");
    act.dataset.post = one.id;
    if (state === "leaving") fill(act, { "act-label": t("org.again") });
    show(act, state !== FINISHED && one.member !== this.session.me.id);
    this.#receipts(row, one);
    row.id = `post-${one.id}`;
    return row;
  }

  /** @param {HTMLElement} row @param {Staff} one */
  #receipts(row, one) {
    if (one.leaving === null) return;
    const n = confirmations(this.session, one);
    const ended = said([{ words: "org.receipts", values: { n, nodes: one.leaving.nodes } }, ...actsFor(one)]);
    fill(row, { receipts: one.leaving.ends_membership ? ended : t("org.stays") });
    show(slot(row, "receipts"));
  }

  /** @param {string} id of the post */
  async #remove(id) {
    const one = this.#rows.get(id);
    if (!one) return;
    try {
      if (one.state === "current" && !(await this.#sure(one))) return byId(`post-${id}`).querySelector("button")?.focus();
      const after = await this.place.remove(id);
      byId(`post-${id}`).replaceWith(this.#row(after));
      this.told(said(outcome(after, confirmations(this.session, after))));
    } catch (error) {
      report(error);
      this.told(explain(error));
    }
    byId("staff-title").focus();
  }

  /** @param {Staff} one */
  async #sure({ id, name }) {
    const means = said(meaning(name, await this.place.ahead(id)));
    return confirm({
      template: "t-remove", title: t("org.remove", { name }), yes: t("org.remove.yes"), no: t("org.remove.no"), danger: true,
      slots: { means, readers: t("org.remove.told") },
    });
  }
}

/** @param {Staff} one @returns {string} */
function when({ since, until }) {
  return until === null ? t("org.since", { date: date(since) }) : t("org.until", { since: date(since), until: date(until) });
}

/** @param {import("./departing.js").Sentence[]} sentences @returns {string} */
function said(sentences) {
  return sentences.map(({ words, values }) => t(words, values)).join(" ");
}
