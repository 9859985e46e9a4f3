/** Codes that can still be used, and withdrawing one. @module */
import { byId, clone, onAction, show, slot } from "../../ui/dom.js";
import { confirm } from "../../ui/dialog.js";
import { date } from "../../ui/format.js";
import { t } from "../../ui/messages.js";
import { explain, failed, report } from "../../ui/states.js";

/** @typedef {import("../../endpoint/organisations.js").Administered} Administered */
/** @typedef {import("../../endpoint/organisations.js").Code} Code */

/** The list on the page. */
export class Codes {
  /** @param {Administered} place @param {(text: string) => void} told */
  constructor(place, told) {
    this.place = place;
    this.told = told;
    onAction(byId("codes"), { withdraw: (button) => void this.#withdraw(button) });
  }

  async load() {
    try {
      const codes = await this.place.codes();
      byId("codes").replaceChildren(...codes.map(row));
      show(byId("codes-none"), codes.length === 0);
    } catch (error) {
      failed(byId("codes-state"), error, () => this.load());
    }
  }

  /** @param {HTMLElement} button */
  async #withdraw(button) {
    const name = String(button.dataset.name);
    const sure = await confirm({ title: t("org.withdraw", { name }), body: t("org.withdraw.text"), yes: t("org.withdraw.yes"), danger: true });
    if (!sure) return button.focus();
    try {
      await this.place.withdraw(String(button.dataset.code));
      this.told(t("org.withdrawn", { name }));
      await this.load();
    } catch (error) {
      report(error);
      this.told(explain(error));
    }
    byId("codes-title").focus();
  }
}

/** @param {Code} code @returns {HTMLElement} */
function row({ id, name, role, title, department, email, expires, issued_by: by }) {
  const about = [t(`role.${role}`), title, department, email].filter(Boolean).join(" · ");
  const made = clone("t-code", { name, about, when: t("org.code.when", { date: date(expires), by }), of: t("org.of", { name }) });
  Object.assign(slot(made, "act").dataset, { code: id, name });
  return made;
}
