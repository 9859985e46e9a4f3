/** Everything else by kind: what, details, when; and the tables of a part. @module */

import { eventsOf } from "../../reader/summary.js";
import { clone, slot } from "../../ui/dom.js";
import { t } from "../../ui/messages.js";
import { sortable } from "../../ui/table.js";
import { folded } from "./fit.js";
import { freshWords } from "./fresh.js";
import { factMark, filteredOut } from "./lists.js";
import { flagNodes } from "./measured.js";
import { sourceOf } from "./sources.js";
import { dateNode, doseNodes, measured, moneyText, nameOf, shortDate, statusText } from "./words.js";

/** @typedef {import("../../reader/facts.js").Fact} Fact */
/** @typedef {import("./view.js").View} View */
/** @typedef {import("../../reader/summary.js").Told} Told */

const ROOM = 6;
/** What stands for itself and needs no word. */
const USUAL = new Set(["completed", "final", "finished", "active", "current"]);
/** Of these only what goes on needs no word. */
const LASTING = new Set(["allergy", "problem", "medication"]);

/** @param {Fact} fact @returns {(Node | string)[]} */
function details(fact) {
  const dose = fact.kind === "medication" ? doseNodes(fact) : [];
  const reactions = fact.reactions.map(({ name, severity }) => [name, severity].filter(Boolean).join(", ")).join("; ");
  const usual = LASTING.has(fact.kind) ? fact.status === "active" : USUAL.has(fact.status ?? "");
  const status = usual ? "" : statusText(fact.status);
  const note = fact.kind === "medication" ? "" : fact.note;
  const words = [measured(fact), reactions, moneyText(fact.amount), note, fact.who, status].filter(Boolean).join(", ");
  const flag = flagNodes(fact.flag);
  return [...dose, ...(dose.length && words ? [", "] : []), words, ...(flag.length ? [" ", ...flag] : [])];
}

/** Where a fact stands, where that is known. @typedef {Fact & {record?: string, partition?: string, told?: Told[], fresh?: string}} Placed */

/** @param {Placed} fact @returns {Node[]} what opens the file that it is */
function opener({ attachment, record, partition, name }) {
  if (!attachment || !record || !partition) return [];
  const button = clone("t-view", { of: name ?? attachment.name });
  Object.assign(button.dataset, { record, partition, number: String(attachment.number) });
  return [button];
}

/** When it was, or until when where no more is known. @param {Fact} fact */
function dated({ date, end }) {
  return date || !end ? dateNode(date) : t("record.until", { date: shortDate(end) });
}

/** @param {Placed} fact @param {View} [view] to say where it stands; a part's own table need not @returns {HTMLTableRowElement} */
export function eventRow(fact, view) {
  const made = clone("t-event", { name: nameOf(fact), details: [...details(fact), ...opener(fact)], date: dated(fact) });
  const row = /** @type {HTMLTableRowElement} */ (made.querySelector("tr"));
  const marks = [freshWords(fact)].filter(Boolean);
  if (fact.negated && !fact.absent) marks.push(t(fact.kind === "immunisation" ? "record.not-done" : "record.negated"));
  slot(row, "name").append(...marks.flatMap((label) => [" ", factMark(label)]));
  if (view && fact.told) slot(row, "name").append(...sourceOf(view, nameOf(fact), fact.told));
  slot(row, "date").dataset.sort = fact.date ?? "";
  return row;
}

/**
 * @param {Placed[]} facts
 * @param {View} [view]
 * @param {number} [room]
 * @returns {HTMLElement[]} a table that sorts, and what unfolds it
 */
export function factTable(facts, view, room = 40) {
  const rows = facts.map((fact) => eventRow(fact, view));
  const made = clone("t-events", { rows });
  sortable(/** @type {HTMLTableElement} */ (made.querySelector("table")));
  return [made, ...folded(rows, room)];
}

/**
 * @param {View} view
 * @param {string} kind
 * @returns {import("./lists.js").Panel} without nodes when there is none
 */
export function eventsPanel(view, kind) {
  // A section that only speaks of another kind is told where that kind stands.
  const all = eventsOf(view.facts, kind).filter(({ about }) => !about || about === "other");
  const found = all.filter(view.keep);
  const nodes = found.length ? factTable(found, view, ROOM) : all.length ? [filteredOut(all.length)] : [];
  return { shown: found.length, total: all.length, nodes };
}
