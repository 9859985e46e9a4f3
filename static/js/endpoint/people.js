/**
 * Other people's keys: registrations checked with their proofs, and pinned on this device.
 *
 * The server only passes registrations on. A person's keys are pinned when access is first granted
 * to them (or when something of theirs is first opened); other keys later are a red stop.
 * @module
 */
import { equal } from "../crypto/bytes.js";
import { b64uDecode, b64uEncode } from "../crypto/encoding.js";
import { decodeG1, decodeG2 } from "../crypto/groups.js";
import { keyDigest } from "../crypto/keys.js";
import * as proofs from "../crypto/proofs.js";
import { payloadOfUnverified } from "../crypto/statements.js";
import { get, post } from "./api.js";
import { ApiError, Impostor, Integrity } from "./errors.js";
import { pause } from "./turns.js";
import { read } from "./shapes.js";
import { asIntegrity, now, verify } from "./statement.js";

/** @typedef {import("../crypto/groups.js").G1} G1 */
/** @typedef {import("../crypto/groups.js").G2} G2 */
/** @typedef {import("../crypto/schemas.js").Members} Members */
/** @typedef {import("./session.js").Session} Session */
/**
 * What this device remembers of somebody; `login` null where the server named none, `since` in
 * Unix seconds. `name` and `role` are those that were shown at approval: what the server calls them
 * later could put one person's name on another's keys.
 * @typedef {{login: string | null, verification: string, key: string, since: number, name?: string, role?: string}} Pin
 */

const PINS = "people";

/** A member's checked public keys; `seq` and `digest` (b64u) name the last registration. */
export class Person {
  /**
   * @param {{member: string, verification: Uint8Array, receive: G2, seq: number, digest: string,
   *   partitions: ReadonlyMap<string, ReadonlyMap<number, G1>>}} checked partitions: A_P,c by name and epoch
   */
  constructor({ member, verification, receive, seq, digest, partitions }) {
    this.member = member;
    this.verification = verification;
    this.receive = receive;
    this.seq = seq;
    this.digest = digest;
    this.partitions = partitions;
  }

  /** @returns {string} b64u SHA-256 of B_U: how lists and requests name the key */
  get key() {
    return keyDigest(this.receive);
  }

  /** @param {string} partition @returns {number | null} its newest registered epoch */
  epoch(partition) {
    const epochs = this.partitions.get(partition);
    return epochs ? Math.max(...epochs.keys()) : null;
  }
}

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
 * The keys that a chain of signed registrations proves to be this member's; between two proofs the
 * page has its turn.
 * @param {string} deployment id
 * @param {string} member
 * @param {readonly string[]} registrations oldest first
 * @returns {Promise<Person>}
 * @throws {Integrity} when there is none, a link is missing, or a signature or proof is wrong
 */
export async function checkRegistrations(deployment, member, registrations) {
  const checking = chain(deployment, member, registrations);
  for (;;) {
    const step = asIntegrity("registration", () => checking.next());
    if (step.done) return step.value;
    await pause();
  }
}

/** @param {string} deployment @param {string} member @param {readonly string[]} registrations @returns {Generator<void, Person, void>} */
function* chain(deployment, member, registrations) {
  /** @type {Person | null} */
  let person = null;
  for (const jws of registrations) person = yield* next(deployment, member, person, jws);
  if (person === null) throw new Integrity("registration");
  return person;
}

/** @param {string} deployment @param {string} member @param {Person | null} before @param {string} jws @returns {Generator<void, Person, void>} */
function* next(deployment, member, before, jws) {
  const key = before ? before.verification : b64uDecode(payloadOfUnverified(jws).verification, 32);
  const directory = new Map([[member, key]]);
  const { payload, digest } = verify(jws, { typ: "sesphr-registration", deployment, directory, what: "registration" });
  if (payload.seq !== (before?.seq ?? 0) + 1 || payload.previous !== (before?.digest ?? null)) {
    throw new Integrity("registration");
  }
  yield;
  const receive = receiveKey(deployment, member, key, payload);
  if (before && !equal(before.receive.encode(), receive.encode())) throw new Integrity("registration");
  const partitions = yield* withPartitions(before?.partitions ?? new Map(), deployment, member, key, payload);
  return new Person({ member, verification: key, receive, seq: payload.seq, digest: b64uEncode(digest), partitions });
}

/** @param {string} deployment @param {string} member @param {Uint8Array} key @param {Members} payload @returns {G2} */
function receiveKey(deployment, member, key, payload) {
  const receive = decodeG2(b64uDecode(payload.receive, 96));
  proofs.verify("key-B", {
    deployment, Y: receive, proof: b64uDecode(payload.receive_proof, 128), ctx: { member, verification: key },
  });
  return receive;
}

/**
 * @param {ReadonlyMap<string, ReadonlyMap<number, G1>>} before
 * @param {string} deployment @param {string} member @param {Uint8Array} key @param {Members} payload
 * @returns {Generator<void, Map<string, Map<number, G1>>, void>}
 */
function* withPartitions(before, deployment, member, key, payload) {
  const found = new Map([...before].map(([name, epochs]) => [name, new Map(epochs)]));
  for (const [partition, one] of Object.entries(payload.partitions)) {
    yield;
    const { epoch } = one;
    const point = decodeG1(b64uDecode(one.key, 48));
    proofs.verify("key-A", {
      deployment, Y: point, proof: b64uDecode(one.proof, 80), ctx: { member, partition, epoch, verification: key },
    });
    found.set(partition, (found.get(partition) ?? new Map()).set(epoch, point));
  }
  return found;
}

/**
 * Whether this person is pinned with these keys; false for one who is not pinned.
 *
 * A pin binds login, member id and keys to one another.
 * @param {Session} session
 * @param {Person} person
 * @param {string | null} [login] under which the server names the person, null where it names none
 * @returns {Promise<boolean>}
 * @throws {Impostor} when one of the three is pinned with another of the others
 */
export async function checkPin(session, person, login = null) {
  return agrees(await pins(session), person, login);
}

/** @param {Record<string, Pin>} known @param {Person} person @param {string | null} login @returns {boolean} */
function agrees(known, person, login) {
  const elsewhere = login !== null && Object.entries(known).some(([id, one]) => id !== person.member && one.login === login);
  const one = known[person.member];
  if (elsewhere) throw new Impostor(person.member);
  if (!one) return false;
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
    return { ...known, [member]: { login: before?.login ?? login, verification, key, since: before?.since ?? now(), ...called } };
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
