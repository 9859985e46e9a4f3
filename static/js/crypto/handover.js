/**
 * Handing an account over to the person whom it is about, and what new keys keep of the old ones.
 *
 * The guardian seals the seed under a code that is read out or printed; whoever has the code makes a
 * new seed, and keeps the former one sealed under it, for what was encrypted before.
 * @module
 */
import { checkDeployment, checkUuid, lp } from "./encoding.js";
import { fixed, toHex } from "./bytes.js";
import { SlotError } from "./errors.js";
import { hkdf } from "./kdf.js";
import { freshRecoveryCode, makeKeyedSlot, openKeyedSlot, parseRecoveryCode } from "./slots.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/** @typedef {import("./keys.js").FormerSeed} FormerSeed */
/** @typedef {import("./slots.js").Slot} Slot */
/** code: as shown or typed. @typedef {{deployment: string, dependant: string, code: string}} Offered */

/** @returns {string} a code of 160 bits, eight groups of four; never stored */
export const freshCode = () => freshRecoveryCode();

/**
 * What finds the offer at the portal without telling it the code.
 * @param {string} code as typed
 * @returns {string} 64 hexadecimal digits
 * @throws {SlotError} it cannot be a code
 */
export function findOf(code) {
  return toHex(hkdf(parseRecoveryCode(code), lp("SeSPHR-v1 hand-over find")));
}

/** @param {Offered} offered @returns {Bytes} 32 octets */
function offerKey({ deployment, dependant, code }) {
  return hkdf(parseRecoveryCode(code), lp("SeSPHR-v1 hand-over", checkDeployment(deployment), checkUuid(dependant)));
}

/**
 * @param {Uint8Array} seed the dependant's
 * @param {Offered} offered
 * @returns {Promise<Slot>} in which it waits for whoever has the code
 */
export async function makeOffer(seed, offered) {
  const { deployment, dependant: member } = offered;
  return makeKeyedSlot(seed, "hand-over", { deployment, member, generation: 1, slotKey: offerKey(offered) });
}

/**
 * @param {Slot} slot
 * @param {Offered} offered
 * @returns {Promise<Bytes>} the dependant's seed
 * @throws {SlotError} another code, or of somebody else than this dependant @throws {DecodingError}
 */
export async function openOffer(slot, offered) {
  const { deployment, dependant: member } = offered;
  return openKeyedSlot(slot, "hand-over", { deployment, member, slotKey: offerKey(offered) });
}

/** @param {Uint8Array} seed the present one @param {string} member id @returns {Bytes} 32 octets */
function formerKey(seed, member) {
  return hkdf(fixed(seed, 32, "seed"), lp("SeSPHR-v1 former", checkUuid(member)));
}

/**
 * @param {readonly FormerSeed[]} former
 * @param {{deployment: string, member: string, seed: Uint8Array}} options seed: the present one
 * @returns {Promise<Slot[]>} in which former seeds lie under the present one; `generation` is `below`
 */
export async function makeFormer(former, { deployment, member, seed }) {
  const slotKey = formerKey(seed, member);
  return Promise.all(former.map((one) => makeKeyedSlot(one.seed, "former", { deployment, member, generation: one.below, slotKey })));
}

/**
 * @param {readonly Slot[]} slots
 * @param {{deployment: string, member: string, seed: Uint8Array}} options seed: the present one
 * @returns {Promise<FormerSeed[]>} oldest first
 * @throws {SlotError} somebody else's, under another seed, or one twice @throws {DecodingError}
 */
export async function openFormer(slots, { deployment, member, seed }) {
  const slotKey = formerKey(seed, member);
  const opened = await Promise.all(slots.map(async (slot) =>
    ({ below: slot.generation, seed: await openKeyedSlot(slot, "former", { deployment, member, slotKey }) })));
  if (new Set(opened.map(({ below }) => below)).size !== opened.length) throw new SlotError("a former seed twice");
  return opened.sort((a, b) => a.below - b.below);
}
