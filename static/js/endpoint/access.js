/**
 * Asking for access, and checking what the nodes answered before anything is opened.
 *
 * Checked here: each node's signature, that it answers this very request, pair by pair, and that the
 * log holds an event (its inclusion proof) for everybody whose record something was released of.
 * @module
 */
import { equal, randomBytes } from "../crypto/bytes.js";
import { b64uDecode, b64uEncode, sameNames } from "../crypto/encoding.js";
import { CryptoError } from "../crypto/errors.js";
import { payloadOfUnverified } from "../crypto/statements.js";
import * as api from "./api.js";
import { Integrity } from "./errors.js";
import { read } from "./shapes.js";
import { asIntegrity, payload, sign, verify } from "./statement.js";
import { checkInclusion } from "./transparency.js";
import { agree, Denials, notNow } from "./verdicts.js";

/** @typedef {import("../crypto/bytes.js").Bytes} Bytes */
/** @typedef {import("../crypto/schemas.js").Members} Members */
/** @typedef {import("../crypto/statements.js").Verified} Verified */
/** @typedef {{record: string, partitions: string[]}} Item */
/**
 * What checking answers needs of a deployment.
 * @typedef {{id: string, n: number, t: number, nodes: readonly {index: number, id: string}[],
 *   nodeKeys: ReadonlyMap<string, Uint8Array>, log: {name: string, key: Uint8Array}}} Nodes
 */
/** What the cloud gave: base64 octets. @typedef {{digest: string, manifest: string, document: string | null, partitions: Record<string, string>, accept?: string | null}} CloudObject */
/** @typedef {{answer: string, tickets: string[], proofs: import("./transparency.js").Proof[]}} NodeAnswer */
/** @typedef {{answers: NodeAnswer[], objects: CloudObject[]}} Found */
/**
 * What one node allows of one record; points are T_i by partition, null where none is needed.
 * @typedef {{index: number, owner: string, version: number, manifest: string,
 *   points: Map<string, Bytes | null>}} Vote
 */
/**
 * What at least t nodes allow of one record. `manifest`: digest, b64u; `points`: T_i by partition
 * and node index; for the owner e(R, g2) of what somebody else wrote, and none of her own; `wrong`: nodes
 * whose answers are not what they must be; `everybody`: whether all nodes had the time to answer.
 * @typedef {{record: string, owner: string, version: number, manifest: string, allowed: string[],
 *   points: Map<string, Map<number, Bytes>>, stored: CloudObject | undefined, request: string,
 *   tickets: string[], wrong: Set<number>, everybody: boolean}} Opening
 */
/**
 * Answers that are what they must be, by record; `good` counts them, those that allow nothing too.
 * @typedef {{votes: Map<string, Vote[]>, tickets: string[], good: number, denials: Denials, wrong: Set<number>}} Checked
 */
/** `away`: what nobody refused, and too few nodes can open right now. @typedef {{openings: Opening[], away: Item[]}} Outcome */

const MOST_PAIRS = 1000;

/**
 * Ask in as few signed requests as there can be; each is one event in the activity of its owners.
 * @param {{me: {id: string}, keys: import("../crypto/keys.js").MemberKeys, deployment: Nodes}} session
 * @param {Item[]} items each record once
 * @param {string} purpose of a-z, 0-9 and hyphens
 * @param {(step: string, detail?: object) => void} onStep steps: asked, agreed, received
 * @returns {Promise<Outcome>} what is allowed, and what is away; what is in neither was refused
 * @throws {Integrity} when an answer is not what it must be @throws {ApiError} `unavailable`: nothing is allowed, and something is away
 */
export async function ask(session, items, purpose, onStep) {
  /** @type {Outcome} */
  const all = { openings: [], away: [] };
  for (const group of groups(items)) {
    const { openings, away } = await askOnce(session, group, purpose, onStep);
    all.openings.push(...openings);
    all.away.push(...away);
  }
  if (!all.openings.length && all.away.length) throw notNow();
  return all;
}

/** @param {Item[]} items @returns {Item[][]} of at most 1000 pairs each; a record is never torn apart */
function groups(items) {
  /** @type {Item[][]} */
  const found = [];
  let room = 0;
  for (const item of items) {
    if (item.partitions.length > room) {
      found.push([]);
      room = MOST_PAIRS;
    }
    found.at(-1)?.push(item);
    room -= item.partitions.length;
  }
  return found;
}

/**
 * @param {{me: {id: string}, keys: import("../crypto/keys.js").MemberKeys, deployment: Nodes}} session
 * @param {Item[]} items @param {string} purpose @param {(step: string, detail?: object) => void} onStep
 * @returns {Promise<Outcome>}
 */
async function askOnce({ me, keys, deployment }, items, purpose, onStep) {
  const octets = payload(deployment.id, me.id, { nonce: b64uEncode(randomBytes(16)), purpose, items });
  const request = sign(keys, "sesphr-access-request", octets);
  const directory = new Map([[me.id, keys.verification]]);
  const asked = verify(request, { typ: "sesphr-access-request", deployment: deployment.id, directory, what: "request" });
  onStep("asked", { nodes: deployment.n });
  const { found, ...outcome } = await send(deployment, asked);
  onStep("agreed", { nodes: found.answers.length, of: deployment.n });
  onStep("received", { octets: sizeOf(found.objects) });
  return outcome;
}

/**
 * Send a request; once more, waiting a little for the answers of all nodes, where those that were quick are
 * not enough, or do not agree.
 * @param {Nodes} deployment @param {Verified} asked
 * @returns {Promise<{found: Found} & Outcome>}
 */
async function send(deployment, asked) {
  /** @type {Found} */
  const found = read("access", await api.post("/access", { request: asked.jws }));
  if (found.answers.length >= deployment.n) return { found, ...checkAnswers(deployment, asked, found) };
  try {
    return { found, ...checkAnswers(deployment, asked, found, false) };
  } catch (error) {
    if (!(error instanceof Integrity)) throw error;
    return sendToAll(deployment, asked);
  }
}

/** @param {Nodes} deployment @param {Verified} asked */
async function sendToAll(deployment, asked) {
  /** @type {Found} */
  const found = read("access", await api.post("/access", { request: asked.jws, everybody: true }));
  return { found, ...checkAnswers(deployment, asked, found) };
}

/**
 * The same request again, for the answers of all nodes on one record.
 * @param {{me: {id: string}, keys: import("../crypto/keys.js").MemberKeys, deployment: Nodes}} session
 * @param {Opening} opening
 * @returns {Promise<Opening | undefined>}
 */
export async function askEverybody({ me, keys, deployment }, { request, record }) {
  const directory = new Map([[me.id, keys.verification]]);
  const asked = verify(request, { typ: "sesphr-access-request", deployment: deployment.id, directory, what: "request" });
  const { openings } = await sendToAll(deployment, asked);
  return openings.find((one) => one.record === record);
}

/** @param {CloudObject[]} objects @returns {number} octets, of what base64 holds */
function sizeOf(objects) {
  const texts = objects.flatMap(({ document, partitions }) => [document ?? "", ...Object.values(partitions)]);
  return texts.reduce((sum, text) => sum + Math.floor((text.length * 3) / 4), 0);
}

/**
 * Check all answers to a request, and what they agree on.
 * @param {Nodes} deployment
 * @param {Verified} asked the request
 * @param {Found} found
 * @param {boolean} [everybody] whether all nodes had the time to answer; without, nothing may be away
 * @returns {Outcome}
 * @throws {Integrity}
 */
export function checkAnswers(deployment, asked, found, everybody = true) {
  const { votes, tickets, wrong, denials } = votesOf(deployment, asked, found.answers);
  /** @type {Outcome} */
  const outcome = { openings: [], away: [] };
  for (const item of /** @type {Item[]} */ (asked.payload.items)) {
    const agreed = agree(deployment, item, votes.get(item.record) ?? [], { denials, me: asked.payload.iss });
    if (!everybody && agreed.away.length) throw new Integrity("nodes-disagree");
    if (agreed.away.length) outcome.away.push({ record: item.record, partitions: agreed.away });
    if (!agreed.allowed.length) continue;
    const [{ owner, version, manifest }, { allowed }] = [agreed.votes[0], agreed];
    const stored = found.objects.find((one) => one.digest === manifest);
    const what = { record: item.record, owner, version, manifest, allowed, points: pointsOf(agreed.votes, allowed), stored };
    outcome.openings.push({ ...what, request: asked.jws, tickets, wrong: new Set(wrong), everybody });
  }
  return outcome;
}

/**
 * An answer that is not what it must be does not stop the others, if there are t of them.
 * @param {Nodes} deployment @param {Verified} asked @param {NodeAnswer[]} answers
 * @returns {Checked}
 */
export function votesOf(deployment, asked, answers) {
  const seen = new Set();
  /** @type {Checked} */
  const checked = { votes: new Map(), tickets: [], good: 0, denials: new Denials(), wrong: new Set() };
  /** @type {Integrity | null} */
  let failure = null;
  for (const answer of answers) {
    const index = claimedBy(deployment, answer);
    try {
      if (index === null || seen.has(index)) refuse();
      seen.add(index);
      take(checked, oneNode(deployment, asked, answer), answer);
    } catch (error) {
      if (!(error instanceof Integrity || error instanceof CryptoError)) throw error;
      failure ??= error instanceof Integrity ? error : new Integrity("access-answer", error);
      if (index !== null) checked.wrong.add(index);
    }
  }
  if (failure && checked.good < deployment.t) throw failure;
  return checked;
}

/** @param {Checked} checked @param {{votes: [string, Vote][], items: Members[]}} said @param {NodeAnswer} answer */
function take(checked, { votes, items }, { tickets }) {
  checked.good++;
  checked.denials.count(items);
  checked.tickets.push(...tickets);
  for (const [record, vote] of votes) checked.votes.set(record, [...(checked.votes.get(record) ?? []), vote]);
}

/** @param {Nodes} deployment @param {NodeAnswer} answer @returns {number | null} which node says that it made it; nobody has checked that */
function claimedBy({ nodes }, { answer }) {
  try {
    const issuer = payloadOfUnverified(answer).iss;
    return nodes.find((node) => node.id === issuer)?.index ?? null;
  } catch (error) {
    if (error instanceof CryptoError) return null;
    throw error;
  }
}

/** @param {Nodes} deployment @param {Verified} asked @param {NodeAnswer} answer @returns {{votes: [string, Vote][], items: Members[]}} votes by record, and all that it said */
function oneNode(deployment, asked, { answer, proofs }) {
  const checked = verify(answer, {
    typ: "sesphr-access-answer", deployment: deployment.id, directory: deployment.nodeKeys, what: "access-answer",
  });
  if (!equal(b64uDecode(checked.payload.request, 32), asked.digest)) refuse();
  return { votes: votesBy(deployment, asked, checked, proofs), items: checked.payload.items };
}

/** @returns {never} */
function refuse() {
  throw new Integrity("access-answer");
}

/**
 * One node's answer, record by record as asked.
 * @param {Nodes} deployment @param {Verified} asked @param {Verified} checked
 * @param {import("./transparency.js").Proof[]} proofs
 * @returns {[string, Vote][]}
 */
function votesBy(deployment, asked, checked, proofs) {
  const index = deployment.nodes.find((node) => node.id === checked.issuer)?.index ?? refuse();
  /** @type {Map<string, string[]>} */
  const wanted = new Map(asked.payload.items.map((/** @type {Item} */ item) => [item.record, item.partitions]));
  /** @type {Members[]} */
  const items = checked.payload.items;
  if (!sameNames(items.map((item) => item.record), wanted.keys())) refuse();
  const votes = items.flatMap((item) => voteOf(index, item, /** @type {string[]} */ (wanted.get(item.record))));
  if (votes.length) checkLogged(deployment, checked, proofs, new Set(votes.map(([, vote]) => vote.owner)).size);
  return votes;
}

/** @param {number} index @param {Members} item @param {string[]} partitions asked for @returns {[string, Vote][]} none when it allows nothing */
function voteOf(index, item, partitions) {
  /** @type {Members[]} */
  const answered = item.partitions;
  if (!sameNames(answered.map((one) => one.partition), partitions)) refuse();
  const allowed = answered.filter((one) => one.decision === "allow");
  if (allowed.length === 0) return [];
  const { record, owner, version, manifest } = item;
  if (owner === null || version === null || manifest === null) refuse();
  const points = allowed.map(({ partition, answer }) =>
    /** @type {[string, Bytes | null]} */ ([partition, answer === null ? null : b64uDecode(answer, 576)]));
  return [[record, { index, owner, version, manifest, points: new Map(points) }]];
}

/**
 * Nothing is released without its event: one for each owner, each proved to be in the log.
 * @param {Nodes} deployment @param {Verified} checked
 * @param {import("./transparency.js").Proof[]} proofs
 * @param {number} owners
 */
function checkLogged(deployment, checked, proofs, owners) {
  /** @type {Members[]} */
  const entries = checked.payload.log;
  const distinct = new Set(entries.map((one) => `${one.stream} ${one.number}`)).size;
  if (distinct < owners || entries.length !== distinct || entries.length !== proofs.length) throw new Integrity("log-proof");
  entries.forEach((entry, i) => {
    if (entry.index !== proofs[i].index) throw new Integrity("log-proof");
    checkInclusion(deployment, asIntegrity("log-proof", () => b64uDecode(entry.entry, 32)), proofs[i]);
  });
}

/** @param {Vote[]} votes @param {string[]} allowed @returns {Map<string, Map<number, Bytes>>} */
function pointsOf(votes, allowed) {
  return new Map(allowed.map((name) => {
    const given = votes.map(({ index, points }) => [index, points.get(name)]).filter(([, point]) => point);
    return [name, new Map(/** @type {[number, Bytes][]} */ (given))];
  }));
}
