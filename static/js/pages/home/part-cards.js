/** Cards of the parts: what is there, and who sees it until when; absence is said too. @module */
import { clone, fill, show, slot } from "../../ui/dom.js";
import { date } from "../../ui/format.js";
import { t } from "../../ui/messages.js";
import { ordered, partClass, partName, PARTS, partTile } from "../../ui/parts.js";
import { avatar } from "../../ui/people.js";
import { few, readerAbout, readerName, readerUntil } from "../shared/readers.js";

/** @typedef {import("../../endpoint/readers.js").Reader} Reader */
/** @typedef {import("../../endpoint/readers.js").ReadersOf} ReadersOf */
/** @typedef {import("../../endpoint/records.js").RecordView} RecordView */

/** @param {HTMLElement} place @param {RecordView[]} records @param {ReadersOf} readers */
export function drawParts(place, records, readers) {
  const names = ordered(new Set([...PARTS, ...records.flatMap(({ partitions }) => partitions)])).filter((name) => name !== "original");
  place.replaceChildren(...names.map((name) => card(name, records.filter(({ partitions }) => partitions.includes(name)), readers(name))));
}

/** @param {string} part @param {RecordView[]} records @param {Reader[]} readers */
function card(part, records, readers) {
  const name = partName(part);
  const some = readers.some(({ gone }) => !gone);
  const made = clone("t-part", {
    tile: partTile(part), name, note: noteOf(records), people: people(readers),
    only: t(some ? "home.nobody-else" : "home.only"), "open-of": name, "add-of": name, "change-of": name,
  });
  made.className += ` ${partClass(part)}`;
  made.dataset.part = part;
  show(slot(made, "by"), some);
  show(slot(made, "people"), readers.length > 0);
  show(slot(made, "open"), records.length > 0);
  show(slot(made, "add"), records.length === 0);
  made.classList.toggle("part-card--only", !some);
  const open = slot(made, "open");
  open.setAttribute("href", `${open.getAttribute("href")}#${part}`);
  return made;
}

/** @param {RecordView[]} records @returns {string} */
function noteOf(records) {
  if (!records.length) return t("home.nothing");
  return t("home.records", { n: records.length, date: date(Math.max(...records.map((one) => one.date))) });
}

/** @param {Reader[]} readers @returns {HTMLElement[]} */
function people(readers) {
  const { shown, more } = few(readers);
  const rows = shown.map((reader) => {
    const row = clone("t-person", {
      avatar: avatar(readerName(reader), reader.member === null ? "role" : reader.role ?? "person"),
      name: readerName(reader), about: readerAbout(reader), until: readerUntil(reader),
    });
    row.dataset.member = reader.member ?? "";
    row.toggleAttribute("data-nameless", reader.name === null);
    return row;
  });
  if (more) rows.push(fillMore(more));
  return rows;
}

/**
 * Say of those who left when they did, and who they were: by then the key nodes had forgotten what
 * opened anything for them.
 * @param {HTMLElement} place @param {Map<string, number>} departures when they left, by member
 * @param {import("../../endpoint/peoplenames.js").Names} names of those whom the directory does not name any more
 */
export function markLeft(place, departures, names) {
  for (const row of /** @type {NodeListOf<HTMLElement>} */ (place.querySelectorAll("[data-member]"))) {
    const member = row.dataset.member ?? "";
    const [time, called] = [departures.get(member), names[member]];
    if (time !== undefined) fill(row, { about: t("home.left.row", { date: date(time) }), until: "" });
    if (called && "nameless" in row.dataset) fill(row, { name: called.name, avatar: avatar(called.name, called.role) });
  }
}

/** @param {number} n */
function fillMore(n) {
  const row = clone("t-more");
  fill(row, { more: t("home.more", { n }) });
  return row;
}
