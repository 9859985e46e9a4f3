/**
 * Fetches and opens what the page is about, for each of its three uses.
 * @module
 */

import { open } from "../../endpoint/opening.js";
import { lookUp } from "../../endpoint/people.js";
import { list, readable } from "../../endpoint/records.js";
import { viewOf } from "./view.js";

/** @typedef {import("../../endpoint/session.js").Session} Session */
/** @typedef {import("../../endpoint/records.js").RecordView} RecordView */
/** @typedef {import("../../endpoint/opening.js").OpenedRecord} OpenedRecord */
/** @typedef {import("./view.js").View} View */
/** @typedef {{mode: View["mode"], owner?: string, member?: string}} Use what the page is for */
/** @typedef {{opened: OpenedRecord[], view: View, listed: RecordView[]}} Loaded */

export const PURPOSES = { reader: "treatment", own: "personal", "see-as": "personal" };

/** @param {Session} session @param {Use} use @returns {Promise<RecordView[]>} what there is to open now */
export async function listed(session, { mode, owner, member }) {
  const query = mode === "see-as" ? { seenBy: member } : { owner: mode === "own" ? session.me.id : owner };
  const found = await list(session, query);
  return found.filter((view) => readable(view).length > 0);
}

/** @param {Session} session @param {Use} use @returns {Promise<string>} the name of whoever sees it */
export async function viewerOf(session, { mode, member }) {
  if (mode !== "see-as" || !member) return session.me.name;
  return (await lookUp(session, member))?.name ?? "";
}

/** @param {RecordView[]} views @returns {number | null} when the last of what is shared ends, if the server says so */
export function untilOf(views) {
  const ends = views.flatMap((view) => Object.values(/** @type {{until?: Record<string, number | null>}} */ (view).until ?? {}));
  return ends.length && ends.every((end) => typeof end === "number") ? Math.max(.../** @type {number[]} */ (ends)) : null;
}

/**
 * @param {Session} session @param {Use} use @param {RecordView[]} views of `listed`, not empty
 * @param {(step: string, detail?: object) => void} onStep
 * @returns {Promise<Loaded>}
 */
export async function load(session, use, views, onStep) {
  const items = views.map((view) => ({ record: view.record, partitions: readable(view) }));
  const opened = await open(session, items, { purpose: PURPOSES[use.mode], onStep });
  const viewer = await viewerOf(session, use);
  return { opened, listed: views, view: viewOf(opened, { mode: use.mode, name: views[0].owner_name, viewer, until: untilOf(views) }) };
}

/** What of the opened may no longer be seen is dropped. @param {OpenedRecord[]} opened @param {RecordView[]} views as they are now @returns {string[]} parts that were taken back */
export function withdraw(opened, views) {
  const allowed = new Map(views.map((view) => [view.record, new Set(readable(view))]));
  const gone = new Set();
  for (const { record, parts } of opened) {
    for (const part of [...parts.keys()]) {
      if (allowed.get(record)?.has(part)) continue;
      parts.delete(part);
      gone.add(part);
    }
  }
  return [...gone];
}
