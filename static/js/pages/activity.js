/** The page of activity: is the log whole, then who did what. @module */
import { read } from "../endpoint/activity.js";
import { pins } from "../endpoint/people.js";
import { recallPeople } from "../endpoint/peoplenames.js";
import { EndpointError } from "../endpoint/errors.js";
import { overview } from "../endpoint/guardians.js";
import { list } from "../endpoint/requests.js";
import { readHead } from "../endpoint/sharing.js";
import { byId, clone, fill, onAction, show } from "../ui/dom.js";
import { dateTime, number } from "../ui/format.js";
import { t } from "../ui/messages.js";
import { startPage } from "../ui/page.js";
import { failed, loading, pageState } from "../ui/states.js";
import { entriesOf } from "./activity/entries.js";
import { drawSummary, mountFilters } from "./activity/filters.js";
import { namesOf } from "./activity/names.js";
import { drawPicture } from "./activity/picture.js";
import { drawRows, sourceWord } from "./activity/rows.js";

/** @typedef {import("../endpoint/activity.js").Activity} Activity */
/** @typedef {import("../endpoint/activity.js").Problem} Problem */
/** @typedef {import("../endpoint/session.js").Session} Session */
/** @typedef {import("./activity/entry.js").Entry} Entry */
/** @typedef {import("./activity/names.js").Named} Named */

/** Entries that are shown at first. */
const FIRST = 25;
/** Problems that are named one by one. */
const MOST_PROBLEMS = 20;

void startPage(main, { needs: "session" });

/** @param {{session: Session}} page */
async function main({ session }) {
  const state = loading(pageState(), { title: t("act.loading"), steps: ["log-asked", "log-checking", "names"] });
  try {
    state.step("log-asked");
    const [history, requests, rules] = [await read(session, { onStep: (_, how) => state.step("log-checking", how) }), await askers(session), await rulesOf(session)];
    state.step("names");
    const entries = entriesOf(history.events, { me: session.me.id, rules, requests });
    draw(session, history, entries, await namesOf(entries, session.me, requests, await pins(session), await recallPeople(session), await guardiansOf(session)));
  } finally {
    state.done();
  }
}

/** @param {Session} session @returns {Promise<{member: string, name: string}[]>} who acts for this member, while one of them does */
async function guardiansOf({ me, guardian }) {
  if (guardian === null) return [];
  const { dependants } = await overview();
  return [{ member: guardian.id, name: guardian.name }, ...(dependants.find((one) => one.member === me.id)?.guardians ?? [])];
}

/** @param {Session} session @returns {Promise<import("../endpoint/requests.js").KeyRequest[]>} requests to an owner */
async function askers(session) {
  return session.me.state === "authorised" ? (await list(session)).incoming : [];
}

/**
 * The rules in force, which say until when; without them the events still say what happened.
 * @param {Session} session @returns {Promise<import("../endpoint/rules.js").Rule[]>}
 */
async function rulesOf(session) {
  if (session.me.role !== "owner" || session.me.state !== "authorised") return [];
  try {
    return (await readHead(session)).rules;
  } catch (error) {
    if (error instanceof EndpointError) return [];
    throw error;
  }
}

/** @param {Session} session @param {Activity} history @param {Entry[]} entries @param {(who: string) => Named} names */
function draw(session, history, entries, names) {
  byId("verdict").replaceChildren(history.whole ? whole(history) : broken(history));
  show(byId("on-its-way"), history.pending > 0);
  if (history.pending > 0) fill(byId("on-its-way"), { "pending-text": t("act.pending", { n: history.pending }) });
  const missing = notShown(history);
  show(byId("not-shown"), missing !== "");
  fill(byId("not-shown"), { "missing-text": missing });
  if (session.me.role === "owner") drawPicture(entries, names);
  show(byId("entries-section"), entries.length > 0);
  show(byId("entries-none"), entries.length === 0);
  if (entries.length) mountList(entries, names);
  onAction(byId("activity"), { print: () => print() });
}

/** @param {Activity} history @returns {string} what is not in the list, by the servers' own word */
function notShown({ away, lost }) {
  const sentences = away.map((source) => t("act.away", { source: sourceWord(source) }));
  return [...sentences, ...lost.map(({ source, count }) => t("act.lost", { source: sourceWord(source), n: count }))].join(" ");
}

/** @param {Activity} history @returns {HTMLElement} */
function whole({ events, checkpoint }) {
  return clone("t-whole", { text: t("act.whole-text", { n: events.length, when: dateTime(checkpoint.time) }) });
}

/** @param {Activity} history @returns {HTMLElement} which entries, what to do, who is told */
function broken({ problems, reported, checkpoint }) {
  const rows = problems.slice(0, MOST_PROBLEMS).map((one) => clone("t-problem", { text: problemText(one) }));
  if (problems.length > MOST_PROBLEMS) rows.push(clone("t-problem", { text: t("act.more-problems", { n: problems.length - MOST_PROBLEMS }) }));
  return clone("t-broken", {
    when: t("act.broken-when", { when: dateTime(checkpoint.time) }), problems: rows,
    told: t(reported ? "act.broken-told" : "act.broken-not-told"),
    code: [...new Set(problems.map((one) => [one.what, one.source, one.number].filter(Boolean).join(" ")))].slice(0, MOST_PROBLEMS).join("; "),
  });
}

/** @param {Problem} problem @returns {string} */
function problemText({ what, source, number: entry }) {
  const where = source ? sourceWord(source) : "";
  if (entry !== undefined) return t(what === "gap" ? "act.problem.gap" : "act.problem.entry", { source: where, number: number(entry) });
  if (source) return t(what === "source-missing" ? "act.problem.silent" : "act.problem.stream", { source: where });
  return t("act.problem.log");
}

/** @param {Entry[]} entries @param {(who: string) => Named} names */
function mountList(entries, names) {
  let turn = 0;
  mountFilters(entries, names, (matching, chosen) => {
    const mine = ++turn;
    // Whoever chose something gets all of it; at first the newest are enough.
    const first = chosen.days !== "" && !chosen.person && !chosen.part && !chosen.kind;
    const shown = first ? matching.slice(0, FIRST) : matching;
    drawSummary(shown.length, entries.length, shown.length < matching.length);
    show(byId("show-all"), first && shown.length > 0 && shown.length < entries.length);
    fill(byId("show-all"), { label: t("act.show-all", { n: entries.length }) });
    drawRows(byId("entries"), shown, names, () => mine === turn).catch((error) => failed(pageState(), error));
  });
}
