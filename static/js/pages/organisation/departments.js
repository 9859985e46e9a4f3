/** Departments: the list, adding one, and the choices of the search. @module */
import { byId, el } from "../../ui/dom.js";
import { onSubmit, showErrors } from "../../ui/forms.js";
import { t } from "../../ui/messages.js";
import { codeOf, explain } from "../../ui/states.js";

/** @typedef {import("../../endpoint/organisations.js").Administered} Administered */
/** @typedef {import("../../endpoint/organisations.js").Department} Department */

/** The list on the page; `all` is what there is now. */
export class Departments {
  /** @param {Administered} place @param {readonly Department[]} all @param {(text: string) => void} told */
  constructor(place, all, told) {
    this.place = place;
    this.all = all;
    this.told = told;
    this.form = /** @type {HTMLFormElement} */ (byId("department-form"));
    onSubmit(this.form, (data) => this.#add(String(data.get("name") ?? "").trim(), String(data.get("speciality") ?? "")));
    this.#draw();
  }

  #draw() {
    const words = (/** @type {Department} */ { name, speciality }) => t("org.department", { name, speciality: t(`speciality.${speciality}`) });
    byId("departments").replaceChildren(...this.all.map((one) => el("li", {}, words(one))));
    const choice = /** @type {HTMLSelectElement} */ (byId("search-department"));
    const [first, chosen] = [choice.options[0], choice.value];
    choice.replaceChildren(first, ...this.all.map(({ id, name }) => el("option", { value: id }, name)));
    choice.value = chosen;
  }

  /** @param {string} name @param {string} speciality */
  async #add(name, speciality) {
    const wrong = [
      ...(name ? [] : [{ field: "department-name", text: t("org.department-missing") }]),
      ...(speciality ? [] : [{ field: "department-speciality", text: t("org.speciality-missing") }]),
    ];
    showErrors(this.form, wrong);
    if (wrong.length) return;
    try {
      await this.place.addDepartment({ name, speciality });
      this.all = (await this.place.read()).departments;
      this.form.reset();
      this.#draw();
      this.told(t("org.department-added", { name }));
    } catch (error) {
      const text = codeOf(error) === "conflict" ? t("org.department-taken") : explain(error);
      showErrors(this.form, [{ field: "department-name", text }]);
    }
  }
}
