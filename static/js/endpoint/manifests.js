/**
 * The signed manifest of a record as it was opened: its author's, of that record, and never an older
 * one than this device has seen.
 * @module
 */
import { b64uEncode } from "../crypto/encoding.js";
import { ApiError, Integrity } from "./errors.js";
import { lookUp, pin } from "./people.js";
import { verify } from "./statement.js";

/** @typedef {import("./access.js").Opening} Opening */
/** @typedef {import("./session.js").Session} Session */

const VERSIONS = "versions";

/**
 * @param {Session} session
 * @param {Opening} opening
 * @returns {Promise<import("../crypto/statements.js").Verified>}
 * @throws {Integrity} it is missing, not its owner's, or of another record
 */
export async function manifest(session, { stored, owner, record, version, manifest: digest }) {
  if (!stored) throw new Integrity("manifest");
  const directory = new Map([[owner, await ownerKey(session, owner)]]);
  const found = verify(stored.manifest, { typ: "sesphr-manifest", deployment: session.deployment.id, directory, what: "manifest" });
  const { payload } = found;
  const named = payload.owner === owner && payload.record === record && payload.version === version;
  if (!named || b64uEncode(found.digest) !== digest) throw new Integrity("manifest");
  return found;
}

/** @param {Session} session @param {string} owner @returns {Promise<Uint8Array>} their verification key, pinned from now on */
async function ownerKey(session, owner) {
  if (owner === session.me.id) return session.keys.verification;
  const person = await lookUp(session, owner);
  if (person === null) throw new ApiError(0, "owner-unknown");
  await pin(session, person);
  return person.verification;
}

/** @param {Session} session @param {Opening} opening @throws {Integrity} this device has seen a newer one, or another of this number */
export async function checkNotOlder(session, { record, version, manifest: digest }) {
  const known = (await session.memory.get(VERSIONS))?.[record];
  if (!known) return;
  const other = version === known.version && digest !== known.manifest;
  if (version < known.version || other) throw new Integrity("record-older");
}

/** @param {Session} session @param {Opening} opening */
export async function rememberVersion(session, { record, version, manifest: digest }) {
  const known = (await session.memory.get(VERSIONS))?.[record];
  if (known?.version === version && known.manifest === digest) return;
  await session.memory.update(VERSIONS, (/** @type {object | undefined} */ all) => ({ ...all, [record]: { version, manifest: digest } }));
}
