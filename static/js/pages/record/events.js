/** Everything else by kind: what, details, when; and the tables of a part. @module */

import { eventsOf } from "../../reader/summary.js";
import { clone, slot } from "../../ui/dom.js";
import { t } from "../../ui/messages.js";
import { sortable } from "../../ui/table.js";
import { freshWords } from "./fresh.js";
import { factMark, folded } from "./lists.js";
import { flagNodes } from "./measured.js";
import { dateNode, doseNodes, measured, moneyText, nameOf, shortDate, statusText } from "./words.js";

/** @typedef {import("../../reader/facts.js").Fact} Fact */
/** @typedef {import("./view.js").View} View */

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

/** Where a fact stands, where that is known. @typedef {Fact & {recorded?: string, record?: string, partition?: string}} Placed */

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

/** @param {Placed} fact @param {boolean} [several] records @returns {HTMLTableRowElement} */
export function eventRow(fact, several = false) {
  const made = clone("t-event", { name: nameOf(fact), details: [...details(fact), ...opener(fact)], date: dated(fact) });
  const row = /** @type {HTMLTableRowElement} */ (made.querySelector("tr"));
  const marks = [freshWords(fact)].filter(Boolean);
  if (fact.negated && !fact.absent) marks.push(t(fact.kind === "immunisation" ? "record.not-done" : "record.negated"));
  if (several && fact.recorded) marks.push(t("record.of", { date: shortDate(fact.recorded) }));
  slot(row, "name").append(...marks.flatMap((label) => [" ", factMark(label)]));
  slot(row, "date").dataset.sort = fact.date ?? "";
  return row;
}

/**
 * @param {Placed[]} facts
 * @param {boolean} [several]
 * @param {number} [room]
 * @returns {HTMLElement[]} a table that sorts, and what unfolds it
 */
export function factTable(facts, several = false, room = 40) {
  const rows = facts.map((fact) => eventRow(fact, several));
  const made = clone("t-events", { rows });
  sortable(/** @type {HTMLTableElement} */ (made.querySelector("table")));
  return [made, ...folded(rows, room)];
}

/**
 * @param {View} view
 * @param {string} kind
 * @returns {{count: string, nodes: HTMLElement[]}} without nodes when there is none
 */
export function eventsPanel(view, kind) {
  // A section that only speaks of another kind is told where that kind stands.
  const found = eventsOf(view.facts, kind).filter(({ about }) => !about || about === "other");
  return { count: found.length ? `${found.length}` : "", nodes: found.length ? factTable(found, view.records.length > 1, ROOM) : [] };
}
