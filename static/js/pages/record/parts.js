/** The panel of one part: its records, each with its sections as the source lays them out. @module */

import { turns } from "../../endpoint/turns.js";
import { clone, el, fill, slot } from "../../ui/dom.js";
import { list, shortDate as dayOf } from "../../ui/format.js";
import { t } from "../../ui/messages.js";
import { partName } from "../../ui/parts.js";
import { failed } from "../../ui/states.js";
import { asks, says, wordsOf } from "../../reader/filter.js";
import { words } from "../../reader/narrative.js";
import { factTable } from "./events.js";
import { filteredOut } from "./lists.js";
import { nodes } from "./narrative.js";
import { layoutOf, sourceText, textOf } from "./reading.js";
import { formatName } from "./sources.js";
import { longDate, shortDate } from "./words.js";
import { writtenSentence } from "./writers.js";

/** @typedef {import("./view.js").View} View */
/** @typedef {import("./reading.js").Part} Part */
/** @typedef {import("../../reader/sections.js").Section} Section */
/** @typedef {import("../../reader/personal.js").Detail} Detail */

/** @param {Section} section @returns {string} */
function titleOf({ title, kind }) {
  return title ?? t(`kind.${KINDS.has(kind) ? kind : "other"}`);
}
const KINDS = new Set(["allergy", "problem", "medication", "result", "vital", "immunisation", "procedure", "encounter", "document",
  "coverage", "claim", "other"]);

/** Where a section stands. @typedef {{record: string, partition: string}} Where */
/** @typedef {(laying: Promise<void>) => void} OnLaying */

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

/** Texts that repeat what the tables say are folded away. @param {Section[]} found @param {Where} where @returns {Generator<HTMLElement>} */
function* laidOut(found, where) {
  const folded = found.filter(({ kind, sections: inner, facts }) => !KINDS.has(kind) && !inner.length && !facts.length);
  for (const each of found) if (!folded.includes(each)) yield told(each, where);
  if (!folded.length) return;
  const made = clone("t-more-words", { label: t("record.other-words", { n: folded.length }) });
  made.addEventListener("toggle", () => fill(made, { body: folded.map((each) => told(each, where)) }), { once: true });
  yield made;
}

/** @param {Part} part @param {string} title @param {number} index @returns {HTMLElement} its text only once it is opened: it may be long */
function rawOne(part, title, index) {
  const made = clone("t-raw-one", { label: title });
  const place = slot(made, "state");
  const write = async () => {
    try {
      fill(made, { text: await sourceText(part, index) });
    } catch (error) {
      failed(place, error, write);
    }
  };
  made.addEventListener("toggle", write, { once: true });
  return made;
}

/** @param {Part} part @param {string[]} titles @returns {HTMLElement[]} made once it is opened: there may be thousands */
function rawAll(part, titles) {
  if (!titles.length) return [];
  const made = clone("t-raw", { label: t("record.raw", { n: titles.length }) });
  made.addEventListener("toggle", () => fill(made, { body: titles.map((title, index) => rawOne(part, title, index)) }), { once: true });
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

/** @param {View} view @param {Part} part the personal one @returns {HTMLElement[]} */
function persons(view, { people }) {
  const wanted = wordsOf(view.query.text);
  const found = (/** @type {Detail[]} */ details) => details.filter(({ field, value }) => says(`${t(`field.${field}`)} ${value}`, wanted));
  return people.flatMap(({ details, contacts }) => {
    const others = contacts.map(found).filter((each) => each.length);
    return [...(found(details).length ? [rows(found(details))] : []), ...(others.length ? [clone("t-contacts", { body: others.map(rows) })] : [])];
  });
}

/** @param {Part} part @param {View["records"][number]} shown the record that it is of @returns {string} */
function sourceOf({ origin }, { imported, written }) {
  const values = { imported: dayOf(imported), format: formatName(origin.format), date: origin.date ? longDate(origin.date) : "" };
  // What somebody else wrote says nothing of the patient's own hand.
  if (origin.format === "hand-entry" && !written) return t("record.source-by-hand", values);
  return t(origin.date ? "record.source-dated" : "record.source", values);
}

/**
 * @param {View} view @param {Part} part @param {Where} where
 * @returns {AsyncGenerator<HTMLElement>} one after the other, so that a long part does not hold up the page
 */
async function* body(view, part, where) {
  const { sections, raw } = await layoutOf(part);
  const [own, left] = [where.partition === "personal" ? persons(view, part) : [], sections.flatMap((each) => kept(view, each))];
  yield* own;
  yield* laidOut(left, where);
  if (!own.length && !left.length && asks(view.query)) yield filteredOut(sections.length);
  yield* rawAll(part, raw);
}

/** @param {HTMLElement} place @param {AsyncGenerator<HTMLElement>} found */
async function layInto(place, found) {
  const pause = turns();
  place.replaceChildren(clone("t-reading"));
  place.setAttribute("aria-busy", "true");
  for await (const each of found) {
    place.append(each);
    await pause();
  }
  place.firstElementChild?.remove();
  place.removeAttribute("aria-busy");
}

/** @param {View} view @param {View["records"][number]} shown @param {string} name @param {OnLaying} onLaying @returns {HTMLElement} */
function origin(view, shown, name, onLaying) {
  const { record, date, parts } = shown;
  const part = /** @type {Part} */ (parts.get(name));
  // Of what somebody else wrote nobody kept a file.
  const kept = view.mode === "own" && !shown.written;
  const made = clone("t-origin", {
    title: t("record.origin", { date: shortDate(date) }), source: sourceOf(part, shown), written: writtenSentence(view, shown),
    body: part.foreign ? clone("t-broken", { text: textOf(part.given) }) : "", act: kept ? clone("t-download") : "",
  });
  if (!part.foreign) onLaying(layInto(slot(made, "body"), body(view, part, { record, partition: name })));
  if (kept) /** @type {HTMLElement} */ (made.querySelector("[data-action=download]")).dataset.record = record;
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
 * @param {OnLaying} onLaying told of each record's part that is being laid out
 * @returns {HTMLElement[]} what the panel of a part holds; a record's part fills itself
 */
export function partPanel(view, part, askAt, onLaying) {
  if (view.hidden.includes(part)) {
    if (view.mode !== "own") return [hiddenParts(view, [part], askAt)];
    return [clone("t-part-empty", { title: t("record.part-empty", { part: partName(part) }) })];
  }
  const broken = view.broken.filter(({ partition }) => partition === part).map(({ text }) => clone("t-broken", { text }));
  return [...view.records.filter(({ parts }) => parts.has(part)).map((record) => origin(view, record, part, onLaying)), ...broken];
}
