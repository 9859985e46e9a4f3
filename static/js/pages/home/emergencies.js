/** Colleagues' emergencies that wait for one's signature, looked for while the page is open. @module */
import { check, confirm, list } from "../../endpoint/emergencies.js";
import { byId, clone, onAction, show, slot } from "../../ui/dom.js";
import { t } from "../../ui/messages.js";
import { codeOf, explain, failed, isStop, report } from "../../ui/states.js";

/** @typedef {import("../../endpoint/session.js").Session} Session */
/** @typedef {import("../../endpoint/emergencies.js").Emergency} Emergency */

/** In milliseconds: a colleague waits three minutes at most. */
const LOOK = 10_000;

/** @param {Session} session */
export async function watchEmergencies(session) {
  try {
    await draw(session);
  } catch (error) {
    if (isStop(error)) return failed(byId("home-emergencies"), error);
    // The lock says it to people; everything else is tried again.
    if (["locked", "signed-out"].includes(codeOf(error))) return undefined;
    report(error);
  }
  setTimeout(() => void watchEmergencies(session), LOOK);
  return undefined;
}

/** @param {Session} session */
async function draw(session) {
  const place = byId("home-emergencies");
  const { waiting } = await list();
  const shown = new Map([...place.children].map((one) => [/** @type {HTMLElement} */ (one).dataset.id, one]));
  const rows = [];
  for (const one of waiting) {
    // What stands there keeps the focus.
    const before = shown.get(keyOf(one));
    if (!before) await check(session, one);
    rows.push(before ?? row(session, one));
  }
  if (rows.length !== shown.size || rows.some((one) => one.parentElement !== place)) place.replaceChildren(...rows);
}

/** Asked anew for the same is the same question. @param {Emergency} one @returns {string} */
const keyOf = ({ id, owner, reason }) => JSON.stringify([id, owner, reason]);

/** @param {Session} session @param {Emergency} one @returns {HTMLElement} */
function row(session, one) {
  const { asker_name: name, owner_name: patient, reason } = one;
  const made = clone("t-emergency", {
    title: t("home.emergency", { name, patient }), reason: t("home.emergency.reason", { reason }), state: "",
  });
  made.dataset.id = keyOf(one);
  onAction(made, { confirm: () => sign(session, one, made) });
  return made;
}

/** @param {Session} session @param {Emergency} one @param {HTMLElement} panel */
async function sign(session, one, panel) {
  try {
    await confirm(session, one, t("home.emergency.own"));
    panel.remove();
  } catch (error) {
    if (isStop(error)) failed(byId("home-emergencies"), error);
    else slot(panel, "state").textContent = explain(error);
    show(slot(panel, "state"));
  }
}
