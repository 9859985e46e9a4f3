/** The answer to a request: three questions, the sum, approve or refuse. @module */
import { approve, decline } from "../../endpoint/requests.js";
import { waits } from "../../endpoint/sharing.js";
import { confirm } from "../../ui/dialog.js";
import { byId, clone, fill, onAction, show, slot } from "../../ui/dom.js";
import { onSubmit, showErrors } from "../../ui/forms.js";
import { has, t } from "../../ui/messages.js";
import { ordered, partClass, partName, partTile } from "../../ui/parts.js";
import { announce } from "../../ui/states.js";
import { earlierOf, mountTerms, readTerms } from "../sharing/terms.js";
import { problemWords } from "../sharing/words.js";
import { holding } from "./facts.js";
import { drawSum } from "./sum.js";
import { whoCard } from "./who.js";

/** @typedef {import("./facts.js").Facts} Facts */
/** @typedef {import("../../endpoint/session.js").Session} Session */
/** @typedef {import("../../endpoint/sharing.js").Outcome} Outcome */
/** @typedef {{partitions: string[], until: number | null, history: boolean}} Limits */
/** @typedef {{approved: (outcome: Outcome, limits: Limits) => void, refused: () => void, stopped: (error: unknown) => void}} Then */

// Asked for or not, it starts unticked: seldom needed by whoever treats somebody.
const SELDOM = "insurance";

/**
 * @param {Session} session @param {Facts} facts @param {Then} then
 * @returns {HTMLElement} the form, ready
 */
export function answerForm(session, facts, then) {
  const made = clone("t-open", { who: whoCard(facts, session) });
  const form = /** @type {HTMLFormElement} */ (slot(made, "form"));
  const { request, person } = facts.checked;
  const asked = ordered(request.partitions);
  fill(form, { "parts-why": t("request.parts-why", { n: asked.length }), parts: asked.map((name) => partChoice(facts, name)) });
  mountTerms("request", form, { chosen: null, earlier: earlierOf(facts.records, person?.joined ?? null) });
  const draw = () => {
    const { terms, errors } = readTerms("request", form);
    fill(slot(form, "sum"), { "sum-may": t(mayAdd(form) ? "request.may-add" : "request.may-read") });
    drawSum(slot(form, "sum"), facts, chosenIn(form), errors.length ? null : terms, include);
  };
  const include = () => {
    const yes = /** @type {HTMLInputElement} */ (byId("request-history-yes", form));
    yes.checked = true;
    yes.focus();
    draw();
  };
  form.addEventListener("change", () => { markChosen(form); draw(); });
  onSubmit(form, () => send(session, facts, form, then));
  onAction(form, { refuse: () => refuse(request, then, form) });
  markChosen(form);
  draw();
  return made;
}

/** @param {Facts} facts @param {string} partition @returns {HTMLElement} */
function partChoice({ own, records }, partition) {
  const known = has(`part-hint.${partition}`) ? partition : "own";
  const noKey = own.epoch(partition) === null;
  const empty = holding(records, [partition]).length === 0;
  const note = noKey ? t("request.no-key") : empty ? t("request.no-record") : "";
  const made = clone("t-part", { label: partName(partition), hint: `${t(`part-hint.${known}`)} ${note}`.trim(), tile: partTile(partition, 44) });
  const input = /** @type {HTMLInputElement} */ (slot(made, "input"));
  Object.assign(input, { id: `part-${partition}`, value: partition, disabled: noKey, checked: !noKey && partition !== SELDOM });
  input.setAttribute("aria-describedby", `part-${partition}-hint`);
  slot(made, "label").setAttribute("for", input.id);
  slot(made, "hint").id = `part-${partition}-hint`;
  slot(made, "root").className = `part-choice ${partClass(partition)}`;
  return made;
}

/** @param {HTMLElement} form @returns {HTMLInputElement[]} */
function boxes(form) {
  return [...form.querySelectorAll('input[name="part"]')].filter((one) => one instanceof HTMLInputElement);
}

/** @param {HTMLElement} form @returns {string[]} */
function chosenIn(form) {
  return boxes(form).filter((one) => one.checked).map((one) => one.value);
}

/** @param {HTMLElement} form @returns {boolean} whether they may add to these parts as well */
function mayAdd(form) {
  return /** @type {HTMLInputElement} */ (byId("request-add", form)).checked;
}

/** @param {HTMLElement} form */
function markChosen(form) {
  for (const box of boxes(form)) box.closest(".part-choice")?.classList.toggle("part-choice--chosen", box.checked);
}

/** @param {Session} session @param {Facts} facts @param {HTMLFormElement} form @param {Then} then */
async function send(session, { checked: { request, person } }, form, then) {
  const { terms, errors } = readTerms("request", form);
  const partitions = chosenIn(form);
  if (partitions.length === 0) errors.unshift({ field: boxes(form)[0].id, text: t("request.choose-part") });
  showErrors(slot(form, "questions"), errors);
  if (errors.length || !person) return;
  const limits = { partitions, ...terms, history: terms.history && !byId("request-earlier", form).hidden };
  fill(form, { "sum-error": "" });
  try {
    announce(t("step.signing"));
    then.approved(await approve(session, request.id, { key: person.key, ...limits, add: mayAdd(form) }), limits);
  } catch (error) {
    if (error instanceof Error && "what" in error) return then.stopped(error);
    await tell(session, form, error);
  }
}

/** @param {Session} session @param {HTMLElement} form @param {unknown} error */
async function tell(session, form, error) {
  const words = problemWords(error, "request.problem");
  const kept = await waits(session).catch(() => false);
  fill(form, { "sum-error": kept ? `${words} ${t("request.kept")}` : words });
}

/** @param {import("../../endpoint/requests.js").KeyRequest} request @param {Then} then @param {HTMLElement} place */
export async function refuse(request, then, place) {
  const yes = await confirm({
    template: "t-refuse", title: t("request.refuse-title"), yes: t("request.refuse-yes"), no: t("request.refuse-no"),
    slots: { text: t("request.refuse-text", { name: request.asker_name }) },
  });
  if (!yes) return;
  try {
    await decline(request.id);
    then.refused();
  } catch (error) {
    const line = place.querySelector('[data-slot="sum-error"]');
    if (!(line instanceof HTMLElement)) throw error;
    line.textContent = problemWords(error, "request.problem");
    show(line);
  }
}
