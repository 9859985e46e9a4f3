/**
 * Opening by an owner's consent code, or in an emergency: the request with which it begins.
 *
 * It names one record, which the server says may be named; what came of it is read from the nodes' own
 * signed answers. After it, records are listed and opened as always, for some hours.
 * @module
 */
import { randomBytes } from "../crypto/bytes.js";
import { checkCode, codeInfo } from "../crypto/consent.js";
import { b64uEncode } from "../crypto/encoding.js";
import { CryptoError } from "../crypto/errors.js";
import { votesOf } from "./access.js";
import { get, post } from "./api.js";
import { sealedToEach } from "./dealing.js";
import { EndpointError, Integrity } from "./errors.js";
import { read } from "./shapes.js";
import { payload, sign, verify } from "./statement.js";
import { agree, notNow } from "./verdicts.js";

/** @typedef {import("./access.js").NodeAnswer} NodeAnswer */
/** @typedef {import("./session.js").Session} Session */
/** @typedef {Session["deployment"]} Deployment */
/** @typedef {import("../crypto/statements.js").Verified} Verified */
/** @typedef {import("./visits.js").Kind} Kind */
/** A record that a request may name; `signers`: how many must sign. @typedef {{way: Kind, record: string, partitions: string[], signers: number}} Way */
/** @typedef {{owner: string, owner_name: string, ways: Way[]}} Openable */

export const EMERGENCY = "emergency";
const REQUEST = "sesphr-access-request";
/** Reasons of the nodes that are said; everything else is `no-way`. */
const SAID = ["code", "code-tries", "credential", "inactive"];

/**
 * In which ways an owner's rules would let one in.
 * @param {string} owner member id
 * @returns {Promise<Openable>}
 */
export async function openable(owner) {
  return read("openable", await get("/openable", { owner }));
}

/**
 * @param {string} owner @param {Kind} kind
 * @returns {Promise<Way>}
 * @throws {EndpointError} `no-way`: none, as of somebody who is nobody
 */
export async function wayOf(owner, kind) {
  const found = (await openable(owner)).ways.find(({ way }) => way === kind);
  if (!found) throw new EndpointError("no-way");
  return found;
}

/**
 * Give the nodes an owner's code; her code rules count from then.
 * @param {Session} session
 * @param {string} owner member id
 * @param {string} typed
 * @throws {EndpointError} `code-form`: not six digits; `code`: not right, or used; `code-tries`; `no-way`
 * @throws {Integrity} an answer that is not what it must be
 */
export async function withCode(session, owner, typed) {
  const code = octetsOf(typed);
  const way = await wayOf(owner, "code");
  const nonce = randomBytes(16);
  const { deployment, me } = session;
  const sealed = await sealedToEach(deployment, (index) => ({
    info: codeInfo({ deployment: deployment.id, owner, asker: me.id, nonce, index }), octets: code,
  }));
  const more = { nonce: b64uEncode(nonce), codes: [{ owner, sealed }] };
  await begin(session, requestFor(session, way, "treatment", more));
}

/** @param {string} typed @returns {Uint8Array} */
export function octetsOf(typed) {
  try {
    return checkCode(typed.replace(/\s/g, ""));
  } catch (error) {
    throw error instanceof CryptoError ? new EndpointError("code-form") : error;
  }
}

/**
 * A signed access request for the record that may be named.
 * @param {Session} session @param {Way} way @param {string} purpose @param {object} [more]
 * @returns {string} JWS
 */
export function requestFor({ deployment, me, keys }, { record, partitions }, purpose, more = {}) {
  const members = { nonce: b64uEncode(randomBytes(16)), purpose, items: [{ record, partitions }], ...more };
  return sign(keys, REQUEST, payload(deployment.id, me.id, members));
}

/** @param {Session} session @param {string} jws @returns {import("../crypto/statements.js").Verified} one's own request */
export function own({ deployment, ownKeys }, jws) {
  return verify(jws, { typ: REQUEST, deployment: deployment.id, directory: ownKeys, what: "request" });
}

/**
 * Send a request with what it brings along, and read what the nodes made of it.
 * @param {Session} session
 * @param {string} request @param {readonly string[]} [cosigns]
 * @throws {EndpointError} fewer than t nodes let one in, and why; `unavailable`: too few answer that could
 * @throws {Integrity}
 */
export async function begin(session, request, cosigns = []) {
  const { deployment } = session;
  const asked = own(session, request);
  const { answers, count, checked } = await heard(deployment, asked, cosigns);
  if (count >= deployment.t) return;
  const [item] = asked.payload.items;
  const said = agree(deployment, item, checked.votes.get(item.record) ?? [], { denials: checked.denials, me: session.me.id });
  if (said.away.length) throw notNow();
  const reasons = new Set(answers.flatMap((one) => reasonsOf(deployment, asked, one)));
  throw new EndpointError(SAID.find((one) => reasons.has(one)) ?? "no-way");
}

/**
 * What the nodes answered, and how many let one in: the quick ones, or all, waiting a little, where those that
 * were quick are not enough and the others could be. The same request gets the same answer; a code counts once.
 * @param {Deployment} deployment @param {Verified} asked @param {readonly string[]} cosigns
 * @returns {Promise<{answers: NodeAnswer[], count: number, checked: import("./access.js").Checked}>}
 * @throws {Integrity}
 */
async function heard(deployment, asked, cosigns) {
  const { n, t } = deployment;
  const body = { request: asked.jws, ...(cosigns.length && { cosigns }) };
  const counted = (/** @type {NodeAnswer[]} */ answers) => {
    const checked = votesOf(deployment, asked, answers);
    return { answers, count: [...checked.votes.values()].flat().length, checked };
  };
  const { answers } = read("access", await post("/access", body));
  try {
    const found = counted(answers);
    const settled = found.count >= t || found.count + n - found.checked.good < t;
    if (settled || answers.length >= n) return found;
  } catch (error) {
    if (!(error instanceof Integrity) || answers.length >= n) throw error;
  }
  return counted(read("access", await post("/access", { ...body, everybody: true })).answers);
}

/** @param {Deployment} deployment @param {Verified} asked @param {NodeAnswer} answer @returns {string[]} none of one that is not what it must be */
function reasonsOf(deployment, asked, { answer }) {
  try {
    const { payload: said } = verify(answer, {
      typ: "sesphr-access-answer", deployment: deployment.id, directory: deployment.nodeKeys, what: "access-answer",
    });
    if (said.request !== b64uEncode(asked.digest)) return [];
    return said.items.flatMap((/** @type {{partitions: {reason: string}[]}} */ item) => item.partitions.map(({ reason }) => reason));
  } catch (error) {
    if (error instanceof Integrity) return [];
    throw error;
  }
}
