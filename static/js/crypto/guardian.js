/**
 * Guardians: who holds a dependant's seed, and how a second guardian gets it (protocol section 3).
 *
 * The dependant is an owner with a seed of its own, which no server ever sees: it lies in a key slot
 * for each guardian, and travels to a further guardian sealed to a key that follows from his seed.
 * @module
 */
import { publicKey as x25519Public, seal, unseal } from "./hpke.js";
import { fixed } from "./bytes.js";
import { SUITE, b64uDecode, b64uEncode, checkDeployment, checkUuid, lp } from "./encoding.js";
import { CryptoError, OpenError } from "./errors.js";
import { hkdf } from "./kdf.js";
import { makeKeyedSlot, openKeyedSlot } from "./slots.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/** @typedef {import("./slots.js").Slot} Slot */
/** Between whom a seed travels. @typedef {{deployment: string, dependant: string, guardian: string}} Handing */
/** base64url of 32 and of 48 octets. @typedef {{enc: string, ciphertext: string}} Handed */

/** @param {Uint8Array} seed the guardian's @param {string} dependant id @returns {Bytes} 32 octets */
export function slotKey(seed, dependant) {
  return hkdf(fixed(seed, 32, "seed"), lp("SeSPHR-v1 guardian", checkUuid(dependant)));
}

/** @param {Uint8Array} seed the guardian's @returns {Bytes} X25519 secret to which dependants' seeds are sealed */
function receiveSecret(seed) {
  return hkdf(fixed(seed, 32, "seed"), lp("SeSPHR-v1 guardian receive"));
}

/** @param {Uint8Array} seed the guardian's @returns {Bytes} what he signs and publishes, 32 octets */
export function receivePublic(seed) {
  return x25519Public(receiveSecret(seed));
}

/** @param {Handing} handing @returns {Bytes} */
function info({ deployment, dependant, guardian }) {
  return lp(SUITE, "guardian", checkDeployment(deployment), checkUuid(dependant), checkUuid(guardian));
}

/**
 * @param {Uint8Array} seed the dependant's, 32 octets
 * @param {Handing} handing @param {Uint8Array} publicKey the further guardian's
 * @returns {Promise<Handed>}
 * @throws {DecodingError} a value of another form, or a key of small order
 */
export async function handOver(seed, handing, publicKey) {
  const { enc, ciphertext } = await seal(publicKey, info(handing), fixed(seed, 32, "seed"));
  return { enc: b64uEncode(enc), ciphertext: b64uEncode(ciphertext) };
}

/**
 * @param {Uint8Array} seed the further guardian's, 32 octets
 * @param {Handing} handing @param {Handed} handed
 * @returns {Promise<Bytes>} the dependant's seed
 * @throws {OpenError} it was sealed to somebody else, for another dependant, or changed
 */
export async function takeOver(seed, handing, { enc, ciphertext }) {
  try {
    return await unseal(receiveSecret(seed), b64uDecode(enc, 32), info(handing), b64uDecode(ciphertext, 48));
  } catch (error) {
    if (error instanceof CryptoError) throw new OpenError();
    throw error;
  }
}

/**
 * @param {Uint8Array} seed the dependant's
 * @param {{deployment: string, dependant: string, generation: number, guardianSeed: Uint8Array}} options
 * @returns {Promise<Slot>} in which a guardian keeps a dependant's seed
 */
export function makeSlot(seed, { deployment, dependant, generation, guardianSeed }) {
  return makeKeyedSlot(seed, "guardian", { deployment, member: dependant, generation, slotKey: slotKey(guardianSeed, dependant) });
}

/**
 * @param {Slot} slot
 * @param {{deployment: string, dependant: string, guardianSeed: Uint8Array}} options
 * @returns {Promise<Bytes>} the dependant's seed
 * @throws {SlotError} another's slot, or of somebody else than this dependant @throws {DecodingError}
 */
export async function openSlot(slot, { deployment, dependant, guardianSeed }) {
  return openKeyedSlot(slot, "guardian", { deployment, member: dependant, slotKey: slotKey(guardianSeed, dependant) });
}
