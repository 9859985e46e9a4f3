/** What would change, in sentences, each with Undo; and what two devices decided about one cell. @module */
import { cellAbout, cellOf } from "../../endpoint/matrix.js";
import { clone, show, slot } from "../../ui/dom.js";
import { list } from "../../ui/format.js";
import { icon } from "../../ui/icons.js";
import { t } from "../../ui/messages.js";
import { partChip, partName } from "../../ui/parts.js";
import { lastDay, now, roleName, trustWords, untilWords } from "./words.js";

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
  const cell = cellAbout(scene.head.rules, change, now());
  const { sign, kind } = signOf(cell, change);
  const words = sentence(scene, change);
  const made = clone("t-change", { chip: partChip(change.partition), text: words, detail: detailOf(scene, cell, change) });
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

/** @param {Scene} scene @param {CellChange} change @returns {string} of a person or a role */
export function nameOf({ people }, { member, role }) {
  return role ? roleName(role) : (people.get(member)?.name ?? t("sharing.unknown"));
}

/** @param {Scene} scene @param {CellChange} change @returns {string} "Dr Lee could read Medical until 31 January 2027." */
export function sentence(scene, change) {
  const { role, partition, take, until } = change;
  const [name, part] = [nameOf(scene, change), partName(partition)];
  if (role) return roleSentence(name, part, change);
  if (take) return t("change.take", { name, part });
  return until === null ? t("change.endless", { name, part }) : t("change.share", { name, part, date: lastDay(until) });
}

/** @param {string} who @param {string} part @param {CellChange} change @returns {string} */
function roleSentence(who, part, { take, until }) {
  if (take) return t("byrole.take", { who, part });
  return until === null ? t("byrole.endless", { who, part }) : t("byrole.share", { who, part, date: lastDay(until) });
}

/** @param {Scene} scene @param {Cell} cell @param {CellChange} change @returns {string} what it was, or what stays possible */
function detailOf(scene, cell, change) {
  const { take, history, role } = change;
  const concerned = role ? concernedWords(scene, change) : [];
  if (take) return [...concerned, t("change.have-read")].join(" ");
  const records = role ? t(history ? "change.all-records" : "byrole.later-records") : t(history ? "change.all-records" : "change.later-records");
  const before = cell.state === "shared" ? [t("change.before", { until: untilWords(cell.until) })] : [];
  return [...before, records, ...concerned, ...(role ? [trustWords(scene.nodes)] : [])].join(" ");
}

/**
 * The people of a role whom the list names themselves: what it means for them.
 * @param {Scene} scene @param {CellChange} change @returns {string[]}
 */
function concernedWords(scene, { role, partition, take }) {
  const of = [...scene.people.values()].filter((one) => one.role === role?.role);
  const states = (/** @type {string[]} */ wanted) =>
    of.filter((one) => wanted.includes(cellOf(scene.head.rules, one.member, partition, now()).state)).map((one) => one.name);
  const [direct, shut] = [states(["shared", "later"]), states(["closed"])];
  return [
    ...(direct.length ? [t(take ? "byrole.keeps" : "byrole.have", { names: list(direct) })] : []),
    ...(shut.length && !take ? [t("byrole.shut", { names: list(shut) })] : []),
  ];
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
  const cell = cellAbout(scene.head.rules, change, now());
  const name = nameOf(scene, change);
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
