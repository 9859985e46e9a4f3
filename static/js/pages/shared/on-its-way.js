/**
 * A deposit that was under way when a page was closed: it is shown, sent again, or forgotten.
 *
 * The words stand in templates/pages/_on-its-way-*.jinja.
 * @module
 */
import { discard, resume, waiting } from "../../endpoint/depositing.js";
import { Superseded } from "../../endpoint/errors.js";
import { clone, fill, onAction, show, slot } from "../../ui/dom.js";
import { confirm } from "../../ui/dialog.js";
import { dateTime } from "../../ui/format.js";
import { t } from "../../ui/messages.js";
import { codeOf, explain, isStop, loading, redStop, report } from "../../ui/states.js";
import { Sending } from "./sending.js";

/** @typedef {import("../../endpoint/session.js").Session} Session */
/** @typedef {import("../../endpoint/depositing.js").Waiting} Waiting */

const STEPS = ["sending", "receipts"];

/**
 * @param {HTMLElement} place shown when something waits
 * @param {Session} session
 * @param {{onDone?: () => void}} [options] after all was sent or forgotten
 * @returns {Promise<number>} how many wait
 */
export async function showOnItsWay(place, session, { onDone = () => {} } = {}) {
  const found = await waiting(session);
  show(place, found.length > 0);
  if (!found.length) {
    place.replaceChildren();
    return 0;
  }
  const panel = clone("t-on-its-way", { title: t("way.title", { n: found.length }), text: textOf(found[0]) });
  onAction(panel, {
    resend: () => void send(panel, session, onDone),
    discard: () => void drop(panel, place, session, found, onDone),
  });
  place.replaceChildren(panel);
  return found.length;
}

/** @param {Waiting} oldest */
function textOf({ original, made }) {
  const values = { date: dateTime(made) };
  return original ? t("way.text.named", { ...values, file: original.name }) : t("way.text", values);
}

/** @param {HTMLElement} panel @param {Session} session @param {() => void} onDone */
async function send(panel, session, onDone) {
  const place = slot(panel, "state");
  const state = loading(place, { title: t("way.sending"), steps: STEPS });
  show(slot(panel, "acts"), false);
  const sending = new Sending(state, slot(panel, "pause"));
  try {
    await resume(session, { signal: sending.signal, onStep: (step, detail = {}) => sending.onStep(step, detail) });
    finish(panel, t("way.sent"), onDone);
  } catch (error) {
    sending.end();
    // It waits no more: its record has another such version.
    if (error instanceof Superseded) return finish(panel, t("way.superseded"), onDone, "panel--warning");
    return stopped(panel, place, error);
  }
  return undefined;
}

/** @param {HTMLElement} panel @param {HTMLElement} place @param {unknown} error */
function stopped(panel, place, error) {
  const paused = codeOf(error) === "paused";
  if (!paused) report(error);
  if (isStop(error)) return redStop(place, error);
  place.replaceChildren(paused ? t("way.paused") : explain(error));
  if (paused) fill(/** @type {HTMLElement} */ (panel.querySelector("[data-action=resend]")), { label: t("way.go-on") });
  show(slot(panel, "acts"));
  panel.focus();
  return undefined;
}

/** @param {HTMLElement} panel @param {HTMLElement} place @param {Session} session @param {Waiting[]} found @param {() => void} onDone */
async function drop(panel, place, session, found, onDone) {
  const sure = await confirm({
    template: "t-discard", title: t("way.discard.title"), yes: t("way.discard.yes"), no: t("way.discard.no"), danger: true,
  });
  if (!sure) return;
  try {
    await discard(session, found[0].key);
  } catch (error) {
    report(error);
    fill(panel, { state: explain(error) });
    return;
  }
  if (!(await showOnItsWay(place, session, { onDone }))) {
    place.replaceChildren(panel);
    show(place);
    finish(panel, t("way.discarded"), onDone);
  }
}

/** @param {HTMLElement} panel @param {string} sentence @param {() => void} onDone @param {string} [look] */
function finish(panel, sentence, onDone, look = "panel--good") {
  fill(panel, { title: sentence });
  for (const name of ["text", "state", "pause", "acts"]) slot(panel, name).remove();
  panel.classList.replace("panel--warning", look);
  panel.focus();
  onDone();
}
