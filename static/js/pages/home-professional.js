/** The home of everybody who reads what others share. @module */

import { addable } from "../endpoint/proposals.js";
import { list, readable } from "../endpoint/records.js";
import { list as listRequests } from "../endpoint/requests.js";
import { byId, clone, el, show, slot } from "../ui/dom.js";
import { shortDate } from "../ui/format.js";
import { t } from "../ui/messages.js";
import { startPage } from "../ui/page.js";
import { ordered, partChip, partName } from "../ui/parts.js";
import { avatar } from "../ui/people.js";
import { empty, loading, pageState } from "../ui/states.js";
import { filterable, sortable } from "../ui/table.js";
import { watchEmergencies } from "./home/emergencies.js";
import { names, requestCard } from "./home/requests.js";
import { newSince, visits } from "./home/visits.js";
import { endsOf } from "./record/load.js";
import { lastDay } from "./sharing/words.js";

/** @typedef {import("../endpoint/session.js").Session} Session */
/** @typedef {import("../endpoint/records.js").RecordView} RecordView */
/** @typedef {import("./home/visits.js").Visit} Visit */

/** Lists of this length can be overseen without a search. */
const SEARCHED = 8;
const SHOWN_REQUESTS = 3;

/** @param {RecordView[]} views @returns {RecordView[][]} by owner, in the order of their names */
function byOwner(views) {
  const groups = Object.values(Object.groupBy(views.filter((view) => readable(view).length), ({ owner }) => owner));
  return /** @type {RecordView[][]} */ (groups).sort(([a], [b]) => a.owner_name.localeCompare(b.owner_name));
}

/** @param {RecordView[]} views of one owner @param {Visit | undefined} visit @returns {HTMLTableRowElement} */
function row(views, visit) {
  const { owner, owner_name: name } = views[0];
  const newest = Math.max(...views.map((view) => view.date));
  const ends = endsOf(views);
  const row = /** @type {HTMLTableRowElement} */ (clone("t-patient", {
    name, avatar: avatar(name), new: newTag(views, visit), parts: ordered(new Set(views.flatMap(readable))).map(partChip),
    until: untilText(ends), newest: shortDate(newest),
  }).querySelector("tr"));
  slot(row, "who").dataset.sort = name;
  slot(row, "newest-cell").dataset.sort = `${newest}`;
  slot(row, "until-cell").dataset.sort = `${Math.min(...[...ends.values()].map((end) => end ?? Number.MAX_SAFE_INTEGER))}`;
  const open = slot(row, "open");
  open.setAttribute("href", `/patients/${owner}`);
  open.setAttribute("aria-label", t("home.open", { name }));
  return row;
}

/** One end for all parts, or that of each. @param {import("./record/load.js").Ends} ends @returns {(Node | string)[]} */
function untilText(ends) {
  const word = (/** @type {number | null} */ end) => (end === null ? t("home.no-end") : lastDay(end, true));
  const words = new Set([...ends.values()].map(word));
  if (words.size === 1) return [...words];
  const line = (/** @type {string} */ part) => t("home.part-end", { part: partName(part), end: word(ends.get(part) ?? null) });
  return ordered(ends.keys()).map((part) => el("span", { class: "desk-end" }, line(part)));
}

/** @param {RecordView[]} views @param {Visit | undefined} visit @returns {HTMLElement | string} */
function newTag(views, visit) {
  if (!visit) return clone("t-new", { text: t("home.never") });
  const fresh = newSince(views, visit);
  return fresh ? clone("t-new", { text: t("home.new", { n: fresh }) }) : "";
}

/** @param {RecordView[]} views @param {Record<string, Visit>} seen */
function drawPatients(views, seen) {
  const groups = byOwner(views);
  if (!groups.length) return empty(byId("home-state"), "t-nobody-shares");
  byId("home-rows").replaceChildren(...groups.map((group) => row(group, seen[group[0].owner])));
  const table = /** @type {HTMLTableElement} */ (byId("home-table"));
  sortable(table);
  show(byId("home-find-row"), groups.length > SEARCHED);
  filterable(/** @type {HTMLInputElement} */ (byId("home-find")), table);
  show(byId("home-list"));
  return undefined;
}

/** @param {Session} session @param {RecordView[]} views */
async function drawRequests(session, views) {
  const { outgoing } = await listRequests(session);
  const pending = outgoing.filter(({ state }) => state === "pending");
  const known = await names(session, views);
  byId("home-requests").replaceChildren(...pending.slice(0, SHOWN_REQUESTS).map((one) => requestCard(one, known)));
  show(byId("home-waiting"), pending.length > 0);
}

/** Whose records this member may add to, whether or not anything of them may be read. */
async function drawAddable() {
  const found = await addable();
  byId("home-adds").replaceChildren(...found.filter(({ partitions }) => partitions.length).map(({ owner, owner_name: name, partitions }) => {
    const made = clone("t-addable", { name, of: name, parts: ordered(new Set(partitions)).map(partChip) });
    slot(made, "add").setAttribute("href", `/patients/${owner}/add`);
    return made;
  }));
  show(byId("home-addable"), byId("home-adds").hasChildNodes());
}

await startPage(async ({ session }) => {
  const state = loading(pageState(), { title: t("home.loading") });
  const others = (await list(session)).filter(({ owner }) => owner !== session.me.id);
  const seen = await visits(session);
  await Promise.all([drawRequests(session, others), drawAddable()]);
  state.done();
  drawPatients(others, seen);
  await watchEmergencies(session);
}, { needs: "session", role: "professional" });
