/** What came with the newest version of a record: a mark beside it, and a tab of it alone. @module */

import { clone, el } from "../../ui/dom.js";
import { t } from "../../ui/messages.js";
import { factTable } from "./events.js";
import { factMark } from "./lists.js";
import { longDate, shortDate } from "./words.js";

/** @typedef {import("../../reader/summary.js").Known} Known */
/** @typedef {import("./view.js").View} View */

/** Of the tab; no part can have this name. */
export const FRESH = "_new";
const KINDS = ["allergy", "problem", "medication", "result", "vital", "immunisation", "procedure", "encounter", "document", "coverage", "claim", "other"];
const ROOM = 40;

/** @param {{fresh?: string}} fact @returns {string} empty for what was there before */
export const freshWords = ({ fresh }) => (fresh ? t("record.new", { date: shortDate(fresh) }) : "");

/** @param {{fresh?: string}} fact @returns {(Node | string)[]} */
export function freshMark(fact) {
  const label = freshWords(fact);
  return label ? [" ", factMark(label)] : [];
}

/** @param {View} view @returns {Known[]} */
export const freshFacts = ({ facts }) => facts.filter(({ fresh, kind }) => fresh && kind !== "patient");

/** @param {View} view @returns {HTMLElement[]} by version and kind */
export function freshPanel(view) {
  const versions = Map.groupBy(freshFacts(view), ({ record, fresh }) => `${fresh} ${record}`);
  return [...versions].sort(([a], [b]) => (a < b ? 1 : -1)).map(([, facts]) => versionSection(facts));
}

/** @param {Known[]} facts of one version of a record @returns {HTMLElement} */
function versionSection(facts) {
  const [{ fresh, added }] = facts;
  const title = t("record.came-with", { version: String(added), date: longDate(fresh) });
  const kinds = KINDS.flatMap((kind) => {
    const found = facts.filter((fact) => fact.kind === kind);
    return found.length ? [clone("t-section", { title: t(`kind.${kind}`), body: factTable(found, undefined, ROOM) })] : [];
  });
  for (const section of kinds) section.querySelector("[data-slot=mark]")?.remove();
  return el("section", { class: "fresh" }, el("h2", { class: "fresh__title" }, title), ...kinds);
}
