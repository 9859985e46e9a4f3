/**
 * Whether registered keys are those of the seeds at hand: this member's own, or a dependant's.
 * @module
 */
import { equal } from "../crypto/bytes.js";
import { CryptoError } from "../crypto/errors.js";
import { openFormer } from "../crypto/handover.js";
import { MemberKeys } from "../crypto/keys.js";
import { Integrity } from "./errors.js";

/** @typedef {import("../crypto/bytes.js").Bytes} Bytes */
/** @typedef {import("../crypto/keys.js").FormerSeed} FormerSeed */
/** @typedef {import("../crypto/slots.js").Slot} Slot */
/** @typedef {import("./people.js").Person} Person */

/**
 * @param {MemberKeys} keys with all former seeds
 * @param {Person} person as registered
 * @throws {Integrity} `own-keys`: the servers hold other keys than those of the seeds, or of more or fewer seeds
 */
export function requireOwn(keys, person) {
  const { former, verification, receive, partitions } = person;
  const theirs = [...former.map((one) => one.verification), verification];
  const own = keys.verifications;
  if (theirs.length !== own.length) throw new Integrity("own-keys");
  const pairs = theirs.map((one, i) => [one, own[i]]);
  pairs.push([receive.encode(), keys.receivePublic.encode()]);
  for (const [name, epochs] of partitions) {
    for (const [epoch, point] of epochs) pairs.push([point.encode(), keys.partition(name, epoch).public.encode()]);
  }
  if (!pairs.every(([one, other]) => equal(one, other))) throw new Integrity("own-keys");
}

/**
 * The seeds of before a key change, as the server keeps them for this member.
 * @param {readonly Slot[]} slots @param {{deployment: string, member: string, seed: Uint8Array}} options seed: the present one
 * @returns {Promise<FormerSeed[]>} oldest first
 * @throws {Integrity} they are not what this member sealed
 */
export async function formerSeeds(slots, options) {
  try {
    return await openFormer(slots, options);
  } catch (error) {
    if (error instanceof CryptoError) throw new Integrity("key-slot", error);
    throw error;
  }
}
