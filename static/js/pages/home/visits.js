/** When this device last opened what somebody shares, so that "new" can be said; sealed in its memory. @module */

import { readable } from "../../endpoint/records.js";

/** @typedef {import("../../endpoint/session.js").Session} Session */
/** @typedef {import("../../endpoint/records.js").RecordView} RecordView */
/**
 * `time` in Unix seconds; `versions` and `parts`: by record id.
 * @typedef {{time: number, versions: Record<string, number>, parts?: Record<string, string[]>, name?: string}} Visit
 */

const VISITS = "visits";

/** @param {Session} session @param {string} owner @param {RecordView[]} views what was opened */
export async function noteVisit(session, owner, views) {
  const visit = {
    time: Math.floor(Date.now() / 1000),
    name: views[0]?.owner_name ?? "",
    versions: Object.fromEntries(views.map(({ record, version }) => [record, version])),
    parts: Object.fromEntries(views.map((view) => [view.record, readable(view)])),
  };
  await session.memory.update(VISITS, (/** @type {Record<string, Visit> | undefined} */ known) => ({ ...known, [owner]: visit }));
}

/** @param {Session} session @returns {Promise<Record<string, Visit>>} by owner */
export async function visits(session) {
  return (await session.memory.get(VISITS)) ?? {};
}

/**
 * @param {RecordView[]} views of one owner
 * @param {Visit | undefined} visit
 * @returns {number} how many are new or changed since; all before the first visit
 */
export function newSince(views, visit) {
  return views.filter(({ record, version }) => (visit?.versions[record] ?? 0) < version).length;
}
