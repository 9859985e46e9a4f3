/**
 * Whose fingerprint was compared with them, how and when: remembered on this device, sealed, as pins are.
 *
 * Nobody but the person can tell that keys are theirs. So before a relative or friend is given
 * anything for the first time, the owner compares; for members whose role others certify it is offered.
 * @module
 */
import { b64uEncode } from "../crypto/encoding.js";
import { EndpointError, Impostor } from "./errors.js";
import { checkPin, pins } from "./people.js";
import { now } from "./statement.js";

/** @typedef {import("./people.js").Person} Person */
/** @typedef {import("./session.js").Session} Session */
/** code: by the camera. @typedef {"words" | "code"} How */
/** at: Unix seconds; verification, key: of which keys, as pins name them. @typedef {{at: number, how: How, verification: string, key: string}} Compared */

const COMPARED = "people-compared";
/** Nobody certifies who they are: the owner is the only one who knows them. */
const PRIVATE = "relative";

/**
 * @param {Session} session @param {Person} person
 * @returns {Promise<Compared | null>} null where these keys were never compared on this device, be it that
 *   they changed since
 * @throws {Impostor} other keys of theirs were
 */
export async function compared(session, person) {
  const one = (await session.memory.get(COMPARED))?.[person.member];
  if (!one || wasOf(one, person)) return null;
  if (!isOf(one, person)) throw new Impostor(person.member);
  return one;
}

/** @param {Compared} one @param {Person} person @returns {boolean} whether it is of keys that they had before */
function wasOf(one, person) {
  return person.former.some(({ verification, key }) => one.verification === b64uEncode(verification) && one.key === key);
}

/** @param {Compared} one @param {Person} person @returns {boolean} */
function isOf(one, person) {
  return one.verification === b64uEncode(person.verification) && one.key === person.key;
}

/**
 * Remember that these keys are theirs.
 * @param {Session} session @param {Person} person @param {How} how
 * @returns {Promise<Compared>} as it is remembered: the first time stays
 * @throws {Impostor} others are pinned, or were compared before
 */
export async function noteCompared(session, person, how) {
  await checkPin(session, person);
  const made = { at: now(), how, verification: b64uEncode(person.verification), key: person.key };
  const all = await session.memory.update(COMPARED, (/** @type {Record<string, Compared> | undefined} */ known) => {
    const found = known?.[person.member];
    const before = found && wasOf(found, person) ? undefined : found;
    if (before && !isOf(before, person)) throw new Impostor(person.member);
    return { ...known, [person.member]: before ?? made };
  });
  return all[person.member];
}

/** @param {string} role @returns {boolean} whether somebody of this role must be compared before the first grant */
export const mustCompare = (role) => role === PRIVATE;

/**
 * Let nobody into the private circle whom the owner did not compare; who was approved before stays.
 * @param {Session} session @param {Person} person @param {string[]} roles what they are called, whoever says so
 * @throws {EndpointError} `compare-first` @throws {Impostor} other keys than those compared
 */
export async function requireCompared(session, person, roles) {
  if ((await compared(session, person)) || !roles.some(mustCompare)) return;
  if (!(person.member in (await pins(session)))) throw new EndpointError("compare-first");
}
