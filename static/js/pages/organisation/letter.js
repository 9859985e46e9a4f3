/** The letter with a new code: shown once, printed, copied; kept nowhere. @module */
import { clone, fill, onAction, show, slot } from "../../ui/dom.js";
import { date } from "../../ui/format.js";
import { t } from "../../ui/messages.js";

/** @typedef {import("../../endpoint/organisations.js").Code & {code: string}} Made */

/** Listened to once, however many letters follow. @type {WeakSet<HTMLElement>} */
const mounted = new WeakSet();

/** @param {HTMLElement} place @param {Made} made @param {{name: string}} organisation */
export function showLetter(place, made, { name: organisation }) {
  const { name, role, code, department, expires } = made;
  place.replaceChildren(clone("t-letter", {
    title: t("org.letter", { name }), name, code, role: t(`role.${role}`), until: date(expires),
    organisation: [organisation, department].filter(Boolean).join(", "), address: `${location.host}/register`,
  }));
  letterOnPaper(true);
  show(place);
  if (!mounted.has(place)) listen(place);
  slot(place, "title").focus();
}

/** @param {HTMLElement} place */
function listen(place) {
  mounted.add(place);
  onAction(place, { print: () => window.print(), copy: () => void copy(place), hide: () => hide(place) });
}

/** While it is shown, printing the page prints the letter alone. @param {boolean} on */
const letterOnPaper = (on) => { document.documentElement.toggleAttribute("data-letter", on); };

/** @param {HTMLElement} place */
async function copy(place) {
  try {
    await navigator.clipboard.writeText(slot(place, "code").textContent ?? "");
    fill(place, { note: t("org.copied") });
  } catch {
    fill(place, { note: t("org.not-copied") });
  }
}

/** @param {HTMLElement} place */
function hide(place) {
  place.replaceChildren();
  show(place, false);
  letterOnPaper(false);
  document.getElementById("codes-title")?.focus();
}
