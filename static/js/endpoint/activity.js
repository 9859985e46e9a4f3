/**
 * One's own events from every server, each checked against the log, none missing.
 *
 * A failed check is part of the answer and not an exception: people have to see what is wrong, and
 * what still holds beside it.
 * @module
 */
import { equal } from "../crypto/bytes.js";
import { b64uDecode, b64uEncode } from "../crypto/encoding.js";
import * as log from "../crypto/log.js";
import * as api from "./api.js";
import { ApiError, EndpointError, Integrity } from "./errors.js";
import { read as shaped } from "./shapes.js";
import { asIntegrity, now } from "./statement.js";
import { checkConsistency, checkInclusion, checkpoint } from "./transparency.js";
import { turns } from "./turns.js";

/** @typedef {import("./session.js").Session} Session */
/** @typedef {import("./transparency.js").Checkpoint} Checkpoint */
/** @typedef {import("./transparency.js").Proof} Proof */
/** An event as a server told it. @typedef {{number: number, event: Record<string, any>, salt: string, proof: Proof | null}} Told */
/**
 * One server's stream; `reachable` is false, and there is nothing, of one that is out of reach now.
 * @typedef {{source: string, stream: string | null, length: number, events: Told[], reachable?: boolean}} History
 */
/**
 * An event. `time` in Unix seconds, `told` all that the server says of it; `proof` and `entry`
 * (b64u) are null while it is on its way to the log.
 * @typedef {{source: string, number: number, type: string, time: number, told: Record<string, any>,
 *   salt: string, entry: string | null, proof: Proof | null}} Event
 */
/**
 * What is wrong, and where. `what`: source-missing, source-twice, stream-missing, gap, shorter,
 * foreign, not-logged, malformed, log-proof, log-checkpoint, log-shorter, log-changed, log-split.
 * @typedef {{what: string, source?: string, number?: number}} Problem
 */
/**
 * `whole`: every check held. `pending`: events that the log does not have yet; `checkpoint.time`: when
 * this device checked (Unix seconds); `reported`: whether the administrator was told of problems;
 * `away`: servers out of reach; `lost`: how many events others lost, as they say themselves.
 * @typedef {{events: Event[], pending: number, whole: boolean, problems: Problem[], reported: boolean,
 *   away: string[], lost: {source: string, count: number}[],
 *   checkpoint: {size: number, time: number, note: string}}} Activity
 */

const SEEN = "log";
const REPORTED = "log-reported";
const PORTAL = "portal";
const MOST_PAGES = 10_000;
const ATTEMPTS = 3;
/** Events that are checked before the page is told how far it is. */
const BATCH = 5;

/**
 * All events, verified, oldest first.
 * @param {Session} session
 * @param {{onStep?: (step: string, detail?: object) => void}} [options] steps: received, checking
 * @returns {Promise<Activity>}
 * @throws {ApiError | Offline} nothing could be checked
 */
export async function read(session, { onStep = () => {} } = {}) {
  return session.memory.locked(SEEN, async () => {
    const { histories, note } = await settled();
    onStep("received", { events: histories.reduce((sum, one) => sum + one.events.length, 0) });
    const known = (await session.memory.get(SEEN)) ?? {};
    const result = await checked(session, histories, note, known, onStep);
    if (!result.whole) return { ...result, reported: await report(session, result.problems) };
    await session.memory.set(SEEN, { checkpoint: note, streams: { ...known.streams, ...lengths(histories) } });
    await session.memory.remove(REPORTED);
    return { ...result, reported: false };
  });
}

/** @returns {Promise<{histories: History[], note: string}>} */
async function settled() {
  for (let attempt = 1; ; attempt++) {
    const found = await fetchAll();
    // A server publishes while we read: what is not settled is asked for again.
    if (attempt === ATTEMPTS || found.histories.every(isSettled)) return found;
  }
}

/** @param {History} history @returns {boolean} whether every event that the log counts came with its proof */
function isSettled({ length, events }) {
  const counted = events.filter((one) => one.number <= length);
  return counted.length === length && counted.every((one) => one.proof !== null);
}

/** @returns {Promise<{histories: History[], note: string}>} */
async function fetchAll() {
  const first = shaped("activity", await api.get("/activity"));
  /** @type {History[]} */
  const histories = first.streams;
  let note = first.checkpoint;
  for (const history of histories) {
    for (let pages = 0; pages < MOST_PAGES && history.events.length < history.length; pages++) {
      const page = await nextPage(history);
      note = page.note;
      if (page.events.length === 0) break;
      history.events.push(...page.events);
    }
  }
  return { histories, note };
}

/** @param {History} history @returns {Promise<{events: Told[], note: string}>} */
async function nextPage({ source, stream, events }) {
  const after = events.at(-1)?.number ?? 0;
  const found = shaped("activity", await api.get("/activity", { source, after }));
  /** @type {History[]} */
  const pages = found.streams.filter((/** @type {History} */ one) => one.source === source);
  // The server changed its mind about a stream: a later attempt sees one answer.
  if (pages.length !== 1 || pages[0].stream !== stream) throw new ApiError(0, "unreadable");
  return { events: pages[0].events, note: found.checkpoint };
}

/**
 * @param {Session} session @param {History[]} histories @param {string} note
 * @param {{checkpoint?: string, streams?: Record<string, {stream: string | null, length: number}>}} known
 * @param {(step: string, detail?: object) => void} onStep
 * @returns {Promise<Omit<Activity, "reported">>}
 */
async function checked(session, histories, note, known, onStep) {
  const problems = [...sourceProblems(session, histories), ...histories.flatMap(gaps), ...shorter(known.streams ?? {}, histories)];
  const { events, trees, wrong } = await checkEvents(session, histories, onStep);
  problems.push(...wrong, ...(await logProblems(session, note, known.checkpoint, trees)));
  const whole = problems.length === 0;
  return {
    events: events.sort(byTime), pending: events.filter((one) => one.proof === null).length, problems, whole,
    away: histories.filter((one) => one.reachable === false).map((one) => one.source), lost: losses(histories),
    checkpoint: { size: whole ? checkpoint(session.deployment, note).size : 0, time: now(), note },
  };
}

/** @param {Event} a @param {Event} b @returns {number} */
function byTime(a, b) {
  return a.time - b.time || (a.source < b.source ? -1 : Number(a.source > b.source)) || a.number - b.number;
}

/**
 * Each server of the pinned configuration answers, once, also one that has no events yet.
 * @param {Session} session @param {History[]} histories @returns {Problem[]}
 */
function sourceProblems({ deployment }, histories) {
  const wanted = new Set([PORTAL, ...deployment.nodes.map((node) => `srs-${node.index}`)]);
  const shown = histories.map((one) => one.source);
  const missing = [...wanted].filter((source) => !shown.includes(source)).map((source) => ({ what: "source-missing", source }));
  const odd = shown.filter((source, i) => !wanted.has(source) || shown.indexOf(source) !== i).map((source) => ({ what: "source-twice", source }));
  const nameless = histories.filter((one) => one.stream === null && (one.length > 0 || one.events.length > 0))
    .map(({ source }) => ({ what: "stream-missing", source }));
  return [...missing, ...odd, ...nameless];
}

/** @param {History} history @returns {Problem[]} numbers that are missing, or stand where another should */
function gaps({ source, length, events }) {
  const shown = new Set(events.map((one) => one.number));
  const highest = Math.max(length, events.length);
  const found = [];
  for (let number = 1; number <= highest && found.length < 100; number++) {
    if (!shown.has(number)) found.push({ what: "gap", source, number });
  }
  const ordered = events.every((one, i) => one.number === i + 1);
  return ordered || found.length ? found : [{ what: "gap", source }];
}

/**
 * @param {Record<string, {stream: string | null, length: number}>} known @param {History[]} histories
 * @returns {Problem[]} streams that show less than this device has seen
 */
function shorter(known, histories) {
  return Object.entries(known).flatMap(([source, last]) => {
    const now = histories.find((one) => one.source === source);
    if (now?.reachable === false) return [];
    // A stream that had no events had no name either.
    const renamed = now && last.stream !== null && last.stream !== now.stream;
    return !now || renamed || now.events.length < last.length ? [{ what: "shorter", source }] : [];
  });
}

/**
 * @param {Session} session @param {History[]} histories
 * @param {(step: string, detail?: object) => void} onStep
 * @returns {Promise<{events: Event[], trees: Checkpoint[], wrong: Problem[]}>} trees: those that proofs were given in
 */
async function checkEvents(session, histories, onStep) {
  const all = histories.flatMap((history) => history.events.filter((told) => !isLost(told)).map((told) => ({ history, told })));
  const [trees, pause] = [new Trees(session.deployment), turns()];
  /** @type {Event[]} */
  const events = [];
  /** @type {Problem[]} */
  const wrong = [];
  for (const [i, { history, told }] of all.entries()) {
    if (i % BATCH === 0) onStep("checking", { done: i, total: all.length });
    await pause();
    const failure = attempt(() => events.push(checkEvent(session, trees, history, told)));
    if (failure) wrong.push({ what: failure.what, source: history.source, number: told.number });
  }
  return { events, trees: trees.all(), wrong };
}

/**
 * What a server says that it lost, as after a restore from a backup: the log has the commitment alone.
 * @param {Told} told @returns {boolean}
 */
function isLost({ event, salt, proof }) {
  return Object.keys(event).length === 0 && salt === "" && proof !== null;
}

/** @param {History[]} histories @returns {{source: string, count: number}[]} */
function losses(histories) {
  return histories.map(({ source, events }) => ({ source, count: events.filter(isLost).length })).filter((one) => one.count > 0);
}

/** The checkpoints that came with proofs, each signature checked once. */
class Trees {
  /** @type {Map<string, Checkpoint>} */
  #byNote = new Map();

  /** @param {import("./transparency.js").Logged} deployment */
  constructor(deployment) {
    this.deployment = deployment;
  }

  /** @param {string} note @returns {Checkpoint} @throws {Integrity} */
  of(note) {
    const known = this.#byNote.get(note);
    if (known) return known;
    const found = checkpoint(this.deployment, note);
    const twin = this.all().find((one) => one.size === found.size);
    if (twin && !equal(twin.root, found.root)) throw new Integrity("log-split");
    this.#byNote.set(note, found);
    return found;
  }

  /** @returns {Checkpoint[]} one of each size */
  all() {
    return [...new Map([...this.#byNote.values()].map((one) => [one.size, one])).values()];
  }
}

/**
 * @param {Session} session @param {Trees} trees @param {History} history @param {Told} told
 * @returns {Event}
 * @throws {Integrity} when it is not this member's, or not in the log as the server says
 */
function checkEvent({ deployment, me }, trees, { source, length }, { number, event, salt, proof }) {
  const { deployment: place, source: origin, member, number: own, type, time } = event;
  if (place !== deployment.id || origin !== source || member !== me.id || own !== number) throw new Integrity("foreign");
  if (proof === null && number <= length) throw new Integrity("not-logged");
  const entry = asIntegrity("malformed", () => log.entry(b64uDecode(salt), event));
  if (proof) checkInclusion(deployment, entry, proof, (note) => trees.of(note));
  return {
    source, number, type: String(type), time: Number.isSafeInteger(time) ? time : 0, told: event, salt,
    entry: proof && b64uEncode(entry), proof,
  };
}

/**
 * The present tree extends the one that this device saw, and every one in which a proof was given.
 * @param {Session} session @param {string} note @param {string | undefined} seen @param {Checkpoint[]} trees
 * @returns {Promise<Problem[]>}
 */
async function logProblems({ deployment }, note, seen, trees) {
  /** @type {Checkpoint[]} */
  const earlier = [];
  try {
    const present = checkpoint(deployment, note);
    if (seen !== undefined) earlier.push(checkpoint(deployment, seen));
    if (earlier.some((one) => one.size > present.size)) return [{ what: "log-shorter" }];
    for (const tree of [...earlier, ...trees]) {
      // A proof may be younger than the checkpoint that came with the page before it.
      const [first, second] = [tree, present].sort((a, b) => a.size - b.size);
      await checkConsistency(first, second);
    }
    return [];
  } catch (error) {
    if (error instanceof Integrity) return [{ what: error.what }];
    throw error;
  }
}

/** @param {() => unknown} check @returns {Integrity | null} what it failed with */
function attempt(check) {
  try {
    check();
    return null;
  } catch (error) {
    if (error instanceof Integrity) return error;
    throw error;
  }
}

/** @param {History[]} histories @returns {Record<string, {stream: string | null, length: number}>} */
function lengths(histories) {
  const shown = histories.filter((one) => one.reachable !== false);
  return Object.fromEntries(shown.map(({ source, stream, events }) => [source, { stream, length: events.length }]));
}

/**
 * Tell the administrator, once for the same problems.
 * @param {Session} session @param {Problem[]} problems
 * @returns {Promise<boolean>} whether they were told
 */
async function report(session, problems) {
  const what = JSON.stringify([...new Set(problems.map((one) => one.what))].sort());
  if ((await session.memory.get(REPORTED)) === what) return true;
  try {
    shaped("reported", await api.post("/integrity-reports", { reason: "activity" }));
    await session.memory.set(REPORTED, what);
    return true;
  } catch (error) {
    // What is wrong must be shown also when nobody can be told.
    if (error instanceof EndpointError) return false;
    throw error;
  }
}
