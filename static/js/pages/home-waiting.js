/**
 * What comes next for a member who waits: address, administrator, and the fingerprint to read out.
 * @module
 */
import { get } from "../endpoint/api.js";
import { fingerprint } from "../endpoint/fingerprint.js";
import { byId, el, show } from "../ui/dom.js";
import { showFingerprint } from "../ui/fingerprint.js";
import { t } from "../ui/messages.js";
import { startPage } from "../ui/page.js";

/** @typedef {import("../endpoint/signin.js").Me} Me */

/** @param {HTMLElement} root @param {Me} me */
function draw(root, { confirmed }) {
  for (const line of root.querySelectorAll("[data-when]")) {
    show(line, line.getAttribute("data-when") === (confirmed ? "confirmed" : "unconfirmed"));
  }
  const step = byId("step-address");
  step.classList.toggle("journey__step--done", confirmed);
  step.classList.toggle("journey__step--now", !confirmed);
  byId("step-check").classList.toggle("journey__step--now", confirmed);
  root.querySelectorAll(".journey__step--done h2").forEach(markDone);
}

/** Colour alone says nothing to those who cannot see it. @param {Element} heading */
function markDone(heading) {
  if (heading.querySelector("[data-done]")) return;
  heading.prepend(el("span", { class: "nhsuk-u-visually-hidden", "data-done": true }, `${t("waiting.done")} `));
}

/** @param {HTMLElement} root @param {Me} before */
async function lookAgain(root, before) {
  const now = await get("/session");
  if (now.state !== before.state) return location.reload();
  draw(root, now);
  byId("look-note").textContent = now.confirmed === before.confirmed ? t("waiting.same") : "";
  return now;
}

await startPage(async ({ root, session }) => {
  draw(root, session.me);
  const { verification, receive } = await session.registered();
  showFingerprint(/** @type {HTMLElement} */ (root.querySelector("[data-fingerprint]")), fingerprint(verification, receive));
  byId("look-again").addEventListener("click", () => void lookAgain(root, session.me));
}, { needs: "session" });
