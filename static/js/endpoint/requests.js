/**
 * Requests for access: those to this member, checked; those by this member, signed and sent.
 *
 * What the server lists is its word until the signed statement was checked on this device. Approving
 * takes the partitions from the signed statement, never from the list.
 * @module
 */
import { b64uEncode, canonicalJson } from "../crypto/encoding.js";
import { equal, randomBytes } from "../crypto/bytes.js";
import { sha256 } from "../crypto/kdf.js";
import { keyDigest } from "../crypto/keys.js";
import { get, post } from "./api.js";
import { requireCompared } from "./compared.js";
import { requireKeys } from "./dealing.js";
import { ApiError, EndpointError, Impostor, Integrity } from "./errors.js";
import { checkPin, Found, lookUp, pin, pins } from "./people.js";
import { granted, isInForce } from "./rules.js";
import { read } from "./shapes.js";
import { change } from "./sharing.js";
import { now, payload, sign, verify } from "./statement.js";

/** @typedef {import("./rules.js").Grant} Grant */
/** @typedef {import("./session.js").Session} Session */
/**
 * A request as the server lists it; times in Unix seconds.
 * @typedef {{id: string, statement: string, owner: string, asker: string, asker_name: string,
 *   asker_login: string, asker_role: string, asker_checked: string, partitions: string[], purpose: string,
 *   reason: string, asked: number, state: "pending" | "approved" | "declined", answered: number | null}} KeyRequest
 */
/**
 * A request with what this device found out. `problem`: null when it is signed as shown, with the
 * keys that this person registered; `gone`: not an authorised member any more; `impostor`: other keys
 * or another address than those approved before; `unsigned`: not what its asker signed.
 * @typedef {{request: KeyRequest, person: Found | null, problem: null | "gone" | "impostor" | "unsigned"}} Checked
 */

const PENDING = "request-sending";
const ASKED = "asked";
/** Statements that were approved here, by digest (b64u): the server's word on that may be a lie. */
const APPROVED = "requests-approved";
// A key node takes a request for an hour; the server's clock may be ahead, and sending takes a while.
const LIFE = 3300;
// Turned down for good: sending the same octets again would change nothing.
const FOR_GOOD = new Set([400, 413, 422]);

/**
 * Requests to this member and by this member, newest first.
 * @param {Session} _session
 * @returns {Promise<{incoming: KeyRequest[], outgoing: KeyRequest[]}>}
 */
export async function list(_session) {
  return read("keyRequests", await get("/key-requests"));
}

/**
 * @param {Session} session
 * @param {string} id
 * @returns {Promise<KeyRequest>} a request to this member
 * @throws {ApiError} `not-found`
 */
export async function find(session, id) {
  const found = (await list(session)).incoming.find((one) => one.id === id);
  if (!found) throw new ApiError(404, "not-found");
  return found;
}

/**
 * Check who asked, and that they signed exactly what is shown.
 * @param {Session} session
 * @param {KeyRequest} request
 * @returns {Promise<Checked>}
 * @throws {ApiError | Offline} when the directory cannot be asked
 */
export async function check(session, request) {
  let person = null;
  try {
    person = await lookUp(session, request.asker);
    if (person === null) return { request, person, problem: "gone" };
    await checkPin(session, person, request.asker_login);
    checkStatement(session, request, person);
    return { request, person, problem: null };
  } catch (error) {
    if (error instanceof Impostor) return { request, person, problem: "impostor" };
    if (error instanceof Integrity) return { request, person, problem: "unsigned" };
    throw error;
  }
}

/**
 * @param {Session} session @param {KeyRequest} request @param {Found} person
 * @returns {{asked: string[], digest: string}} the partitions that were signed for; the statement's name
 * @throws {Integrity} it is not what this person asked of this owner, or not what the list shows
 */
function checkStatement(session, request, person) {
  const signing = person.signer(request.statement);
  const directory = new Map([[person.member, signing]]);
  const { payload: signed, digest } = verify(request.statement, {
    typ: "sesphr-key-request", deployment: session.deployment.id, directory, what: "request",
  });
  const { partitions, purpose, reason, asked } = request;
  // Asked before they changed keys, it names the key that they had then; what is given goes to the present one.
  const key = person.former.find((one) => equal(one.verification, signing))?.key ?? person.key;
  const shown = [session.me.id, key, partitions, purpose, reason, asked];
  const found = [signed.owner, signed.key, signed.partitions, signed.purpose, signed.reason, signed.iat];
  if (JSON.stringify(shown) !== JSON.stringify(found)) throw new Integrity("request");
  return { asked: signed.partitions, digest: b64uEncode(digest) };
}

/**
 * Approve a request, whole or in part. An identical approval may be repeated.
 * @param {Session} session
 * @param {string} id
 * @param {{key: string, partitions: string[], until: number | null, history: boolean, add?: boolean}} limits key: the
 *   digest (b64u) of the key that the person at the screen was shown; add: whether they may add to
 *   these partitions, too
 * @returns {Promise<import("./sharing.js").Outcome>}
 * @throws {EndpointError} `declined` or `answered` before; `compare-first` a relative or friend whose keys were never compared @throws {NoKey} nothing to share yet
 * @throws {Integrity} another signature or key than was shown: nothing was changed
 */
export async function approve(session, id, { key, partitions, until, history, add = false }) {
  const request = await find(session, id);
  if (request.state === "declined") throw new EndpointError("declined");
  const person = await lookUp(session, request.asker);
  if (person === null) throw new EndpointError("asker-gone");
  if (person.key !== key) throw new Impostor(person.member);
  const { asked, digest } = checkStatement(session, request, person);
  if (!partitions.length || !partitions.every((name) => asked.includes(name))) throw new EndpointError("not-asked");
  const grant = { member: person.member, key, partitions, until, history };
  await requireCompared(session, person, [person.role, request.asker_role]);
  requireKeys(await session.registered(), partitions);
  const shown = { ...person, name: request.asker_name, role: request.asker_role };
  await pin(session, new Found(person, shown), request.asker_login);
  const again = request.state === "approved" || Boolean((await session.memory.get(APPROVED))?.[digest]);
  const outcome = await change(session, again ? asItIs(grant, asked) : (rules) => given(rules, grant, add), [id]);
  // Shown as waiting once more, it must not give back what was taken back since.
  await session.memory.update(APPROVED, (known) => ({ ...known, [digest]: now() }));
  return outcome;
}

/** @param {import("./rules.js").Rule[]} rules @param {Grant} grant @param {boolean} add */
function given(rules, grant, add) {
  const reading = granted(rules, grant);
  return add ? granted(reading, { ...grant, history: false, action: "add" }) : reading;
}

/** An answer that was given is repeated, never given anew. @param {Grant} grant @param {string[]} asked */
function asItIs(grant, asked) {
  return (/** @type {import("./rules.js").Rule[]} */ rules) => {
    if (!isInForce(rules, grant, asked)) throw new EndpointError("answered");
    return rules;
  };
}

/**
 * Say no to a request; a repeat changes nothing.
 * @param {string} id
 * @throws {import("./errors.js").Conflict} it was approved before
 */
export async function decline(id) {
  read("keyRequestState", await post(`/key-requests/${id}/decline`));
}

/**
 * Ask an owner for access. After a crash or a lost answer the same call sends the very same octets,
 * so that the owner is asked once. Nobody learns whether anybody has the address.
 * @param {Session} session
 * @param {{owner?: string, login?: string, partitions: string[], purpose: string, reason: string}} terms
 *   owner: a member id; or their exact login
 * @returns {Promise<string>} the request's id
 * @throws {Impostor} the server names another member than is pinned @throws {ApiError | Offline}
 */
export async function ask(session, { owner, login, ...terms }) {
  const member = owner ?? (await memberOf(session, String(login)));
  const full = { owner: member, ...terms };
  if (login) await session.memory.update(ASKED, (known) => ({ ...known, [member]: login }));
  const name = b64uEncode(sha256(canonicalJson(full)));
  return session.memory.locked("asking", () => sendRequest(session, name, full));
}

/**
 * The purpose for which this member asked an owner last, of what was approved. It goes into signed
 * openings, so it is read from the member's own signature and not from the list.
 * @param {Session} session
 * @param {string} owner
 * @returns {Promise<string | null>} any words; null where nothing was approved
 * @throws {Integrity} the list shows as this member's what they did not sign
 */
export async function purposeGiven(session, owner) {
  const given = (await list(session)).outgoing.find((one) => one.owner === owner && one.state === "approved");
  if (!given) return null;
  const directory = session.ownKeysOf(given.statement);
  const { payload: own } = verify(given.statement, {
    typ: "sesphr-key-request", deployment: session.deployment.id, directory, what: "request",
  });
  if (own.owner !== owner) throw new Integrity("request");
  return own.purpose;
}

/** @param {Session} session @returns {Promise<Record<string, string>>} logins that were asked from here, by member id */
export async function asked(session) {
  return (await session.memory.get(ASKED)) ?? {};
}

/** @param {Session} session @param {string} login @returns {Promise<string>} whoever has, or will have, a login */
export async function memberOf(session, login) {
  const { member } = read("parameters", await post("/sign-in/parameters", { login }));
  const known = (await pins(session))[member];
  // Whoever took over an account has another login since, and new keys: the directory shows both.
  if (known && known.login !== null && known.login !== login) await lookUp(session, member);
  for (const [id, one] of Object.entries(await pins(session))) {
    if ((one.login === login) !== (id === member) && one.login !== null) throw new Impostor(id);
  }
  return member;
}

/** @param {Session} session @param {string} name @param {object} terms @returns {Promise<string>} */
async function sendRequest(session, name, terms) {
  const kept = Object.entries((await session.memory.get(PENDING)) ?? {});
  const waiting = Object.fromEntries(kept.filter(([, one]) => now() - one.signed >= 0 && now() - one.signed < LIFE));
  waiting[name] ??= { signed: now(), request: signed(session, terms) };
  await session.memory.set(PENDING, waiting);
  try {
    const found = read("keyRequest", await post("/key-requests", { request: waiting[name].request }));
    await forget(session, waiting, name);
    return found.request;
  } catch (error) {
    if (error instanceof ApiError && (FOR_GOOD.has(error.status) || error.code === "expired")) {
      await forget(session, waiting, name);
    }
    throw error;
  }
}

/** @param {Session} session @param {Record<string, unknown>} waiting @param {string} name */
async function forget(session, waiting, name) {
  const { [name]: _gone, ...rest } = waiting;
  await (Object.keys(rest).length ? session.memory.set(PENDING, rest) : session.memory.remove(PENDING));
}

/** @param {Session} session @param {object} terms @returns {string} JWS */
function signed({ deployment, me, keys }, terms) {
  const nonce = b64uEncode(randomBytes(16));
  const octets = payload(deployment.id, me.id, { ...terms, nonce, key: keyDigest(keys.receivePublic) });
  return sign(keys, "sesphr-key-request", octets);
}
