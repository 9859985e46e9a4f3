/**
 * What can be done with whole parts of the record that is being added, and the lines that take it back.
 * @module
 */
import { clone, onAction } from "../../ui/dom.js";
import { icon } from "../../ui/icons.js";
import { t } from "../../ui/messages.js";
import { partName, usualName } from "../../ui/parts.js";
import { askMerge, askName, askNewPart, askOut, askSeveral } from "./dialogs.js";
import { toggleMenu } from "./menu.js";
import { NOWHERE } from "./parts.js";

/** @typedef {import("./draft.js").Draft} Draft */
/** @typedef {import("./parts.js").Change} Change */
/** What to do after a change; null when it was no change after all. @typedef {(change: Change | null) => void} OnChange */

/**
 * @param {HTMLElement} button @param {string} part @param {Draft} draft @param {OnChange} onChange
 */
export function partMenu(button, part, draft, onChange) {
  const { parts } = draft;
  const act = (/** @type {() => Promise<Change | null | undefined>} */ ask) => async () => {
    const change = await ask();
    if (change !== undefined) onChange(change);
  };
  const several = { label: t("add.part.several"), icon: icon("move", 20), act: act(() => moveSeveral(draft, part)) };
  if (part === NOWHERE) return toggleMenu(button, t("add.out.column"), [several]);
  const choices = [
    { label: t("add.part.rename"), icon: icon("pen", 20), act: act(async () => answered(await askName(draft, part), (name) => parts.rename(part, name))) },
    { label: t("add.part.merge"), icon: icon("arrow-right", 20), act: act(async () => answered(await askMerge(draft, part), (to) => parts.merge(part, to))) },
    { label: t("add.part.out"), icon: icon("minus", 20), act: act(() => out(draft, part)) },
  ];
  if (draft.unitsIn(part).length > 1) choices.unshift(several);
  return toggleMenu(button, t("add.part.menu", { part: partName(part) }), choices);
}

/** @template T @param {T | null} answer @param {(answer: T) => Change | null} make @returns {Change | null | undefined} undefined for none */
const answered = (answer, make) => (answer === null ? undefined : make(answer));

/** @param {Draft} draft @param {string} part */
async function moveSeveral(draft, part) {
  const found = await askSeveral(draft, part);
  if (!found) return undefined;
  if (found.to === NOWHERE && !(await askOut(countsOf(draft, found.ids), t("add.items", { n: found.ids.length })))) return undefined;
  return draft.moveSeveral(found.ids, found.to);
}

/** @param {Draft} draft @param {string[]} ids @returns {Record<string, number>} items by kind */
function countsOf(draft, ids) {
  /** @type {Record<string, number>} */
  const counts = {};
  // A section may say in words alone what it has no entries of.
  for (const { kind, items } of ids.map((id) => draft.unit(id))) counts[kind] = (counts[kind] ?? 0) + Math.max(items, 1);
  return counts;
}

/** @param {Draft} draft @param {string} part */
async function out(draft, part) {
  const yes = await askOut(countsOf(draft, draft.unitsIn(part).map(({ id }) => id)), partName(part));
  return yes ? draft.parts.merge(part, NOWHERE) : undefined;
}

/** @param {Draft} draft @param {OnChange} onChange */
export async function addPart(draft, onChange) {
  const found = await askNewPart(draft);
  if (found) onChange(draft.parts.add(found.id, found.name));
}

/** Whether one unit may be left out, asked where it matters. @param {Draft} draft @param {string} id @param {string} title */
export async function mayLeave(draft, id, title) {
  const counts = countsOf(draft, [id]);
  return counts.allergy || counts.medication ? askOut(counts, title) : true;
}

/** @param {HTMLElement} place @param {Draft} draft @param {(change: Change) => void} onUndo */
export function drawChanges(place, draft, onUndo) {
  place.replaceChildren(...draft.parts.changes.map((change, index) => {
    const made = clone("t-settled", { text: changeWords(change) });
    made.dataset.change = `${index}`;
    onAction(made, { undo: () => onUndo(change) });
    return made;
  }));
}

/** @param {Change} change @returns {string} */
export function changeWords({ kind, part, to, name, before }) {
  const values = { part: partName(part), id: part, to: partName(to), n: before.size, was: name || usualName(part) };
  return t(`add.change.${kind}${to === NOWHERE ? ".out" : ""}`, values);
}

/** @param {HTMLElement} place @param {Draft} draft @param {Change} change */
export function focusChange(place, draft, change) {
  const found = place.querySelector(`[data-change="${draft.parts.changes.indexOf(change)}"]`);
  if (found instanceof HTMLElement) found.focus();
}
