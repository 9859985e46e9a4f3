/** The panel of one part: its records, each with its sections as the source lays them out. @module */

import { sections, raw } from "../../reader/sections.js";
import { people } from "../../reader/personal.js";
import { clone, el, fill, slot } from "../../ui/dom.js";
import { list, shortDate as dayOf } from "../../ui/format.js";
import { t } from "../../ui/messages.js";
import { partName } from "../../ui/parts.js";
import { asks, says, wordsOf } from "../../reader/filter.js";
import { words } from "../../reader/narrative.js";
import { factTable } from "./events.js";
import { filteredOut } from "./lists.js";
import { nodes } from "./narrative.js";
import { formatName } from "./sources.js";
import { longDate, shortDate } from "./words.js";

/** @typedef {import("./view.js").View} View */
/** @typedef {import("../../reader/index.js").Read} Read */
/** @typedef {import("../../reader/sections.js").Section} Section */
/** @typedef {import("../../reader/sections.js").Raw} Raw */
/** @typedef {import("../../reader/personal.js").Detail} Detail */

/** @param {Section} section @returns {string} */
function titleOf({ title, kind }) {
  return title ?? t(`kind.${KINDS.has(kind) ? kind : "other"}`);
}
const KINDS = new Set(["allergy", "problem", "medication", "result", "vital", "immunisation", "procedure", "encounter", "document",
  "coverage", "claim", "other"]);

/** Where a section stands. @typedef {{record: string, partition: string}} Where */

/**
 * What a search leaves of a section: its facts by words and time; its narrative, which has no time of
 * its own, by words.
 * @param {View} view @param {Section} section @returns {Section[]} none when nothing of it is left
 */
function kept(view, section) {
  if (!asks(view.query)) return [section];
  const facts = section.facts.filter(view.keep);
  const inner = section.sections.flatMap((each) => kept(view, each));
  const wanted = wordsOf(view.query.text);
  const spoken = section.nodes.length > 0 && says(`${section.title ?? ""} ${words(section.nodes)}`, wanted);
  return facts.length || inner.length || spoken ? [{ ...section, facts, sections: inner, nodes: spoken ? section.nodes : [] }] : [];
}

/** @param {Section} section @param {Where} where @returns {HTMLElement} */
function told(section, where) {
  const marks = [section.copy ? t("record.copy") : "", section.partial ? t("record.partial") : ""].filter(Boolean).join(" ");
  const facts = section.facts.map((each) => ({ ...each, ...where }));
  const body = [...nodes(section.nodes), ...(facts.length ? factTable(facts) : []), ...section.sections.map((each) => told(each, where))];
  const made = clone("t-section", { title: titleOf(section), mark: marks, body: body.length ? body : clone("t-no-words") });
  if (!marks) slot(made, "mark").remove();
  return made;
}

/** Texts that repeat what the tables say are folded away. @param {Section[]} found @param {Where} where @returns {HTMLElement[]} */
function laidOut(found, where) {
  const all = (/** @type {Section[]} */ some) => some.map((each) => told(each, where));
  const folded = found.filter(({ kind, sections: inner, facts }) => !KINDS.has(kind) && !inner.length && !facts.length);
  const open = found.filter((each) => !folded.includes(each));
  const more = folded.length ? [clone("t-more-words", { label: t("record.other-words", { n: folded.length }), body: all(folded) })] : [];
  return [...all(open), ...more];
}

/** @param {Raw} one @returns {HTMLElement} its text only once it is opened: it may be long */
function rawOne({ title, text }) {
  const made = clone("t-raw-one", { label: title });
  made.addEventListener("toggle", () => { slot(made, "text").textContent = text; }, { once: true });
  return made;
}

/** @param {Read} read @returns {HTMLElement[]} made once it is opened: there may be thousands */
function rawAll(read) {
  const pieces = raw(read);
  if (!pieces.length) return [];
  const made = clone("t-raw", { label: t("record.raw", { n: pieces.length }) });
  made.addEventListener("toggle", () => fill(made, { body: pieces.map(rawOne) }), { once: true });
  return [made];
}

/** @param {Detail[]} details @returns {HTMLElement} */
function rows(details) {
  const fields = [...new Set(details.map(({ field }) => field))];
  const written = (/** @type {Detail} */ { field, value }) => (field === "birth-date" || field === "died" ? longDate(value) : value);
  const made = fields.map((field) => el("div", { class: "rows__row" }, el("dt", {}, t(`field.${field}`)),
    ...details.filter((each) => each.field === field).map((each) => el("dd", {}, written(each)))));
  return clone("t-person", { rows: made });
}

/** @param {View} view @param {Read} read of the personal part @returns {HTMLElement[]} */
function persons(view, read) {
  const wanted = wordsOf(view.query.text);
  const found = (/** @type {Detail[]} */ details) => details.filter(({ field, value }) => says(`${t(`field.${field}`)} ${value}`, wanted));
  return people(read).flatMap(({ details, contacts }) => {
    const others = contacts.map(found).filter((each) => each.length);
    return [...(found(details).length ? [rows(found(details))] : []), ...(others.length ? [clone("t-contacts", { body: others.map(rows) })] : [])];
  });
}

/** @param {Read} read @param {string} imported ISO @returns {string} */
function sourceOf({ origin }, imported) {
  const values = { imported: dayOf(imported), format: formatName(origin.format), date: origin.date ? longDate(origin.date) : "" };
  if (origin.format === "hand-entry") return t("record.source-by-hand", values);
  return t(origin.date ? "record.source-dated" : "record.source", values);
}

/** @param {View} view @param {Read} read @param {Where} where @returns {HTMLElement[]} */
function body(view, read, where) {
  const all = sections(read);
  const shown = [...(where.partition === "personal" ? persons(view, read) : []), ...laidOut(all.flatMap((each) => kept(view, each)), where)];
  return [...(shown.length || !asks(view.query) ? shown : [filteredOut(all.length)]), ...rawAll(read)];
}

/** @param {View} view @param {View["records"][number]} record @param {string} part @returns {HTMLElement} */
function origin(view, { record, date, imported, parts }, part) {
  const read = /** @type {Read} */ (parts.get(part));
  const made = clone("t-origin", {
    title: t("record.origin", { date: shortDate(date) }), source: sourceOf(read, imported),
    body: read.other ? clone("t-broken", { text: raw(read)[0].text })
      : body(view, read, { record, partition: part }),
    act: view.mode === "own" ? clone("t-download") : "",
  });
  if (view.mode === "own") /** @type {HTMLElement} */ (made.querySelector("[data-action=download]")).dataset.record = record;
  else slot(made, "act").remove();
  return made;
}

/**
 * Parts that are not shared: that they are not, and nothing else.
 * @param {View} view
 * @param {string[]} parts
 * @param {string | null} askAt address
 * @returns {HTMLElement}
 */
export function hiddenParts(view, parts, askAt) {
  const text = view.mode === "see-as" ? t("record.hidden-see-as", { name: view.viewer }) : t("record.hidden-text");
  const title = t("record.hidden-title", { n: parts.length, parts: list(parts.map(partName)) });
  const made = clone("t-part-hidden", { title, text, act: askAt ? clone("t-ask") : "" });
  if (askAt) slot(made, "link").setAttribute("href", `${askAt}&${parts.map((part) => `part=${encodeURIComponent(part)}`).join("&")}`);
  else slot(made, "act").remove();
  return made;
}

/**
 * @param {View} view
 * @param {string} part
 * @param {string | null} askAt
 * @returns {HTMLElement[]} what the panel of a part holds
 */
export function partPanel(view, part, askAt) {
  if (view.hidden.includes(part)) {
    if (view.mode !== "own") return [hiddenParts(view, [part], askAt)];
    return [clone("t-part-empty", { title: t("record.part-empty", { part: partName(part) }) })];
  }
  const broken = view.broken.filter(({ partition }) => partition === part).map(({ text }) => clone("t-broken", { text }));
  return [...view.records.filter(({ parts }) => parts.has(part)).map((record) => origin(view, record, part)), ...broken];
}
