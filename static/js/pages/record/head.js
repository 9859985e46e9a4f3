/** Who it is, what is not shown, and who knows that it was opened. @module */

import { age } from "../../reader/times.js";
import { byId, el, fill, show } from "../../ui/dom.js";
import { list } from "../../ui/format.js";
import { t } from "../../ui/messages.js";
import { partName } from "../../ui/parts.js";
import { lastDay, purposeWord } from "../sharing/words.js";
import { born, dayAndTime, longDate } from "./words.js";
import { valuesOf } from "./view.js";

/** @typedef {import("./view.js").View} View */

/** @param {View} view @returns {string} as the records say, otherwise as the directory does */
export function nameIn(view) {
  return valuesOf(view, "name")[0] ?? view.name;
}

/** @param {string} label @param {string} value @returns {HTMLElement} */
const pair = (label, value) => el("div", { class: "record-head__fact" }, el("dt", {}, label), el("dd", {}, value));

/** What stands beside the name, where the records say it. */
const LABELS = /** @type {const} */ ([
  ["died", "record.died"], ["sex", "record.sex"], ["identifier", "record.number"], ["provider", "record.practice"],
]);

/** Whether two names share no word that tells them to be one. @param {string} one @param {string} other */
function differs(one, other) {
  const words = (/** @type {string} */ name) => name.toLocaleLowerCase().split(/[^\p{L}\p{M}']+/u).filter((word) => word.length > 1);
  const known = new Set(words(one));
  return other !== "" && !words(other).every((word) => known.has(word));
}

/** @param {View} view @returns {HTMLElement[]} */
function facts(view) {
  const births = valuesOf(view, "birth-date");
  const one = (/** @type {import("../../reader/personal.js").Field} */ field) => valuesOf(view, field)[0];
  const found = births.length === 1 ? [pair(t("record.born"), born(births[0], one("died") ? undefined : age(births[0], view.now)))] : [];
  if (differs(nameIn(view), view.name)) found.unshift(pair(t("record.member"), view.name));
  for (const [field, label] of LABELS) {
    const value = one(field);
    if (value) found.push(pair(t(label), field === "died" ? longDate(value) : value));
  }
  return found;
}

/** @param {View} view @returns {string} what to be careful of before relying on it */
function warning(view) {
  const births = valuesOf(view, "birth-date");
  if (births.length > 1) return t("record.birth-differs", { dates: list(births.map(longDate)) });
  if (births.length || view.mode === "own") return "";
  return t(view.shared.includes("personal") ? "record.birth-unknown" : "record.birth-hidden");
}

/** @param {View} view @returns {string} */
function sharedSentence({ shared, hidden, ends }) {
  const parts = list(shared.map((part) => partUntil(part, ends.get(part) ?? null)));
  return t(hidden.length ? "record.shared" : "record.shared-all", { parts, hidden: list(hidden.map(partName)) });
}

/** @param {string} part @param {number | null} end @returns {string} */
function partUntil(part, end) {
  return end === null ? partName(part) : t("record.part-until", { part: partName(part), date: lastDay(end, true) });
}

/** @param {View} view @returns {string} */
function openedSentence({ mode, name, now, purpose }) {
  const time = dayAndTime(now);
  if (mode !== "reader") return t(mode === "own" ? "record.opened-own" : "record.opened-see-as", { time });
  return t("record.opened", { name, time, purpose: purposeWord(purpose).toLocaleLowerCase() });
}

/** @param {View} view */
export function showHead(view) {
  const name = nameIn(view);
  byId("record-name").textContent = name;
  // Browsers note titles in their history for years, so it says nothing that stands in the records.
  document.title = `${t("record.title", { name: view.name })} - SeSPHR`;
  byId("record-identity").replaceChildren(...facts(view));
  const warned = byId("record-identity-warning");
  fill(warned, { text: warning(view) });
  show(warned, warning(view) !== "");
  if (view.mode !== "own") byId("record-shared").textContent = sharedSentence(view);
  if (view.mode === "see-as") byId("see-as-who").textContent = t("record.sees", { name: view.viewer });
  byId("record-opened").textContent = openedSentence(view);
}
