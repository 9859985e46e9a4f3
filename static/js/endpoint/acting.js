/**
 * The seed of whoever a browser's session acts for: whoever signed in, or a dependant of theirs.
 *
 * A dependant's seed comes sealed from the server, is opened with the guardian's, and is kept beside it
 * in the vault, under the same share.
 * @module
 */
import { openSlot } from "../crypto/guardian.js";
import { CryptoError } from "../crypto/errors.js";
import * as api from "./api.js";
import { Integrity } from "./errors.js";
import * as vault from "./vault.js";

/** @typedef {import("../crypto/bytes.js").Bytes} Bytes */

/**
 * @param {{share: Uint8Array, deployment: string}} opening @param {string} member @param {string | null} guardian who acts for them
 * @returns {Promise<Bytes | null>} the member's seed, as far as this browser can open it
 */
export async function kept(opening, member, guardian) {
  if (guardian === null) return vault.open({ ...opening, member });
  const found = await vault.open({ ...opening, member }, "dependant");
  if (found !== null) return found;
  const own = await vault.open({ ...opening, member: guardian });
  return own && openDependant(own, { ...opening, member });
}

/**
 * Choose at the server for whom this session acts, and open their seed with the guardian's.
 * @param {Bytes} own the guardian's seed; overwritten
 * @param {import("./vault.js").Opening} opening member: the dependant
 * @returns {Promise<Bytes>} the dependant's seed
 * @throws {ApiError} `not-found`, `second-factor-needed` @throws {Integrity} another's slot
 */
export async function openDependant(own, opening) {
  const { member, deployment } = opening;
  const { slot } = await api.ungated("POST", `/dependants/${member}/act`, {});
  const seed = await openGuarded(slot, { deployment, dependant: member, guardianSeed: own });
  own.fill(0);
  await vault.keep(seed, opening, "dependant");
  return seed;
}

/**
 * @param {import("../crypto/slots.js").Slot} slot as the server gives it
 * @param {{deployment: string, dependant: string, guardianSeed: Uint8Array}} options
 * @returns {Promise<Bytes>} the dependant's seed
 * @throws {Integrity} it is not the slot that this guardian made
 */
export async function openGuarded(slot, options) {
  try {
    return await openSlot(slot, options);
  } catch (error) {
    if (error instanceof CryptoError) throw new Integrity("key-slot", error);
    throw error;
  }
}
