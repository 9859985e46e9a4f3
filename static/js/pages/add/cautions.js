/**
 * Warnings over the parts: what was found, who would read it, and what can be done, the safer first.
 * @module
 */
import { clone, fill, onAction, show, slot } from "../../ui/dom.js";
import { icon } from "../../ui/icons.js";
import { t } from "../../ui/messages.js";
import { partName } from "../../ui/parts.js";
import { othersLine } from "../shared/readers.js";
import { titleOf } from "./describe.js";

/** @typedef {import("./draft.js").Draft} Draft */
/** @typedef {import("./draft.js").Caution} Caution */
/** @typedef {import("../../endpoint/readers.js").ReadersOf} ReadersOf */
/** @typedef {{label: string, act: () => void}} Choice */
/** @typedef {{draft: Draft, readers: ReadersOf | "loading" | "failed", onChange: (key: string) => void}} View */

const NAMED = 4;
const SAFE = "personal";

/** @param {HTMLElement} place @param {View} view */
export function drawCautions(place, view) {
  const { draft } = view;
  const open = draft.open();
  const settled = [...draft.answers].filter(([key]) => !open.some((one) => one.key === key));
  place.replaceChildren(...open.map((one) => panel(one, view)), ...settled.map(([key]) => line(key, view)));
}

/** @param {Caution} one @param {View} view */
function panel(one, view) {
  const words = { name: nameWords, unknown: unknownWords, patients: patientsWords, embedded: embeddedWords }[one.kind](one, view);
  const made = clone("t-caution", { title: words.title, text: words.text, who: words.who ?? "", why: words.why ?? "" });
  made.dataset.caution = one.key;
  const pressing = isPressing(one, view.readers);
  if (!pressing) calmed(made);
  for (const name of ["who", "why"]) show(slot(made, name), Boolean(words[name]));
  units(slot(made, "items"), one, view.draft);
  fill(made, { choices: choicesOf(one, view).map((choice, index) => choiceButton(choice, pressing && index === 0)) });
  return made;
}

/**
 * Whether a warning has to be answered before saving: a name that nobody else can read only informs.
 * @param {Caution} one @param {View["readers"]} readers @returns {boolean}
 */
export function isPressing({ kind, part }, readers) {
  return kind !== "name" || typeof readers === "string" || readers(part).length > 0;
}

/** @param {HTMLElement} panel that only informs */
function calmed(panel) {
  panel.classList.replace("panel--warning", "panel--info");
  panel.querySelector(".icon")?.replaceWith(icon("info", 24));
}

/** @param {HTMLElement} place @param {Caution} one @param {Draft} draft */
function units(place, one, draft) {
  const all = one.units.map((id) => titleOf(draft.unit(id)));
  const shown = all.length > NAMED + 1 ? all.slice(0, NAMED) : all;
  const more = all.length - shown.length;
  const lines = [...shown, ...(more ? [t("add.caution.more", { n: more })] : [])];
  place.replaceChildren(...lines.map((words) => Object.assign(document.createElement("li"), { textContent: words })));
  show(place, all.length > 0);
}

/** @param {Caution} one @param {View} view @returns {Record<string, string>} */
function nameWords(one, view) {
  const part = partName(one.part);
  const text = [
    one.units.length ? t("add.caution.name.text", { n: one.units.length }) : "",
    one.others && !one.units.length ? t("add.caution.name.others", { n: one.others }) : "",
    one.copies ? t("add.caution.name.copies") : "",
  ].filter(Boolean).join(" ");
  const why = [
    one.units.length && !one.movable ? t("add.caution.name.most", { part }) : "",
    one.others && one.units.length ? t("add.caution.name.others", { n: one.others }) : "",
  ].filter(Boolean).join(" ");
  return { title: t("add.caution.name.title", { part }), text, who: who(one.part, view, "add.caution.name.who", "add.caution.name.nobody"), why };
}

/** @param {string} part @param {View} view @param {string} words @param {string} [nobody] */
function who(part, { readers }, words, nobody) {
  if (typeof readers === "string") return "";
  const found = readers(part);
  if (!found.length) return nobody ? t(nobody, { part: partName(part) }) : "";
  return t(words, { people: othersLine(found), part: partName(part) });
}

/** @param {Caution} one @param {View} view @returns {Record<string, string>} */
function unknownWords(one, view) {
  const values = { n: one.n, part: partName(one.part) };
  return {
    title: t("add.caution.unknown.title", values), text: t("add.caution.unknown.text", values),
    who: who(one.part, view, "add.caution.unknown.who"),
  };
}

/** @param {Caution} one @returns {Record<string, string>} */
function patientsWords({ n }) {
  return { title: t("add.caution.patients.title", { n }), text: t("add.caution.patients.text") };
}

/** @param {Caution} one @param {View} view @returns {Record<string, string>} */
function embeddedWords({ part, type }, view) {
  return {
    title: t("add.caution.embedded.title"), text: t("add.caution.embedded.text", { type, part: partName(part) }),
    who: who(part, view, "add.caution.unknown.who"),
  };
}

/** @param {Caution} one @param {View} view @returns {Choice[]} the safer one first */
function choicesOf(one, { draft, onChange }) {
  const leave = { label: leaveWords(one), act: () => { draft.leave(one); onChange(one.key); } };
  // Where the safe part goes into another one, moving there would move nothing.
  const canMove = draft.parts.shown.includes(SAFE) && (one.movable || (one.kind === "unknown" && one.part !== SAFE));
  if (!canMove) return [leave];
  const label = t("add.caution.move", { n: one.units.length, part: partName(SAFE) });
  return [{ label, act: () => { draft.moveAll(one, SAFE); onChange(one.key); } }, leave];
}

/** @param {Caution} one */
function leaveWords({ kind, part, units: found }) {
  if (kind === "patients") return t("add.caution.patients.yes");
  return found.length ? t("add.caution.leave", { n: found.length, part: partName(part) }) : t("add.caution.leave-all");
}

/** @param {Choice} choice @param {boolean} main */
function choiceButton({ label, act }, main) {
  const made = clone("t-choice", { label });
  made.classList.toggle("button--outline", !main);
  made.addEventListener("click", act);
  return made;
}

/** An answered warning: one line. @param {string} key @param {View} view */
function line(key, { draft, onChange }) {
  const answer = /** @type {import("./draft.js").Answer} */ (draft.answers.get(key));
  const { caution: { kind, part, n }, moved } = answer;
  const text = moved ? t(`add.settled.moved.${kind}`, { n: moved, part: partName(SAFE) }) : t(`add.settled.${kind}`, { n, part: partName(part) });
  const made = clone("t-settled", { text });
  made.dataset.caution = key;
  onAction(made, { undo: () => { draft.undo(key); onChange(key); } });
  return made;
}

/** @param {HTMLElement} place @param {string} key */
export function focusCaution(place, key) {
  const found = place.querySelector(`[data-caution="${CSS.escape(key)}"]`);
  if (found instanceof HTMLElement) found.focus();
}
