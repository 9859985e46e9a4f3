/** The newest entries of the activity, and whether the log is whole. @module */
import { read } from "../../endpoint/activity.js";
import { pins } from "../../endpoint/people.js";
import { recallPeople } from "../../endpoint/peoplenames.js";
import { byId, clone, show, slot } from "../../ui/dom.js";
import { dateTime, moment, relative, shortDate, time } from "../../ui/format.js";
import { icon } from "../../ui/icons.js";
import { has, t } from "../../ui/messages.js";
import { ordered, partChip } from "../../ui/parts.js";
import { isStop, loading, redStop, report } from "../../ui/states.js";
import { entriesOf } from "../activity/entries.js";
import { face, namesOf } from "../activity/names.js";

/** @typedef {import("../activity/entry.js").Entry} Entry */
/** @typedef {import("../activity/names.js").Named} Named */
/** @typedef {import("../../endpoint/session.js").Session} Session */
/** @typedef {import("../../endpoint/requests.js").KeyRequest} KeyRequest */

const NEWEST = 3;
/** Entries whose sentence begins with who did it. */
const THEIRS = new Map(Object.entries({ "act.opened": "home.opened", "act.refused": "home.refused", "act.asked": "home.asked", "act.contribution": "home.contribution" }));

/**
 * @param {Session} session @param {KeyRequest[]} requests
 * @returns {Promise<import("../../endpoint/activity.js").Event[]>} all events, oldest first; none when they cannot be had
 */
export async function drawRecent(session, requests) {
  const state = loading(byId("recent-state"), { title: t("home.log.loading") });
  try {
    const history = await read(session);
    const entries = entriesOf(history.events, { me: session.me.id, rules: [], requests }).slice(0, NEWEST);
    const names = await namesOf(entries, session.me, requests, await pins(session), await recallPeople(session));
    state.done();
    mark(history.whole ? clone("t-log-whole", { text: t("home.log", { when: dateTime(history.checkpoint.time) }) }) : broken());
    draw(entries, names);
    return history.events;
  } catch (error) {
    report(error);
    state.done();
    if (isStop(error)) redStop(byId("recent-state"), error);
    else mark(clone("t-log-unchecked"));
    return [];
  }
}

/** A broken log is the first thing on the page. @returns {null} */
function broken() {
  byId("page").prepend(clone("t-log-broken"));
  return null;
}

/** @param {HTMLElement | null} content */
function mark(content) {
  const place = byId("log-mark");
  place.replaceChildren(...(content ? [content] : []));
  show(place, content !== null);
}

/** @param {Entry[]} entries @param {(who: string) => Named} names */
function draw(entries, names) {
  const place = byId("recent");
  show(place, entries.length > 0);
  place.replaceChildren(...entries.map((entry) => row(entry, names)));
  if (entries.length) return;
  byId("recent-state").replaceChildren(clone("t-none-yet"));
  show(byId("recent-state"));
}

/** @param {Entry} entry @param {(who: string) => Named} names */
function row(entry, names) {
  const named = names(entry.who);
  const theirs = THEIRS.get(entry.title.words);
  const own = titleOf(entry, names);
  const made = clone("t-recent", {
    time: when(entry.time), avatar: entry.kind === "refused" ? lockMark() : face(named, 40),
    who: theirs ? named.name : own, what: theirs ? t(theirs) : "", parts: ordered(entry.parts).map((part) => partChip(part)),
  });
  slot(made, "time").setAttribute("datetime", moment(entry.time).toISOString());
  return made;
}

/** @param {Entry} entry @param {(who: string) => Named} names */
function titleOf({ title: { words, values = {} }, other }, names) {
  const name = has(words) ? words : "act.other";
  return t(name, { type: words, ...values, ...(other !== null && { other: names(other).name }) });
}

function lockMark() {
  const made = document.createElement("span");
  made.className = "avatar avatar--40 avatar--round avatar--tone-0";
  made.append(icon("lock", 20));
  return made;
}

/** @param {number} at Unix seconds */
function when(at) {
  const word = relative(at);
  return word ? t(`home.${word}`, { time: time(at) }) : `${shortDate(at)} ${time(at)}`;
}
