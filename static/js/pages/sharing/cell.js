/** The question that a cell asks when it is pressed: share, change the end, or take back. @module */
import { cellOf, isOutdated } from "../../endpoint/matrix.js";
import { clone, fill, onAction, show, slot } from "../../ui/dom.js";
import { onSubmit, showErrors } from "../../ui/forms.js";
import { t } from "../../ui/messages.js";
import { partName, partTile } from "../../ui/parts.js";
import { changeOf } from "./draft.js";
import { earlierOf, mountTerms, readTerms } from "./terms.js";
import { lastDay, now, untilWords } from "./words.js";

/** @typedef {import("../../endpoint/matrix.js").Cell} Cell */
/** @typedef {import("../../endpoint/matrix.js").CellChange} CellChange */
/** @typedef {import("./draft.js").Draft} Draft */
/** @typedef {import("./load.js").Scene} Scene */
/** @typedef {import("./load.js").Someone} Someone */

/**
 * @param {Scene} scene @param {Draft} draft @param {Someone} person @param {string} partition
 * @returns {Promise<CellChange | "undo" | null>} the change that was chosen; undo of an unsaved one; null for none
 */
export function askCell(scene, draft, person, partition) {
  const cell = cellOf(scene.head.rules, person.member, partition, now());
  const change = changeOf(draft, person.member, partition);
  const dialog = /** @type {HTMLDialogElement} */ (clone("t-cell", {
    title: t("cell.title", { part: partName(partition), name: person.name }), tile: partTile(partition, 44),
    now: nowWords(cell, person), why: whyNot(scene, person, partition),
  }));
  const form = /** @type {HTMLFormElement} */ (slot(dialog, "form"));
  const open = slot(dialog, "why").textContent === "";
  const given = { member: person.member, key: person.key, partition };
  mountTerms("cell", form, { chosen: chosenAtFirst(cell, change), earlier: earlierOf(scene.records, person.found?.joined ?? null) });
  show(slot(dialog, "questions"), open);
  show(slot(dialog, "share"), open);
  show(slot(dialog, "take"), ["shared", "later", "ended"].includes(cell.state) && !change?.take);
  show(slot(dialog, "undo"), change !== null);
  fill(slot(dialog, "share"), { label: t(cell.state === "shared" && !isOutdated(cell, person.found) ? "cell.change" : "cell.share") });
  return answered(dialog, form, given);
}

/**
 * @param {HTMLDialogElement} dialog @param {HTMLFormElement} form
 * @param {{member: string, key: string, partition: string}} given
 * @returns {Promise<CellChange | "undo" | null>}
 */
function answered(dialog, form, given) {
  document.body.append(dialog);
  return new Promise((resolve) => {
    /** @type {CellChange | "undo" | null} */
    let answer = null;
    const close = (/** @type {CellChange | "undo" | null} */ found) => { answer = found; dialog.close(); };
    dialog.addEventListener("close", () => { dialog.remove(); resolve(answer); });
    onSubmit(form, () => {
      const { terms, errors } = readTerms("cell", form);
      showErrors(form, errors);
      if (!errors.length) close({ ...given, ...terms, take: false });
    });
    onAction(dialog, {
      no: () => close(null), undo: () => close("undo"),
      take: () => close({ ...given, take: true, until: null, history: false }),
    });
    dialog.showModal();
    slot(dialog, "title").focus();
  });
}

/** @param {Cell} cell @param {CellChange | null} change */
function chosenAtFirst(cell, change) {
  if (change && !change.take) return change;
  return cell.state === "shared" ? { until: cell.until, history: cell.history } : null;
}

/** @param {Cell} cell @param {Someone} person @returns {string} what the list says of it now */
function nowWords(cell, { name, problem, found }) {
  if (isOutdated(cell, found)) return t("cell.now-renewed", { name });
  if (problem === "gone" && cell.state === "shared") return t("cell.now-gone", { name });
  const records = t(cell.history ? "cell.now-all" : "cell.now-some");
  if (cell.state === "shared") {
    const end = cell.until === null ? t("cell.now-endless", { name }) : t("cell.now-shared", { name, until: untilWords(cell.until) });
    return `${end} ${cell.limited ? t("cell.now-limited") : records}`;
  }
  if (cell.state === "ended") return t("cell.now-ended", { name, date: lastDay(Number(cell.until)) });
  return t(cell.state === "later" ? "cell.now-later" : `cell.now-${cell.state}`, { name, date: lastDay(cell.from + 1) });
}

/** @param {Scene} scene @param {Someone} person @param {string} partition @returns {string} why it cannot be shared, or nothing */
function whyNot({ own }, { name, problem }, partition) {
  if (problem === "impostor") return t("cell.impostor", { name });
  if (problem === "gone") return t("cell.gone", { name });
  return own.epoch(partition) === null ? t("cell.no-key") : "";
}
