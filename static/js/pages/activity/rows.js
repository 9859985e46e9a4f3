/** The list by day: one row an entry, with what allowed it and its proof. @module */
import { clone, el, onAction, show, slot } from "../../ui/dom.js";
import { date, dateTime, locale, moment, number, relative, time as clock, weekday } from "../../ui/format.js";
import { icon } from "../../ui/icons.js";
import { has, t } from "../../ui/messages.js";
import { ordered, partChip } from "../../ui/parts.js";
import { face } from "./names.js";

/** @typedef {import("./entry.js").Entry} Entry */
/** @typedef {import("./entry.js").Event} Event */
/** @typedef {import("./entry.js").Line} Line */
/** @typedef {import("./names.js").Named} Named */
/** @typedef {(who: string) => Named} Names */

/** Rows that are made before the page gets its turn again. */
const BATCH = 40;
let made = 0;

/**
 * @param {HTMLElement} place
 * @param {Entry[]} entries newest first
 * @param {Names} names
 * @param {() => boolean} current whether this is still what is wanted
 */
export async function drawRows(place, entries, names, current) {
  place.replaceChildren(...(entries.length ? [clone("t-head", { time: t("act.head-time", { zone: zoneOf(Date.now() / 1000) }) })] : []));
  /** @type {{day: string, list: HTMLElement}} */
  let open = { day: "", list: place };
  for (const [i, entry] of entries.entries()) {
    if (i % BATCH === BATCH - 1) await new Promise((resolve) => setTimeout(resolve));
    if (!current()) return;
    const day = date(entry.time);
    if (day !== open.day) open = { day, list: addDay(place, entry.time) };
    open.list.append(row(entry, names));
  }
}

/** @param {HTMLElement} place @param {number} time @returns {HTMLElement} the day's list */
function addDay(place, time) {
  const word = relative(time);
  const day = `${weekday(time)} ${moment(time).getFullYear()}`;
  const section = clone("t-day", { day: word ? t(`act.${word}`, { day }) : day });
  place.append(section);
  return slot(section, "rows");
}

/** @param {Entry} entry @param {Names} names @returns {HTMLElement} */
function row(entry, names) {
  const named = names(entry.who);
  const logged = entry.events.every((event) => event.proof !== null);
  const item = clone("t-entry", {
    time: clockParts(entry.time), who: named.name, about: named.about, avatar: face(named, 40),
    parts: ordered(entry.parts).map((part) => el("li", {}, partChip(part))),
    title: [said(named.name, entry), words(entry.title, names, entry)], lines: paragraphs(entry, names),
    log: clone(logged ? "t-logged" : "t-pending"),
  });
  slot(item, "time").setAttribute("datetime", moment(entry.time).toISOString());
  item.classList.toggle("entry--refused", entry.kind === "refused");
  item.classList.toggle("entry--warning", entry.kind === "warning");
  show(slot(item, "parts"), entry.parts.length > 0);
  if (entry.kind === "refused") slot(item, "title").prepend(icon("lock", 20), " ");
  if (entry.kind === "warning") slot(item, "title").prepend(icon("warning", 20), " ");
  addProof(item, entry, `${named.name}, ${clock(entry.time)}`);
  return item;
}

/** @param {string} name @param {Entry} entry @returns {Node} who did it, for whoever goes from heading to heading */
function said(name, { title }) {
  const own = title.words.endsWith("-own");
  return own ? document.createTextNode("") : el("span", { class: "nhsuk-u-visually-hidden" }, `${name} `);
}

/** @param {Entry} entry @param {Names} names @returns {HTMLElement[]} sentences run on; what somebody wrote stands alone */
function paragraphs({ lines, ...entry }, names) {
  const said = lines.map((line) => ({ alone: line.quote !== undefined, sentence: words(line, names, entry) }));
  const running = said.filter((one) => !one.alone).map((one) => one.sentence).join(" ");
  const quotes = said.filter((one) => one.alone).map((one) => one.sentence);
  return [running, ...quotes].filter(Boolean).map((sentence) => el("p", {}, sentence));
}

/** @param {number} seconds @returns {Node[]} the time, and its zone where the head does not say it */
function clockParts(seconds) {
  const [shown, zone] = [clock(seconds), zoneOf(seconds)];
  const said = zone === zoneOf(Date.now() / 1000);
  return [document.createTextNode(shown.replace(zone, "").trim()), el("span", { class: said ? "entry__zone entry__zone--said" : "entry__zone" }, ` ${zone}`)];
}

/** @param {number} seconds @returns {string} such as "GMT" */
export function zoneOf(seconds) {
  const parts = new Intl.DateTimeFormat(locale(), { timeZoneName: "short" }).formatToParts(moment(seconds));
  return parts.find((one) => one.type === "timeZoneName")?.value ?? "";
}

/** @param {Line} line @param {Names} names @param {Pick<Entry, "other">} entry @returns {string} */
function words({ words: name, values = {}, date: when, until, moment: end, quote, member }, names, entry) {
  const [purpose, role] = [String(values.purpose ?? ""), String(values.role ?? "")];
  return t(name, {
    ...values,
    ...(role && { role: has(`readers.${role}`) ? t(`readers.${role}`) : t("readers.other", { role }) }),
    ...(purpose && { purpose: has(`purpose.${purpose}`) ? t(`purpose.${purpose}`) : purpose }),
    ...(when !== undefined && { date: date(when) }),
    // A grant ends at midnight after its last day.
    ...(typeof until === "number" && { until: date(until - 1) }),
    ...(end !== undefined && { until: dateTime(end) }),
    ...(quote !== undefined && { quote }),
    ...(member !== undefined && { member: names(member).name }),
    ...(entry.other !== null && { other: names(entry.other).name }),
  });
}

/** @param {HTMLElement} item @param {Entry} entry @param {string} label */
function addProof(item, entry, label) {
  const button = slot(item, "toggle");
  const panel = slot(item, "proof");
  panel.id = `proof-${++made}`;
  button.setAttribute("aria-controls", panel.id);
  button.setAttribute("aria-label", t("act.show-proof", { label }));
  onAction(item, {
    proof: () => {
      const shown = panel.hasAttribute("hidden");
      if (shown && !panel.hasChildNodes()) panel.replaceChildren(...entry.events.map(proofOf));
      show(panel, shown);
      button.setAttribute("aria-expanded", String(shown));
    },
    save: (pressed) => save(entry.events[Number(pressed.dataset.at)]),
  });
}

/** @param {Event} event @param {number} at @returns {HTMLElement} */
function proofOf(event, at) {
  if (event.proof === null || event.entry === null) return clone("t-proof-pending", { source: sourceWord(event.source) });
  const { index, size, checkpoint } = event.proof;
  const panel = clone("t-proof", {
    source: sourceWord(event.source), number: number(event.number), entry: event.entry, index: number(index), size: number(size), checkpoint,
  });
  slot(panel, "save").dataset.at = String(at);
  return panel;
}

/** @param {string} source @returns {string} */
export function sourceWord(source) {
  const [, index] = /^srs-(\d+)$/.exec(source) ?? [];
  return index ? t("act.source.srs", { index }) : t("act.source.portal");
}

/** What anybody needs to check it again, without SeSPHR. @param {Event} event */
function save({ told, salt, entry, proof, source, number: n }) {
  const file = new Blob([JSON.stringify({ event: told, salt, entry, proof }, null, 1)], { type: "application/json" });
  const link = el("a", { href: URL.createObjectURL(file), download: `sesphr-proof-${source}-${n}.json` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

