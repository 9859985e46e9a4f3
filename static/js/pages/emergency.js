/** An owner's emergencies: her rule, what was opened by it, and what she says of that. @module */
import { list, review, see } from "../endpoint/notices.js";
import { confirm } from "../ui/dialog.js";
import { byId, clone, onAction, show, slot } from "../ui/dom.js";
import { dateTime, list as listed } from "../ui/format.js";
import { onSubmit } from "../ui/forms.js";
import { t } from "../ui/messages.js";
import { startPage } from "../ui/page.js";
import { failed } from "../ui/states.js";
import { Rules } from "./emergency/terms.js";

/** @typedef {import("../endpoint/notices.js").Notice} Notice */

void startPage(async ({ session }) => {
  const rules = new Rules(session, "emergency", () => {
    byId("rules-signers").textContent = rules.terms.length ? t("emergency.signers", { n: rules.terms[0].signers }) : "";
  });
  await Promise.all([drawPast(), rules.load()]);
  onSubmit(/** @type {HTMLFormElement} */ (byId("give-form")), (data) => rules.save(data, Number(data.get("signers"))));
  onAction(byId("card-rule"), { stop: () => rules.stop() });
}, { needs: "session", role: "owner" });

async function drawPast() {
  const found = (await list()).filter(({ kind }) => kind === "emergency");
  byId("past").replaceChildren(...found.map(row));
  show(byId("past-none"), found.length === 0);
  // Shown is seen; what it says of it comes by the buttons.
  await Promise.all(found.filter(({ seen }) => seen === null).map(({ id }) => see(id)));
}

/** @param {Notice} notice @returns {HTMLElement} */
function row({ id, asker_name: name, at, until, reason, signers, review: verdict }) {
  const made = clone("t-past", {
    title: t("emergency.title", { name, date: dateTime(at) }), reason: reason || t("emergency.no-reason"),
    signers: listed(signers.map((one) => one.name)), until: dateTime(until),
    verdict: verdict ? t(`emergency.${verdict}`) : "",
  });
  show(slot(made, "buttons"), verdict === "");
  onAction(made, { right: () => say(id, "right"), question: () => question(id) });
  return made;
}

/** @param {string} id */
async function question(id) {
  const sure = await confirm({
    title: t("emergency.question"), body: t("emergency.question.text"), yes: t("emergency.question.yes"), no: t("emergency.no"), danger: true,
  });
  if (sure) await say(id, "questioned");
}

/** @param {string} id @param {"right" | "questioned"} verdict */
async function say(id, verdict) {
  try {
    await review(id, verdict);
    await drawPast();
  } catch (error) {
    failed(byId("past-state"), error, () => say(id, verdict));
  }
}
