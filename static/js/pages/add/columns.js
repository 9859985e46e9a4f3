/**
 * The parts beside one another: who will read each, and what goes there.
 *
 * Only the first few items of a part are drawn, so that thousands stay quick.
 * @module
 */
import { clone, el, fill, show, slot } from "../../ui/dom.js";
import { icon } from "../../ui/icons.js";
import { t } from "../../ui/messages.js";
import { partClass, partIcon, partName, partTile } from "../../ui/parts.js";
import { readersLine } from "../shared/readers.js";
import { countsWords, detailOf, furtherNames, itemsWords, titleOf } from "./describe.js";
import { toggleMenu } from "./menu.js";
import { partMenu } from "./partmenu.js";
import { NOWHERE } from "./parts.js";

/** @typedef {import("./draft.js").Draft} Draft */
/** @typedef {import("./importing.js").Unit} Unit */
/** @typedef {import("../../endpoint/readers.js").ReadersOf} ReadersOf */
/** @typedef {{unit: Unit, copy: boolean}} Row */
/**
 * @typedef {object} View
 * @property {Draft} draft
 * @property {ReadersOf | "loading" | "failed"} readers
 * @property {Map<string, number>} shown how many items of a part are drawn
 * @property {(id: string, part: string) => void} onMove @property {import("./partmenu.js").OnChange} onChange
 */

const FIRST = 4;
const STEP = 50;

/** @param {HTMLElement} place @param {View} view */
export function drawColumns(place, view) {
  const out = view.draft.unitsIn(NOWHERE).length > 0;
  place.replaceChildren(...view.draft.parts.shown.map((part) => column(part, view)), ...(out ? [outColumn(view)] : []));
}

/** What is left out of the record, which can be taken in again. @param {View} view */
function outColumn(view) {
  const made = column(NOWHERE, view);
  made.classList.add("column--out");
  fill(made, {
    tile: el("span", { class: "part-tile part-tile--44" }, icon("minus", 24)), name: t("add.out.column"),
    readers: t("add.out.where"), "readers-icon": icon("file", 20),
  });
  return made;
}

/** @param {string} part @param {View} view */
function column(part, view) {
  const { draft } = view;
  const rows = rowsOf(draft, part);
  const limit = view.shown.get(part) ?? FIRST;
  // One more than fits is shown rather than hidden behind a button.
  const drawn = rows.length <= limit + 1 ? rows : rows.slice(0, limit);
  const looked = draft.flagged();
  const made = clone("t-column", {
    tile: partTile(part), name: partName(part), count: countOf(draft, part), "menu-of": partName(part),
    units: drawn.map((row) => unitRow(row, part, view, looked)),
  });
  made.className += ` ${partClass(part)}`;
  made.dataset.part = part;
  readers(made, part, view.readers);
  slot(made, "part-menu").addEventListener("click", ({ currentTarget }) => partMenu(/** @type {HTMLElement} */ (currentTarget), part, draft, view.onChange));
  show(slot(made, "empty"), !rows.length);
  moreLine(made, part, rows.length - drawn.length, view);
  const others = draft.outline.others[part] ?? 0;
  if (others) fill(made, { others: t("add.others", { n: others }) });
  show(slot(made, "others"), others > 0);
  return made;
}

/** The worker knows the kinds exactly; what is left out it does not count. @param {Draft} draft @param {string} part */
function countOf(draft, part) {
  return part === NOWHERE ? itemsWords(draft.count(part)) : countsWords(draft.outline.counts[part] ?? {});
}

/** @param {Draft} draft @param {string} part @returns {Row[]} */
function rowsOf(draft, part) {
  const own = draft.unitsIn(part).map((unit) => ({ unit, copy: false }));
  return [...own, ...draft.copiesIn(part).map((unit) => ({ unit, copy: true }))];
}

/** @param {HTMLElement} made @param {string} part @param {View["readers"]} known */
function readers(made, part, known) {
  const found = typeof known === "string" ? null : known(part);
  const words = found ? readersLine(found) : t(`add.readers.${known}`);
  fill(made, { readers: words, "readers-icon": icon(found && !found.length ? "lock" : "eye", 20) });
}

/** @param {HTMLElement} made @param {string} part @param {number} hidden @param {View} view */
function moreLine(made, part, hidden, view) {
  show(slot(made, "more-line"), hidden > 0);
  if (hidden <= 0) return;
  const next = Math.min(hidden, STEP);
  fill(made, { more: next < hidden ? t("add.more.of", { n: next, all: hidden }) : t("add.more", { n: next }) });
  slot(made, "more").addEventListener("click", () => showMore(made, part, next, view));
}

/** @param {HTMLElement} made @param {string} part @param {number} next @param {View} view */
function showMore(made, part, next, view) {
  const drawn = slot(made, "units").children.length;
  view.shown.set(part, drawn + next);
  const fresh = column(part, view);
  made.replaceWith(fresh);
  const first = slot(fresh, "units").children[drawn];
  if (!(first instanceof HTMLElement)) return;
  first.tabIndex = -1;
  first.focus();
}

/** @param {Row} row @param {string} part @param {View} view @param {Set<string>} looked */
function unitRow({ unit, copy }, part, view, looked) {
  const { draft } = view;
  const detail = detailOf(unit);
  const made = clone("t-unit", { title: titleOf(unit), of: titleOf(unit), "further-of": titleOf(unit), detail: copy ? copied(detail, draft.partOf(unit)) : detail });
  made.dataset.unit = unit.id;
  const flag = copy ? "copy" : looked.has(unit.id) ? "look" : draft.moves.has(unit.id) ? "moved" : "";
  if (flag) flagged(made, flag);
  further(made, unit);
  if (copy) slot(made, "move-place").remove();
  else slot(made, "move").addEventListener("click", (event) => menu(/** @type {HTMLElement} */ (event.currentTarget), unit, part, view));
  return made;
}

/** All of a section by name, drawn when it is opened. @param {HTMLElement} made @param {Unit} unit */
function further(made, unit) {
  const names = furtherNames(unit);
  const more = slot(made, "further");
  show(more, names.length > 0);
  more.addEventListener("toggle", () => fill(made, { "further-list": names.map((name) => el("li", {}, name)) }), { once: true });
}

/** @param {string} detail @param {string} part where the original is */
function copied(detail, part) {
  return detail ? t("add.copied", { detail, part: partName(part) }) : t("add.copied.bare", { part: partName(part) });
}

/** @param {HTMLElement} made @param {string} flag look, moved or copy */
function flagged(made, flag) {
  const place = slot(made, "flag");
  fill(place, { flag: [icon({ look: "warning", moved: "move", copy: "copy" }[flag] ?? "info", 16), ` ${t(`add.flag.${flag}`)}`] });
  show(place);
  made.classList.add(`unit--${flag}`);
}

/** @param {HTMLElement} button @param {Unit} unit @param {string} part where it is @param {View} view */
function menu(button, unit, part, view) {
  const others = view.draft.parts.shown.filter((name) => name !== part);
  const choices = others.map((name) => ({
    label: t(name === unit.partition ? "add.move.back" : "add.move.to", { part: partName(name) }),
    icon: partIcon(name), act: () => view.onMove(unit.id, name),
  }));
  if (part !== NOWHERE) choices.push({ label: t("add.move.out"), icon: icon("minus", 20), act: () => view.onMove(unit.id, NOWHERE) });
  toggleMenu(button, t("add.move.menu", { title: titleOf(unit) }), choices);
}

/** Put the focus on a unit's Move button; its place takes it when it is not drawn. @param {HTMLElement} place @param {string} id @param {string} part */
export function focusUnit(place, id, part) {
  const found = place.querySelector(`[data-part="${CSS.escape(part)}"] [data-unit="${CSS.escape(id)}"] [data-action=move]`);
  if (found instanceof HTMLElement) found.focus();
}
