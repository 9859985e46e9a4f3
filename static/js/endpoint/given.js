/**
 * What opens a record of one's own that somebody else wrote: the keys that one wrapped on accepting
 * it, or what the key nodes answer the owner alone.
 * @module
 */
import { b64uDecode } from "../crypto/encoding.js";
import { Integrity } from "./errors.js";
import { asIntegrity, verify } from "./statement.js";

/** @typedef {import("../crypto/schemas.js").Members} Members */
/** @typedef {import("./access.js").Opening} Opening */
/** @typedef {import("./cipher.js").Given} Given */
/** @typedef {import("./session.js").Session} Session */

/**
 * @param {Session} session
 * @param {Opening} opening of one's own record
 * @param {Members} payload its verified manifest's
 * @returns {Map<string, Given> | undefined} by partition; undefined where one wrote it oneself
 * @throws {Integrity} the accept is one's own of something else, or nobody's
 */
export function givenTo(session, opening, payload) {
  if (payload.iss === session.me.id) return undefined;
  const accept = opening.stored?.accept;
  const own = accept ? accepted(session.deployment.id, payload, opening.manifest, accept, session.ownKeysOf(accept)) : null;
  return new Map(opening.allowed.map((name) => [name, own ? wrapped(own, name) : answered(session, opening, payload, name)]));
}

/**
 * What an owner signed on taking what somebody else wrote.
 * @param {string} deployment id
 * @param {Members} payload the verified manifest's
 * @param {string} manifest its digest, b64u
 * @param {string} accept JWS
 * @param {import("./statement.js").Directory} directory in which the owner stands
 * @returns {Members}
 * @throws {Integrity} it is hers of something else, or nobody's
 */
export function accepted(deployment, payload, manifest, accept, directory) {
  const { payload: own } = verify(accept, { typ: "sesphr-accept", deployment, directory, what: "accept" });
  const about = own.record === payload.record && own.version === payload.version && own.author === payload.iss;
  if (!about || own.manifest !== manifest) throw new Integrity("accept");
  return own;
}

/** @param {Members} own @param {string} name @returns {Given} */
function wrapped(own, name) {
  if (!Object.hasOwn(own.wrapped, name)) throw new Integrity("accept");
  return { wrapped: asIntegrity("accept", () => b64uDecode(own.wrapped[name], 40)) };
}

/** @param {Session} session @param {Opening} opening @param {Members} payload @param {string} partition @returns {Given} */
function answered({ keys, deployment }, { owner, record, version, points }, payload, partition) {
  const { epoch } = payload.partitions[partition];
  return {
    secret: keys.partition(partition, epoch).secret.encode(),
    points: [...(points.get(partition)?.values() ?? [])],
    context: { deployment: deployment.id, owner, record, version, partition, epoch },
  };
}
