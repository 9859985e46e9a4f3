/** Where a fact stands: one press away on the screen, and in full on paper. @module */

import { clone, el, show } from "../../ui/dom.js";
import { shortDate as dayOf } from "../../ui/format.js";
import { t } from "../../ui/messages.js";
import { partName } from "../../ui/parts.js";
import { longDate } from "./words.js";
import { writtenSentence } from "./writers.js";

/** @typedef {import("./view.js").View} View */
/** @typedef {import("../../reader/summary.js").Told} Told */

const FORMATS = new Map([
  ["c-cda", "c-cda"], ["fhir-r4", "fhir"], ["fhir-r4-xml", "fhir"], ["smart-health-card", "card"], ["apple-health", "apple"],
  ["pdf", "pdf"], ["jpeg", "picture"], ["png", "picture"], ["dicom", "dicom"],
]);

/** What an importer calls a source's format, in words. @param {string | undefined} format @returns {string} */
export const formatName = (format) => t(`record.format-${FORMATS.get(format ?? "") ?? "other"}`);

/** The places of each button's fact; they are written out when somebody asks. @type {WeakMap<Element, {view: View, told: Told[]}>} */
const places = new WeakMap();

/** @param {View} view @param {Told} told @returns {string} where it stands, and who wrote that if not the patient */
function sentences(view, told) {
  const shown = view.records.find((each) => each.record === told.record);
  return [sentence(shown, told), shown ? writtenSentence(view, shown) : ""].filter(Boolean).join(" ");
}

/** @param {View["records"][number] | undefined} shown @param {Told} told @returns {string} */
function sentence(shown, { partition, section }) {
  const origin = shown?.parts.get(partition)?.origin ?? {};
  const values = {
    section: section ?? "", part: partName(partition), added: shown ? dayOf(shown.imported) : "", date: origin.date ? longDate(origin.date) : "",
    format: formatName(origin.format),
  };
  if (origin.format === "hand-entry") return t("told.by-hand", values);
  return t(`told.${section ? "section" : "whole"}${origin.date ? "-dated" : ""}`, values);
}

/**
 * @param {View} view @param {string} name of the fact, for whoever cannot see where the button stands
 * @param {Told[]} told
 * @returns {HTMLElement[]} a button, and the list that it opens
 */
export function sourceOf(view, name, told) {
  const button = clone("t-source", { label: t("told.of", { name }) });
  places.set(button, { view, told });
  return [button, el("ul", { class: "sources", hidden: true })];
}

/** @param {Element} button @returns {HTMLElement} the list, written */
function written(button) {
  const list = /** @type {HTMLElement} */ (button.nextElementSibling);
  const { view, told } = places.get(button) ?? { view: null, told: [] };
  if (view && !list.hasChildNodes()) {
    const all = new Set(told.map((each) => sentences(view, each)));
    list.append(...[...all].map((each) => el("li", {}, each)));
  }
  return list;
}

/** @param {HTMLElement} button */
export function toggleSource(button) {
  const open = button.getAttribute("aria-expanded") !== "true";
  button.setAttribute("aria-expanded", `${open}`);
  show(written(button), open);
}

/** Paper has them all. @param {HTMLElement} root */
export function writeSources(root) {
  for (const button of root.querySelectorAll(".source-button")) written(button);
}
