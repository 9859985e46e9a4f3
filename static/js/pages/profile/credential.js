/** The profile's card of one's certified role: what it says, handing one in, asking an authority. @module */
import { credentialOf, endsSoon, normalised, present, stateOf, LONGEST } from "../../endpoint/credentials.js";
import { EndpointError } from "../../endpoint/errors.js";
import { credentialRequest } from "../../endpoint/identity.js";
import { now } from "../../endpoint/statement.js";
import { byId, clone, onAction, show } from "../../ui/dom.js";
import { onSubmit, showErrors } from "../../ui/forms.js";
import { has, t, worded } from "../../ui/messages.js";
import { codeOf, failed, isStop, report } from "../../ui/states.js";
import { sentence, words } from "../shared/certified.js";

/** @typedef {import("../../endpoint/credentials.js").Said} Said */
/** @typedef {import("../../endpoint/session.js").Session} Session */

/** @param {Session} session */
export async function mountCredential(session) {
  const form = /** @type {HTMLFormElement} */ (byId("credential-form"));
  onSubmit(form, (data) => handIn(session, form, data));
  const ask = /** @type {HTMLFormElement} */ (byId("credential-ask"));
  onSubmit(ask, (data) => askFor(session, ask, data));
  await redraw(session);
}

/** @param {Session} session */
async function redraw(session) {
  try {
    byId("credential-state").replaceChildren(drawn(await credentialOf(session)));
  } catch (error) {
    report(error);
    byId("credential-state").replaceChildren(clone("t-credential-unknown"));
  }
}

/** @param {Said | null} said @returns {HTMLElement} */
function drawn(said) {
  if (said === null) return clone("t-credential-none");
  const state = stateOf(said, now());
  if (state !== "valid") return clone("t-credential-stopped", { text: t(`credential.${state}`, words(said)) });
  if (endsSoon(said, now())) return clone("t-credential-ends", { text: sentence(said), ends: t("credential.ends", words(said)) });
  return clone("t-credential", { text: sentence(said) });
}

/** @param {Session} session @param {HTMLFormElement} form @param {FormData} data */
async function handIn(session, form, data) {
  const done = byId("credential-done");
  done.replaceChildren();
  try {
    const { confirmed, nodes, effective } = await present(session, normalised(await textOf(data)));
    showErrors(form, []);
    form.reset();
    await redraw(session);
    const enough = effective && confirmed === nodes;
    done.replaceChildren(clone(enough ? "t-credential-taken" : "t-credential-partly", { text: t("credential.taken", { n: confirmed, nodes }) }));
    show(done);
  } catch (error) {
    if (isStop(error)) return failed(done, error);
    const code = codeOf(error);
    const text = has(`credential.problem.${code}`) ? t(`credential.problem.${code}`) : worded("problem", code);
    showErrors(form, [{ field: "credential-text", text }]);
  }
}

/** @param {FormData} data @returns {Promise<string>} what was pasted, or what the file holds */
async function textOf(data) {
  const file = data.get("file");
  const pasted = String(data.get("text") ?? "").trim();
  if (pasted || !(file instanceof File) || file.size === 0) return pasted;
  if (file.size > LONGEST) throw new EndpointError("credential-form");
  return file.text();
}

/** @param {Session} session @param {HTMLFormElement} form @param {FormData} data */
async function askFor(session, form, data) {
  const organisation = String(data.get("organisation") ?? "").trim();
  const fits = organisation.length >= 1 && [...organisation].length <= 200;
  showErrors(form, fits ? [] : [{ field: "credential-organisation", text: t("credential.organisation-missing") }]);
  if (!fits) return;
  const request = credentialRequest(session, { role: session.me.role, organisation });
  const made = clone("t-credential-request");
  const area = made.querySelector("textarea");
  if (area) area.value = request;
  onAction(made, { copy: () => void copied(request) });
  byId("credential-request").replaceChildren(made);
  area?.focus();
  area?.select();
}

/** @param {string} text */
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    byId("credential-copied").textContent = t("credential.copied");
  } catch (error) {
    report(error);
    byId("credential-copied").textContent = t("credential.not-copied");
  }
}
