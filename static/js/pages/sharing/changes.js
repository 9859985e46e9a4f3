/** What would change, in sentences, each with Undo; and what two devices decided about one cell. @module */
import { cellOf } from "../../endpoint/matrix.js";
import { clone, show, slot } from "../../ui/dom.js";
import { icon } from "../../ui/icons.js";
import { t } from "../../ui/messages.js";
import { partChip, partName } from "../../ui/parts.js";
import { lastDay, now, untilWords } from "./words.js";

/** @typedef {import("../../endpoint/matrix.js").Cell} Cell */
/** @typedef {import("../../endpoint/matrix.js").CellChange} CellChange */
/** @typedef {import("../../endpoint/rules.js").Rule} Rule */
/** @typedef {import("./draft.js").Draft} Draft */
/** @typedef {import("./load.js").Scene} Scene */

/** @param {Scene} scene @param {Draft} draft @returns {HTMLElement[]} one item for each change */
export function items(scene, draft) {
  return draft.changes.map((change) => item(scene, change));
}

/** @param {Scene} scene @param {CellChange} change @returns {HTMLElement} */
function item(scene, change) {
  const cell = cellOf(scene.head.rules, change.member, change.partition, now());
  const { sign, kind } = signOf(cell, change);
  const words = sentence(scene, change);
  const made = clone("t-change", { chip: partChip(change.partition), text: words, detail: detailOf(cell, change) });
  slot(made, "sign").append(icon(sign, 16));
  slot(made, "sign").classList.add(`change__sign--${kind}`);
  const undo = slot(made, "undo");
  undo.dataset.member = change.member;
  undo.dataset.partition = change.partition;
  undo.setAttribute("aria-label", t("change.undo", { change: words }));
  return made;
}

/** @param {Cell} cell @param {CellChange} change */
function signOf(cell, change) {
  if (change.take) return { sign: "minus", kind: "take" };
  return cell.state === "shared" ? { sign: "pen", kind: "change" } : { sign: "plus", kind: "share" };
}

/** @param {Scene} scene @param {CellChange} change @returns {string} "Dr Lee could read Medical until 31 January 2027." */
export function sentence({ people }, { member, partition, take, until }) {
  const name = people.get(member)?.name ?? t("sharing.unknown");
  const part = partName(partition);
  if (take) return t("change.take", { name, part });
  return until === null ? t("change.endless", { name, part }) : t("change.share", { name, part, date: lastDay(until) });
}

/** @param {Cell} cell @param {CellChange} change @returns {string} what it was, or what stays possible */
function detailOf(cell, { take, history }) {
  if (take) return t("change.have-read");
  const records = t(history ? "change.all-records" : "change.later-records");
  return cell.state === "shared" ? `${t("change.before", { until: untilWords(cell.until) })} ${records}` : records;
}

/**
 * Fill the panel: the changes, or that there are none.
 * @param {HTMLElement} panel @param {Scene} scene @param {Draft} draft
 */
export function drawChanges(panel, scene, draft) {
  const n = draft.changes.length;
  slot(panel, "items").replaceChildren(...items(scene, draft));
  slot(panel, "save-label").textContent = t("change.save", { n });
  for (const name of ["some", "items"]) show(slot(panel, name), n > 0);
  show(slot(panel, "none"), n === 0);
}

/**
 * What another device saved meanwhile beside what is not saved here; nothing is lost.
 * @param {Scene} scene @param {readonly CellChange[]} clashes
 * @returns {HTMLElement}
 */
export function conflict(scene, clashes) {
  return clone("t-conflict", { items: clashes.map((change) => clashItem(scene, change)) });
}

/** @param {Scene} scene @param {CellChange} change @returns {HTMLElement} */
function clashItem(scene, change) {
  const cell = cellOf(scene.head.rules, change.member, change.partition, now());
  const name = scene.people.get(change.member)?.name ?? t("sharing.unknown");
  const endless = cell.state === "shared" && cell.until === null;
  const state = t(endless ? "clash.endless" : `clash.${cell.state}`, { until: untilWords(cell.until) });
  const made = clone("t-clash", {
    chip: partChip(change.partition), name, theirs: t("clash.theirs", { state }), mine: t("clash.mine", { change: sentence(scene, change) }),
  });
  const undo = slot(made, "undo");
  undo.dataset.member = change.member;
  undo.dataset.partition = change.partition;
  return made;
}
