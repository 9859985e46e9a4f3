/**
 * What a guardian signs when he invites another: whose seed it is, of which keys, to whom, as sealed.
 *
 * HPKE's base mode names no sender: whoever knows the second guardian's public key can seal him a seed.
 * @module
 */
import { fixed } from "./bytes.js";
import { b64uDecode, b64uEncode, checkUuid } from "./encoding.js";
import { StatementError } from "./errors.js";
import { sha256 } from "./kdf.js";
import { verify } from "./statements.js";

/**
 * verification, receive: the dependant's present public keys, 32 and 96 octets; guardian: whom it is for; enc and
 * ciphertext: the seed as it was sealed to him, base64url of 32 and of 48 octets.
 * @typedef {{dependant: string, verification: Uint8Array, receive: Uint8Array, guardian: string, enc: string, ciphertext: string}} Invited
 */

export const STATEMENT = "sesphr-guardian-invitation";

/**
 * @param {Invited} invited
 * @returns {{dependant: string, verification: string, key: string, guardian: string, sealed: string}} what the statement says of it
 * @throws {DecodingError} a value of another form
 */
export function membersOf({ dependant, verification, receive, guardian, enc, ciphertext }) {
  const digest = (/** @type {Uint8Array[]} */ ...parts) => b64uEncode(sha256(...parts));
  return {
    dependant: checkUuid(dependant), verification: digest(fixed(verification, 32, "verification key")),
    key: digest(fixed(receive, 96, "receive key")), guardian: checkUuid(guardian),
    sealed: digest(b64uDecode(enc, 32), b64uDecode(ciphertext, 48)),
  };
}

/**
 * Check that somebody of the directory signed exactly this invitation.
 * @param {string} jws
 * @param {{deployment: string, directory: import("./statements.js").Directory, invited: Invited}} expected
 * @returns {import("./statements.js").Verified}
 * @throws {StatementError | SignatureError} it is another one, or somebody else's
 * @throws {DecodingError} an invitation that cannot be one
 */
export function check(jws, { deployment, directory, invited }) {
  const found = verify(jws, { typ: STATEMENT, deployment, directory });
  for (const [name, value] of Object.entries(membersOf(invited))) {
    if (found.payload[name] !== value) throw new StatementError(`an invitation with another ${name}`);
  }
  return found;
}
