/**
 * Fetches and opens what the page is about, for each of its three uses.
 * @module
 */

import { cellOf } from "../../endpoint/matrix.js";
import { open } from "../../endpoint/opening.js";
import { lookUp } from "../../endpoint/people.js";
import { list, readable } from "../../endpoint/records.js";
import { purposeGiven } from "../../endpoint/requests.js";
import { readHead } from "../../endpoint/sharing.js";
import { noteVisit, visits } from "../home/visits.js";
import { callAsOwner } from "./names.js";
import { asView, waiting } from "./proposal.js";
import { inOrder, readRecord } from "./reading.js";
import { viewOf, without } from "./view.js";
import { writersOf } from "./writers.js";

/** @typedef {import("../../endpoint/session.js").Session} Session */
/** @typedef {import("../../endpoint/records.js").RecordView} RecordView */
/** @typedef {import("../../endpoint/opening.js").OpenedRecord} OpenedRecord */
/** @typedef {import("./view.js").View} View */
/** @typedef {{mode: View["mode"] | "proposal", owner?: string, member?: string, record?: string}} Use what the page is for */
/** `owners`: whose each record is, as it was signed. @typedef {{owners: Map<string, string>, view: View, listed: RecordView[]}} Loaded */

/** @type {Record<string, string>} */
const PURPOSES = { insurer: "payment", researcher: "research", relative: "personal" };

/** To open for it is an act of its own, with reasons; no page falls into it that nobody signed for. */
const EMERGENCY = "emergency";

const PURPOSE = /^[a-z0-9-]{1,32}$/;

/** @param {Session} session @param {Use} use @returns {string} whose records the page is about */
function ownerOf(session, { mode, owner }) {
  return mode === "reader" ? String(owner) : session.me.id;
}

/** @param {Session} session @param {Use} use @returns {Promise<RecordView[]>} what there is to open now */
export async function listed(session, use) {
  if (use.mode === "proposal") {
    const found = await waiting(String(use.record));
    return found ? [asView(session, found)] : [];
  }
  const query = use.mode === "see-as" ? { seenBy: use.member } : { owner: ownerOf(session, use) };
  const found = await list(session, query);
  return found.filter((view) => readable(view).length > 0);
}

/** @param {Session} session @param {Use} use @returns {Promise<string>} the name of whoever sees it */
export async function viewerOf(session, { mode, member }) {
  if (mode !== "see-as" || !member) return session.me.name;
  return (await lookUp(session, member))?.name ?? "";
}

/** @typedef {Map<string, number | null>} Ends of access by part, Unix seconds; null for one without an end */

/** @param {RecordView[]} views @returns {Ends} the end of what ends last of each part */
export function endsOf(views) {
  /** @type {Ends} */
  const ends = new Map();
  for (const view of views) {
    for (const part of readable(view)) {
      const [known, end] = [ends.get(part), view.until?.[part] ?? null];
      ends.set(part, known === undefined ? end : known === null || end === null ? null : Math.max(known, end));
    }
  }
  return ends;
}

/**
 * Why it is opened: as was asked for last and given, otherwise as somebody of this role does.
 * @param {Session} session
 * @param {Use} use
 * @param {readonly RecordView[]} views
 * @returns {Promise<string>}
 */
async function purposeOf(session, { mode, owner }, views) {
  if (mode !== "reader") return "personal";
  // What clinicians signed for: the nodes give more for it than for anything else.
  if (views.some((view) => view.purpose === EMERGENCY)) return EMERGENCY;
  const given = await purposeGiven(session, String(owner));
  // What was asked for may be any words; an opening names its purpose by an id.
  if (given !== null && PURPOSE.test(given) && given !== EMERGENCY) return given;
  return PURPOSES[session.me.role] ?? "treatment";
}

/**
 * @param {Session} session @param {Use} use @param {RecordView[]} views of `listed`, not empty
 * @param {(step: string, detail?: object) => void} onStep
 * @returns {Promise<Loaded>}
 */
export async function load(session, use, views, onStep) {
  const items = views.map((view) => ({ record: view.record, partitions: readable(view) }));
  const [viewer, purpose] = await Promise.all([viewerOf(session, use), purposeOf(session, use, views)]);
  /** @type {Promise<import("./reading.js").Shown | null>[]} */
  const read = [];
  const onRecord = (/** @type {OpenedRecord} */ one) => {
    const reading = readRecord(one);
    // Awaited below; where opening fails before, its failure is the one to tell.
    reading.catch(() => {});
    read.push(reading);
  };
  const opened = await open(session, items, { owner: ownerOf(session, use), purpose, onStep, onRecord, proposed: use.mode === "proposal" });
  const [ends, writers] = await Promise.all([signedEnds(session, use, endsOf(views)), writersOf(session, opened)]);
  // What was added is shown to its owner as her own.
  const mode = use.mode === "proposal" ? "own" : use.mode;
  const away = [...new Set(opened.flatMap((one) => one.away))];
  const about = { mode, name: views[0].owner_name, viewer, purpose, ends, writers, away };
  onStep("reading");
  const view = viewOf(inOrder(await Promise.all(read)), about);
  onStep("read");
  await callAsOwner(session, view);
  const owners = new Map(opened.flatMap(({ record, owner }) => (owner === null ? [] : [/** @type {const} */ ([record, owner])])));
  return { owners, listed: views, view };
}

/**
 * For how long somebody may see what she sees, an owner reads from her own signed list.
 * @param {Session} session @param {Use} use @param {Ends} told by the server
 * @returns {Promise<Ends>}
 */
async function signedEnds(session, { mode, member }, told) {
  if (mode !== "see-as" || !member) return told;
  const { rules } = await readHead(session);
  const cells = [...told.keys()].map((part) => ({ part, cell: cellOf(rules, member, part, Date.now() / 1000) }));
  const signed = cells.filter(({ cell }) => cell.state === "shared").map(({ part, cell }) => /** @type {const} */ ([part, cell.until]));
  return new Map([...told, ...signed]);
}

/**
 * Ask for what this device opened before, although the list does not show it any more: the nodes
 * decide, and the owner's activity tells of the attempt.
 * @param {Session} session @param {Use} use
 * @returns {Promise<string | null>} the owner's name when it was refused; null where nothing was opened before
 */
export async function openedBefore(session, use) {
  const visit = use.mode === "reader" && use.owner ? (await visits(session))[use.owner] : undefined;
  const items = Object.entries(visit?.parts ?? {}).map(([record, partitions]) => ({ record, partitions }));
  if (!visit || !items.length) return null;
  await open(session, items, { owner: ownerOf(session, use), purpose: await purposeOf(session, use, []) });
  // Asked once: to come back here later is no further attempt.
  await noteVisit(session, String(use.owner), []);
  return visit.name ?? "";
}

/**
 * What may no longer be seen is dropped.
 * @param {View} view
 * @param {RecordView[]} views as they are now
 * @returns {{fewer: View, gone: string[]}} what is left, and parts that were taken back
 */
export function withdraw(view, views) {
  const allowed = new Map(views.map((each) => [each.record, new Set(readable(each))]));
  const gone = new Set();
  const fewer = without(view, (record, part) => {
    const stays = allowed.get(record)?.has(part) ?? false;
    if (!stays) gone.add(part);
    return stays;
  });
  return { fewer, gone: [...gone] };
}
