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
/** at: Unix seconds; login: under which they were shown, if it was told; verification, key: of which keys, as pins name them. @typedef {{at: number, how: How, login: string | null, verification: string, key: string}} Compared */

const COMPARED = "people-compared";
/** Nobody certifies who they are: the owner is the only one who knows them. */
const PRIVATE = "relative";

/**
 * @param {Session} session @param {Person} person
 * @param {string | null} [login] demands that it was as those of this address: the server could put a name before
 *   the keys of somebody else who was compared
 * @returns {Promise<Compared | null>} null where these keys were never compared on this device, be it that
 *   they changed since
 * @throws {Impostor} other keys of theirs were, or these as somebody else's
 */
export async function compared(session, person, login = null) {
  return standing((await session.memory.get(COMPARED))?.[person.member], person, login);
}

/** @param {Compared | undefined} one @param {Person} person @param {string | null} login @returns {Compared | null} @throws {Impostor} */
function standing(one, person, login) {
  if (!one || wasOf(one, person)) return null;
  const known = one.login ?? null;
  if (!isOf(one, person) || (login !== null && known !== null && login !== known)) throw new Impostor(person.member);
  // What was compared before addresses were noted counts for no address.
  return login !== null && known === null ? null : one;
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
 * @param {Session} session @param {Person} person @param {How} how @param {string | null} [login] under which they were shown
 * @returns {Promise<Compared>} as it is remembered: the first time stays
 * @throws {Impostor} others are pinned, or were compared before
 */
export async function noteCompared(session, person, how, login = null) {
  await checkPin(session, person, login);
  const made = { at: now(), how, login, verification: b64uEncode(person.verification), key: person.key };
  const all = await session.memory.update(COMPARED, (/** @type {Record<string, Compared> | undefined} */ known) => (
    { ...known, [person.member]: standing(known?.[person.member], person, login) ?? made }
  ));
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
