/**
 * Emergencies between two clinicians: asking, confirming, opening; all signed at the endpoints.
 *
 * A request is taken for three minutes. Who asks signs it and its reason, and signs anew while waiting;
 * the colleague signs what the asker signed last, after checking it; then the asker sends all of it.
 * @module
 */
import { b64uEncode } from "../crypto/encoding.js";
import { get, post } from "./api.js";
import { ApiError, EndpointError, Integrity } from "./errors.js";
import { checkPin, lookUp } from "./people.js";
import { read } from "./shapes.js";
import { now, payload, sign, verify } from "./statement.js";
import { begin, EMERGENCY, own, requestFor } from "./visiting.js";

/** @typedef {import("./session.js").Session} Session */
/** @typedef {import("./visiting.js").Way} Way */
/**
 * An emergency on its way; `cosigns`: the asker's, and the colleague's once there. Unix seconds.
 * @typedef {{id: string, owner: string, owner_name: string, asker: string, asker_name: string, asker_role: string,
 *   asker_checked: string, colleague_name: string, request: string, reason: string, asked: number, cosigns: string[]}} Emergency
 */

const COSIGN = "sesphr-emergency-cosign";
/** A request that is older is signed anew before it becomes too old. In seconds. */
const RENEW = 100;
/** How often what was asked anew meanwhile is signed again. */
const ATTEMPTS = 3;

/**
 * @param {Session} session @param {Uint8Array} digest of the request @param {string} owner @param {string} reason
 * @returns {string} one's own signature of a request for an owner
 */
function cosign({ deployment, me, keys }, digest, owner, reason) {
  const members = { request: b64uEncode(digest), owner, reason };
  return sign(keys, COSIGN, payload(deployment.id, me.id, members));
}

/**
 * Sign a request and its reason, and leave it with the portal for the colleague (a member id).
 * @param {Session} session @param {Way} way
 * @param {{owner: string, reason: string, colleague: string | null}} about
 * @returns {Promise<Emergency>}
 */
export async function ask(session, way, { owner, reason, colleague }) {
  const request = requestFor(session, way, EMERGENCY);
  const mine = cosign(session, own(session, request).digest, owner, reason);
  return read("emergency", await post("/emergencies", { request, cosign: mine, colleague }));
}

/** @returns {Promise<{asked: Emergency[], waiting: Emergency[]}>} what one asked for, and what waits for one's signature */
export async function list() {
  return read("emergencies", await get("/emergencies"));
}

/**
 * One step of waiting: open when everybody signed, sign anew when it is about to become too old.
 * @param {Session} session @param {Way} way
 * @param {{owner: string, reason: string, colleague: string | null}} about
 * @returns {Promise<boolean>} whether it is open
 */
export async function proceed(session, way, about) {
  const found = (await list()).asked.find(({ owner }) => owner === about.owner);
  if (found && found.cosigns.length >= way.signers) {
    own(session, found.request);
    await begin(session, found.request, found.cosigns);
    return true;
  }
  if (!found || now() - found.asked > RENEW) await ask(session, way, about);
  return false;
}

/**
 * Check that a colleague signed exactly what is shown.
 * @param {Session} session @param {Emergency} shown
 * @returns {Promise<Uint8Array>} the request's digest
 * @throws {EndpointError} `asker-gone` @throws {Integrity} the portal shows something else than was signed
 */
export async function check(session, shown) {
  const person = await lookUp(session, shown.asker);
  if (person === null) throw new EndpointError("asker-gone");
  await checkPin(session, person);
  const expected = { deployment: session.deployment.id, directory: new Map([[person.member, person.verification]]) };
  const request = verify(shown.request, { typ: "sesphr-access-request", what: "emergency", ...expected });
  const [first = ""] = shown.cosigns;
  const { payload: signed } = verify(first, { typ: COSIGN, what: "emergency", ...expected });
  const same = signed.request === b64uEncode(request.digest) && signed.owner === shown.owner && signed.reason === shown.reason;
  if (!same || request.payload.purpose !== EMERGENCY) throw new Integrity("emergency");
  return request.digest;
}

/**
 * Sign a colleague's emergency: for the patient and the reason that were shown, whatever was signed anew.
 * @param {Session} session @param {Emergency} shown @param {string} reason one's own
 * @throws {EndpointError} `emergency-over`: it does not wait any more, or is another one now
 */
export async function confirm(session, shown, reason) {
  for (let attempt = 1; ; attempt++) {
    const latest = (await list()).waiting.find(({ id }) => id === shown.id);
    if (!latest || latest.owner !== shown.owner || latest.reason !== shown.reason) throw new EndpointError("emergency-over");
    const mine = cosign(session, await check(session, latest), latest.owner, reason);
    try {
      return read("emergency", await post(`/emergencies/${shown.id}/confirm`, { cosign: mine }));
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409 || attempt === ATTEMPTS) throw error;
    }
  }
}
