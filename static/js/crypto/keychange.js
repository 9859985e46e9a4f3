/**
 * A member's new keys: what the new key signs, so that nobody registers another's key as their own.
 *
 * The registration itself is signed with the old key (protocol section 3).
 * @module
 */
import { b64uDecode, b64uEncode, checkDeployment, checkInt, checkUuid, dec, lp } from "./encoding.js";
import { fixed } from "./bytes.js";
import { sign, verify } from "./ed25519.js";
import { StatementError } from "./errors.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/** seq: of the registration; old: the verification key that is changed, 32 octets. @typedef {{deployment: string, member: string, seq: number, old: Uint8Array}} Changed */

/** @param {Changed} changed @returns {Bytes} what the new key signs */
function message({ deployment, member, seq, old }) {
  return lp("SeSPHR-v1 key change", checkDeployment(deployment), checkUuid(member), dec(checkInt(seq, 2, "seq")), fixed(old, 32, "key"));
}

/**
 * @param {Uint8Array} signingKey the new one, 32 octets
 * @param {Changed} changed
 * @returns {Bytes} the `possession` of a registration that changes keys, 64 octets
 * @throws {DecodingError} a value of another form
 */
export function prove(signingKey, changed) {
  return sign(signingKey, message(changed));
}

/**
 * Demand that whoever changes keys has the new one, and that it is another than the old.
 * @param {import("./schemas.js").Members} payload of a registration with `possession`
 * @param {Uint8Array} old the key that signs it
 * @throws {StatementError} it is the same key @throws {SignatureError} the proof is not the new key's
 */
export function checkChange(payload, old) {
  if (payload.verification === b64uEncode(old)) throw new StatementError("a key change to the same key");
  const { deployment, iss: member, seq } = payload;
  verify(b64uDecode(payload.verification, 32), message({ deployment, member, seq, old }), b64uDecode(payload.possession, 64));
}
