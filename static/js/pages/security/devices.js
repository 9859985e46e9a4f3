/**
 * The devices that are signed in, each with its way out.
 * @module
 */
import { devices } from "../../endpoint/secondfactor.js";
import { byId, clone, show, slot } from "../../ui/dom.js";
import { dateTime } from "../../ui/format.js";
import { t, worded } from "../../ui/messages.js";

/** @typedef {import("../../endpoint/secondfactor.js").Device} Device */

/** Draw the list anew. */
export async function drawDevices() {
  byId("devices").replaceChildren(...(await devices()).map(row));
}

/** @param {Device} device @returns {HTMLElement} */
function row({ id, current, started, seen, agent }) {
  const browser = worded("browser", agent.browser, "browser.other");
  const name = t("device.name", { browser, system: worded("system", agent.system, "system.other") });
  const when = t("device.when", { started: dateTime(started), seen: dateTime(seen) });
  const made = clone("t-device", { name, when, which: ` ${name}` });
  show(slot(made, "here"), current);
  const button = slot(made, "button");
  button.dataset.id = id;
  // This one is signed out from the menu, which says where it leads.
  show(button, !current);
  return made;
}
