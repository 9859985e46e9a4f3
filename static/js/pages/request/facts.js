/** What the page of a request needs to know, and what it follows from. @module */
import { credentialOf } from "../../endpoint/credentials.js";
import { ApiError } from "../../endpoint/errors.js";
import { cellOf } from "../../endpoint/matrix.js";
import { pins } from "../../endpoint/people.js";
import { list as listRecords } from "../../endpoint/records.js";
import { check, list } from "../../endpoint/requests.js";
import { readHead } from "../../endpoint/sharing.js";
import { ordered } from "../../ui/parts.js";
import { report } from "../../ui/states.js";
import { now } from "../sharing/words.js";

/** @typedef {import("../../endpoint/credentials.js").Said} Said */
/** @typedef {import("../../endpoint/matrix.js").Cell} Cell */
/** @typedef {import("../../endpoint/people.js").Person} Person */
/** @typedef {import("../../endpoint/records.js").RecordView} RecordView */
/** @typedef {import("../../endpoint/requests.js").Checked} Checked */
/** @typedef {import("../../endpoint/sharing.js").Head} Head */
/** @typedef {import("../../endpoint/session.js").Session} Session */
/**
 * own: one's registered keys; since: when something was first shared with the asker, as far as this
 * device or the answered requests tell (Unix seconds); certified: what the nodes say of the asker's
 * credential, undefined when they do not answer.
 * @typedef {{checked: Checked, head: Head, own: Person, records: RecordView[], since: number | null,
 *   certified: Said | null | undefined}} Facts
 */

/**
 * @param {Session} session @param {string} id of the request
 * @returns {Promise<Facts>}
 * @throws {ApiError} `not-found`
 */
export async function gather(session, id) {
  const { incoming } = await list(session);
  const request = incoming.find((one) => one.id === id);
  if (!request) throw new ApiError(404, "not-found");
  const [checked, head, own, records, known] = await Promise.all([
    check(session, request), readHead(session), session.registered(),
    listRecords(session, { owner: session.me.id }), pins(session),
  ]);
  const certified = checked.problem ? undefined : await certifiedRole(session, request.asker);
  const approved = incoming.filter((one) => one.asker === request.asker && one.state === "approved" && one.id !== id);
  const times = [known[request.asker]?.since, ...approved.map((one) => one.answered)].filter((one) => typeof one === "number");
  return { checked, head, own, records, since: times.length ? Math.min(...times) : null, certified };
}

/** @param {Session} session @param {string} member @returns {Promise<Said | null | undefined>} */
async function certifiedRole(session, member) {
  try {
    return await credentialOf(session, member);
  } catch (error) {
    return void report(error);
  }
}

/**
 * What a member may read now, in the usual order.
 * @param {Head} head @param {string} member
 * @returns {{partition: string, cell: Cell}[]}
 */
export function openTo(head, member) {
  const names = new Set(head.rules.flatMap((rule) => rule.partitions));
  return ordered(names)
    .map((partition) => ({ partition, cell: cellOf(head.rules, member, partition, now()) }))
    .filter(({ cell }) => cell.state === "shared");
}

/** @param {readonly RecordView[]} records @param {readonly string[]} partitions @returns {RecordView[]} those that have one of them */
export function holding(records, partitions) {
  return records.filter((one) => one.partitions.some((name) => partitions.includes(name)));
}
