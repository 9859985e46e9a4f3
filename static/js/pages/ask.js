/** Asking for access: fill in, check, sign and send. What was typed stays until it is sent. @module */

import { list } from "../endpoint/records.js";
import { ask, asked } from "../endpoint/requests.js";
import { byId, el, fill, onAction, show } from "../ui/dom.js";
import { list as listed } from "../ui/format.js";
import { onSubmit, showErrors, showStep } from "../ui/forms.js";
import { t } from "../ui/messages.js";
import { startPage } from "../ui/page.js";
import { partName } from "../ui/parts.js";
import { codeOf, failed, pageState } from "../ui/states.js";
import { mountCode } from "./ask/code.js";

/** @typedef {import("../endpoint/session.js").Session} Session */
/** @typedef {{owner?: string, login?: string, partitions: string[], purpose: string, reason: string}} Terms */

const ADDRESS = /^[^\s@]+@[^\s@]+$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const LONGEST = 1000;

/** @param {FormData} data @param {string | undefined} owner @returns {Terms} */
function termsOf(data, owner) {
  const text = (/** @type {string} */ name) => String(data.get(name) ?? "").trim();
  const whom = owner ? { owner } : { login: text("login").toLowerCase() };
  return { ...whom, partitions: data.getAll("parts").map(String), purpose: text("purpose"), reason: text("reason") };
}

/** @param {Terms} terms @returns {{field: string, text: string}[]} */
function errorsIn({ owner, login = "", partitions, purpose, reason }) {
  const found = [];
  if (!owner && !ADDRESS.test(login)) found.push({ field: "login", text: t(login ? "ask.login-wrong" : "ask.login-missing") });
  if (!partitions.length) found.push({ field: "parts", text: t("ask.parts-missing") });
  if (!purpose) found.push({ field: "purpose", text: t("ask.purpose-missing") });
  if (!reason) found.push({ field: "reason", text: t("ask.reason-missing") });
  if ([...reason].length > LONGEST) found.push({ field: "reason", text: t("ask.reason-long") });
  return found;
}

/** @param {Terms} terms @param {string} who */
function showSum({ partitions, purpose, reason }, who) {
  const rows = [["ask.who", who], ["ask.parts", listed(partitions.map(partName))], ["ask.purpose", t(`purpose.${purpose}`)], ["ask.reason", reason]];
  byId("ask-sum").replaceChildren(...rows.flatMap(([label, value]) => [el("dt", {}, t(label)), el("dd", {}, value)]));
}

/**
 * Whom the address of this page names, as far as they are known here.
 * @param {Session} session
 * @returns {Promise<{owner?: string, name: string}>}
 */
async function known(session) {
  const owner = new URLSearchParams(location.search).get("owner") ?? "";
  if (!UUID.test(owner)) return { name: "" };
  const name = (await list(session, { owner }))[0]?.owner_name ?? (await asked(session))[owner];
  return { owner, name: name ?? t("ask.this-person") };
}

/** Ticks the parts that the address asks for. */
function prefill() {
  const wanted = new Set(new URLSearchParams(location.search).getAll("part"));
  for (const box of document.querySelectorAll("input[name=parts]")) {
    if (box instanceof HTMLInputElement && wanted.has(box.value)) box.checked = true;
  }
}

/** @param {Session} session @param {Terms} terms @param {(id: string) => void} go to a step */
async function send(session, terms, go) {
  try {
    await ask(session, terms);
    go("step-done");
  } catch (error) {
    if (codeOf(error) === "conflict") return showErrors(byId("send-form"), [{ field: "send-form", text: t("ask.conflict") }]);
    failed(pageState(), error, () => send(session, terms, go));
  }
  return undefined;
}

await startPage(async ({ session }) => {
  const { owner, name } = await known(session);
  const steps = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-step]")]);
  const go = (/** @type {string} */ id) => {
    showStep(steps, byId(id));
    show(byId("code-part"), id === "step-ask");
  };
  show(byId("ask-address"), !owner);
  show(byId("ask-known"), Boolean(owner));
  fill(byId("ask-known"), { name });
  prefill();
  mountCode(session, owner);
  /** @type {Terms | null} */
  let terms = null;
  onSubmit(/** @type {HTMLFormElement} */ (byId("ask-form")), (data) => {
    terms = termsOf(data, owner);
    const errors = errorsIn(terms);
    showErrors(byId("ask-form"), errors);
    if (errors.length) return;
    showSum(terms, owner ? name : String(terms.login));
    go("step-check");
  });
  onSubmit(/** @type {HTMLFormElement} */ (byId("send-form")), () => (terms ? send(session, terms, go) : undefined));
  onAction(byId("step-check"), { back: () => go("step-ask") });
}, { needs: "session", role: "professional" });
