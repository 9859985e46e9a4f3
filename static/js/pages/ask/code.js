/** The code that a patient reads out: given to the key nodes, and then the record opens. @module */
import { memberOf } from "../../endpoint/requests.js";
import { withCode } from "../../endpoint/visiting.js";
import { byId, show } from "../../ui/dom.js";
import { onSubmit, showErrors } from "../../ui/forms.js";
import { has, t } from "../../ui/messages.js";
import { codeOf, failed, pageState } from "../../ui/states.js";

const ADDRESS = /^[^\s@]+@[^\s@]+$/;

/** @param {import("../../endpoint/session.js").Session} session @param {string | undefined} owner where the page knows whose record it is about */
export function mountCode(session, owner) {
  show(byId("code-address"), !owner);
  onSubmit(/** @type {HTMLFormElement} */ (byId("code-form")), (data) => open(data));

  /** @param {FormData} data */
  async function open(data) {
    const [login, code] = ["login", "otp"].map((name) => String(data.get(name) ?? "").trim());
    const errors = [];
    if (!owner && !ADDRESS.test(login)) errors.push({ field: "code-login", text: t(login ? "ask.login-wrong" : "ask.login-missing") });
    if (!/^\d{6}$/.test(code.replace(/\s/g, ""))) errors.push({ field: "code", text: t("code.form") });
    showErrors(byId("code-form"), errors);
    if (errors.length) return;
    try {
      const whose = owner ?? (await memberOf(session, login.toLowerCase()));
      await withCode(session, whose, code);
      location.assign(`/patients/${whose}`);
    } catch (error) {
      const word = `code.${codeOf(error)}`;
      if (!has(word)) failed(pageState(), error);
      else showErrors(byId("code-form"), [{ field: "code", text: t(word) }]);
    }
  }
}
