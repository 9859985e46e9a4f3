/**
 * Other people's keys: registrations checked with their proofs, and pinned on this device.
 *
 * The server only passes registrations on. A person's keys are pinned when access is first granted
 * to them (or when something of theirs is first opened); other keys later are a red stop.
 * @module
 */
import { b64uEncode } from "../crypto/encoding.js";
import { get, post } from "./api.js";
import { checkRegistrations, Person } from "./chain.js";
import { ApiError, Impostor } from "./errors.js";
import { read } from "./shapes.js";
import { now } from "./statement.js";

export { checkRegistrations, Person };

/** @typedef {import("./session.js").Session} Session */
/**
 * What this device remembers of somebody; `login` null where the server named none, `since` in
 * Unix seconds. `name` and `role` are those that were shown at approval: what the server calls them
 * later could put one person's name on another's keys.
 * @typedef {{login: string | null, verification: string, key: string, since: number, name?: string, role?: string}} Pin
 */

const PINS = "people";

/** Checked keys, with what the server says of their member: its word, to be shown as such. */
export class Found extends Person {
  /**
   * @param {Person} person
   * @param {{name: string, role: string, state: string, checked: string, joined?: number | null}} described
   *   checked: what the administrator checked; joined: Unix seconds
   */
  constructor(person, { name, role, state, checked, joined = null }) {
    super(person);
    this.name = name;
    this.role = role;
    this.state = state;
    this.checked = checked;
    this.joined = joined;
  }
}

/**
 * Whether this person is pinned with these keys; false for one who is not pinned.
 *
 * A pin binds login, member id and keys to one another. Who was pinned with keys that they changed
 * since, by their own signature, is pinned with the new ones from then on.
 * @param {Session} session
 * @param {Person} person
 * @param {string | null} [login] under which the server names the person, null where it names none
 * @returns {Promise<boolean>}
 * @throws {Impostor} when one of the three is pinned with another of the others
 */
export async function checkPin(session, person, login = null) {
  const known = await pins(session);
  const pinned = agrees(known, person, login);
  if (pinned && hasMoved(known[person.member], person)) await pin(session, person, login);
  return pinned;
}

/** @param {Pin | undefined} one @param {Person} person @returns {boolean} whether it names keys that they had before */
function hasMoved(one, person) {
  return person.former.some(({ verification, key }) => one?.verification === b64uEncode(verification) && one.key === key);
}

/** @param {Record<string, Pin>} known @param {Person} person @param {string | null} login @returns {boolean} */
function agrees(known, person, login) {
  const elsewhere = login !== null && Object.entries(known).some(([id, one]) => id !== person.member && one.login === login);
  const one = known[person.member];
  if (elsewhere) throw new Impostor(person.member);
  if (!one) return false;
  if (hasMoved(one, person)) return true;
  const sameLogin = login === null || one.login === null || login === one.login;
  if (one.verification !== b64uEncode(person.verification) || one.key !== person.key || !sameLogin) {
    throw new Impostor(person.member);
  }
  return true;
}

/**
 * Remember a person's keys from now on, and the login under which they were approved.
 * @param {Session} session
 * @param {Person} person
 * @param {string | null} [login]
 * @throws {Impostor} when login, id or keys are pinned otherwise
 */
export async function pin(session, person, login = null) {
  const { member, key } = person;
  await session.memory.update(PINS, (/** @type {Record<string, Pin> | undefined} */ found) => {
    const known = found ?? {};
    agrees(known, person, login);
    const before = known[member];
    const verification = b64uEncode(person.verification);
    const called = nameOf(before) ?? nameOf(person) ?? {};
    // With other keys they may have another login.
    const named = hasMoved(before, person) ? login : before?.login ?? login;
    return { ...known, [member]: { login: named, verification, key, since: before?.since ?? now(), ...called } };
  });
}

/**
 * @param {Partial<Found> | Pin | undefined} one
 * @returns {{name: string, role: string} | null} how they are called; null where nothing tells it
 */
export function nameOf(one) {
  return one?.name === undefined || one.role === undefined ? null : { name: one.name, role: one.role };
}

/** @param {Session} session @returns {Promise<Record<string, Pin>>} everybody who is pinned, by member id */
export async function pins(session) {
  return (await session.memory.get(PINS)) ?? {};
}

/**
 * A member by id, with what the server says of them; null for one whom one may not see.
 * @param {Session} session
 * @param {string} member
 * @returns {Promise<Found | null>}
 * @throws {Integrity} keys without valid proofs, or other keys than those pinned (Impostor)
 */
export async function lookUp(session, member) {
  const entry = await orNobody(get(`/directory/${member}`));
  return entry && checked(session, entry, member, null);
}

/**
 * The same by exact login; null for nobody whom one may see.
 * @param {Session} session
 * @param {string} login
 * @returns {Promise<Found | null>}
 * @throws {Integrity} keys without valid proofs, or other keys than those pinned (Impostor)
 */
export async function lookUpLogin(session, login) {
  const entry = await orNobody(post("/directory", { login }));
  return entry && checked(session, entry, entry.member, login);
}

/** @param {Promise<unknown>} asking @returns {Promise<any>} */
async function orNobody(asking) {
  try {
    return read("directory", await asking);
  } catch (error) {
    if (error instanceof ApiError && error.code === "not-found") return null;
    throw error;
  }
}

/** @param {Session} session @param {any} entry @param {string} member @param {string | null} login @returns {Promise<Found>} */
async function checked(session, entry, member, login) {
  const found = new Found(await checkRegistrations(session.deployment.id, member, entry.registrations), entry);
  await checkPin(session, found, login);
  return found;
}
