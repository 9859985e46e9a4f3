/**
 * People for whom somebody acts: a child or an elder with keys of their own, and their guardians.
 *
 * A dependant's seed is made here and leaves this device sealed for a guardian alone.
 * @module
 */
import { equal, randomBytes } from "../crypto/bytes.js";
import { b64uDecode, b64uEncode } from "../crypto/encoding.js";
import { CryptoError } from "../crypto/errors.js";
import { findOf, freshCode, makeOffer } from "../crypto/handover.js";
import { handOver, makeSlot, receivePublic, takeOver } from "../crypto/guardian.js";
import { check, membersOf, STATEMENT } from "../crypto/invitations.js";
import { MemberKeys } from "../crypto/keys.js";
import { openGuarded } from "./acting.js";
import * as api from "./api.js";
import { compared } from "./compared.js";
import { EndpointError, Integrity } from "./errors.js";
import { checkPin, checkRegistrations, Found, nameOf, pin, pins } from "./people.js";
import { DEFAULT_PARTITIONS, ORIGINAL, registration } from "./registration.js";
import { read } from "./shapes.js";
import { parameters } from "./signin.js";
import { asIntegrity, payload, sign, verify } from "./statement.js";

/** @typedef {import("../crypto/bytes.js").Bytes} Bytes */
/** @typedef {import("../crypto/guardian.js").Handing} Handing */
/** @typedef {import("../crypto/guardian.js").Handed} Handed */
/** @typedef {import("./people.js").Person} Person */
/** @typedef {import("./session.js").Session} Session */
/** since: null while invited; mine: whoever asks may end it. @typedef {{id: string, member: string, name: string, login: string, since: number | null, mine: boolean}} Guardian */
/** That a code waits for whoever comes of age, until then, whose it is, and whether they began; Unix seconds. @typedef {{since: number, expires: number, by: string, begun: boolean}} HandOver */
/** @typedef {{member: string, login: string, name: string, state: string, since: number, guardians: Guardian[], hand_over: HandOver | null}} Dependant */
/**
 * Somebody for whom one is asked to act, with the seed as it was sealed to this member; statement: what whoever asks
 * signed of it, null where it is from before there was one.
 * @typedef {{id: string, dependant: string, name: string, by: string, by_login: string, by_member: string, by_registrations: string[], registrations: string[], enc: string, ciphertext: string, statement: string | null}} Invitation
 */
/** Somebody who lets themselves be found as a guardian; key: to which seeds are sealed. @typedef {{person: Found, login: string, key: Bytes}} Candidate */

const PENDING = "dependant-sending";
const KEY = "sesphr-guardian-key";
const LETTERS = "abcdefghijklmnopqrstuvwxyz234567";
const SUFFIX = 10;

/** @returns {Promise<{dependants: Dependant[], invitations: Invitation[], ready: boolean}>} */
export async function overview() {
  return read("dependants", await api.get("/dependants"));
}

/** @param {string} name @returns {string} a login that nobody else has: letters of the name, and ten random ones */
function freshLogin(name) {
  const plain = name.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "");
  const word = plain.slice(0, 24).replace(/-+$/, "") || "person";
  const random = Array.from(randomBytes(SUFFIX), (octet) => LETTERS[octet % LETTERS.length]).join("");
  return `${word}.${random}@dependant.invalid`;
}

/**
 * Make keys for a dependant and register them. After a crash or a lost answer the same name sends the
 * very same registration, so that nobody is registered twice.
 * @param {Session} session the guardian's
 * @param {string} name
 * @returns {Promise<{member: string, state: string}>}
 * @throws {ApiError} `second-factor-needed`, `conflict` @throws {Offline | Integrity}
 */
export function add(session, name) {
  const full = name.trim().normalize("NFC");
  return session.memory.locked("adding", async () => {
    const kept = await session.memory.get(PENDING);
    const body = kept?.name === full ? kept : await prepared(session, full);
    await session.memory.set(PENDING, body);
    const { member, state } = await api.post("/dependants", body);
    if (member !== body.slot.member) throw new Integrity("registration");
    await session.memory.remove(PENDING);
    return { member, state };
  });
}

/** @param {Session} session @param {string} name @returns {Promise<any>} what is sent; the seed stands in it sealed alone */
async function prepared(session, name) {
  const deployment = session.deployment.id;
  const login = freshLogin(name);
  const { member } = await parameters(login);
  const seed = randomBytes(32);
  const keys = MemberKeys.fromSeed(seed);
  const { jws } = registration(keys, { deployment, member, partitions: [...DEFAULT_PARTITIONS, ORIGINAL] });
  const slot = await makeSlot(seed, { deployment, dependant: member, generation: 1, guardianSeed: session.seed });
  keys.forget();
  seed.fill(0);
  return { login, name, registration: jws, slot };
}

/**
 * Let oneself be found as a guardian by one's exact address, or no more.
 * @param {Session} session @param {boolean} yes
 * @returns {Promise<void>}
 */
export async function letFind(session, yes) {
  if (!yes) return void (await api.del("/guardian-key"));
  const octets = payload(session.deployment.id, session.me.id, { key: b64uEncode(receivePublic(session.seed)) });
  await api.put("/guardian-key", { statement: sign(session.keys, KEY, octets) });
}

/**
 * @param {Session} session @param {string} login exact
 * @returns {Promise<Candidate>}
 * @throws {ApiError} `not-found` @throws {Integrity} keys that are not proved, or other ones than are pinned
 */
export async function find(session, login) {
  const found = read("guardianFound", await api.post("/guardian-keys", { login }));
  const checked = await checkRegistrations(session.deployment.id, found.member, found.registrations);
  const person = new Found(checked, { name: found.name, role: found.role, state: "authorised", checked: "" });
  await checkPin(session, person, login);
  const directory = new Map([[person.member, person.verification]]);
  const { payload: signed } = verify(found.statement, { typ: KEY, deployment: session.deployment.id, directory, what: "guardian-key" });
  return { person, login, key: b64uDecode(signed.key, 32) };
}

/**
 * Seal a dependant's seed to a further guardian, whose fingerprint was compared before.
 * @param {Session} session the first guardian's @param {string} dependant id @param {Candidate} candidate
 * @returns {Promise<void>}
 * @throws {EndpointError} `compare-first` @throws {ApiError | Integrity}
 */
export async function invite(session, dependant, { person, login, key }) {
  await requireCompared(session, person, login);
  const handing = { deployment: session.deployment.id, dependant, guardian: person.member };
  const sealed = await withSeedOf(session, dependant, async (seed) => {
    const handed = await handOver(seed, handing, key);
    const octets = payload(handing.deployment, session.me.id, membersOf(invited(handing, seed, handed)));
    return { ...handed, statement: sign(session.keys, STATEMENT, octets) };
  });
  await api.post(`/dependants/${dependant}/guardians`, { guardian: person.member, ...sealed });
}

/** @param {Session} session @param {Person} person @param {string} login @throws {EndpointError} `compare-first` @throws {Integrity} */
async function requireCompared(session, person, login) {
  if ((await compared(session, person, login)) === null) throw new EndpointError("compare-first");
}

/** @param {Handing} handing @param {Bytes} seed @param {Handed} handed @returns {import("../crypto/invitations.js").Invited} what is signed of it */
function invited({ dependant, guardian }, seed, { enc, ciphertext }) {
  const keys = MemberKeys.fromSeed(seed.slice());
  const { verification, receivePublic } = keys;
  const made = { dependant, verification: verification.slice(), receive: receivePublic.encode(), guardian, enc, ciphertext };
  keys.forget();
  return made;
}

/**
 * Offer a dependant's account to whoever comes of age: their seed sealed under a code that nobody else learns.
 * @param {Session} session the guardian's @param {string} dependant id
 * @returns {Promise<{code: string, expires: number}>} code: to be shown and given to them; until when it is good (Unix seconds)
 * @throws {ApiError} `second-factor-needed`, `hand-over-begun` @throws {Integrity} it is not the dependant's seed
 */
export async function offer(session, dependant) {
  const code = freshCode();
  const offered = { deployment: session.deployment.id, dependant, code };
  const slot = await withSeedOf(session, dependant, (seed) => makeOffer(seed, offered));
  const { expires } = read("offered", await api.post(`/dependants/${dependant}/hand-over`, { find: findOf(code), slot }));
  return { code, expires };
}

/** Make that code useless; again changes nothing. @param {string} dependant id @returns {Promise<void>} @throws {ApiError} `hand-over-begun` */
export async function withdraw(dependant) {
  await api.del(`/dependants/${dependant}/hand-over`);
}

/**
 * @template T
 * @param {Session} session a guardian's @param {string} dependant id
 * @param {(seed: Bytes) => Promise<T>} work with the dependant's seed, which is overwritten then
 * @returns {Promise<T>}
 * @throws {Integrity} it is not the seed of what the dependant registered
 */
async function withSeedOf(session, dependant, work) {
  const { slot, registrations } = read("guardianSlot", await api.get(`/dependants/${dependant}/slot`));
  const seed = await openGuarded(slot, { deployment: session.deployment.id, dependant, guardianSeed: session.seed });
  try {
    await requireSeedOf(session, dependant, registrations, seed);
    return await work(seed);
  } finally {
    seed.fill(0);
  }
}

/** @param {Session} session @param {string} dependant @param {string[]} registrations @param {Bytes} seed @throws {Integrity} it is not the seed of these keys */
async function requireSeedOf(session, dependant, registrations, seed) {
  const registered = await checkRegistrations(session.deployment.id, dependant, registrations);
  const keys = MemberKeys.fromSeed(seed.slice());
  const same = equal(keys.verification, registered.verification) && equal(keys.receivePublic.encode(), registered.receive.encode());
  keys.forget();
  if (!same) throw new Integrity("own-keys");
}

/**
 * The keys of the guardian who asks, proved and as they are pinned.
 * @param {Session} session @param {Invitation} invitation
 * @returns {Promise<{person: Person, name: string}>} name: under which they were approved on this device, else as the server says
 * @throws {Integrity} keys that are not proved, or other ones than are pinned (Impostor)
 */
export async function inviter(session, { by, by_login, by_member, by_registrations }) {
  const person = await checkRegistrations(session.deployment.id, by_member, by_registrations);
  await checkPin(session, person, by_login);
  return { person, name: nameOf((await pins(session))[person.member])?.name ?? by };
}

/**
 * Become a guardian: open what a guardian who was compared sealed to this member, and keep it in a slot of one's own.
 * @param {Session} session @param {Invitation} invitation
 * @returns {Promise<void>}
 * @throws {EndpointError} `compare-first`; `invitation-unsigned` one that nobody signed
 * @throws {Integrity} it does not open, is not the dependant's, or is not what they signed @throws {ApiError} `not-found` taken back
 */
export async function accept(session, invitation) {
  const { id, dependant, by_login, statement } = invitation;
  if (statement === null) throw new EndpointError("invitation-unsigned");
  const { person } = await inviter(session, invitation);
  await requireCompared(session, person, by_login);
  const seed = await handedTo(session, person, invitation, statement);
  try {
    await pin(session, person, by_login);
    const slot = await makeSlot(seed, { deployment: session.deployment.id, dependant, generation: 1, guardianSeed: session.seed });
    read("guardianship", await api.post(`/guardianships/${id}/accept`, { slot }));
  } finally {
    seed.fill(0);
  }
}

/**
 * @param {Session} session @param {Person} by who asks @param {Invitation} invitation @param {string} statement
 * @returns {Promise<Bytes>} the dependant's seed, as they sealed and signed it
 * @throws {Integrity} anything else
 */
async function handedTo(session, by, { dependant, registrations, enc, ciphertext }, statement) {
  const deployment = session.deployment.id;
  const handing = { deployment, dependant, guardian: session.me.id };
  const seed = await takenOver(session, handing, { enc, ciphertext });
  try {
    await requireSeedOf(session, dependant, registrations, seed);
    const directory = new Map([[by.member, by.verification]]);
    asIntegrity("guardian-invitation", () => check(statement, { deployment, directory, invited: invited(handing, seed, { enc, ciphertext }) }));
    return seed;
  } catch (error) {
    seed.fill(0);
    throw error;
  }
}

/** @param {Session} session @param {Handing} handing @param {Handed} handed @returns {Promise<Bytes>} */
async function takenOver(session, handing, handed) {
  try {
    return await takeOver(session.seed, handing, handed);
  } catch (error) {
    if (error instanceof CryptoError) throw new Integrity("key-slot", error);
    throw error;
  }
}

/** Leave, decline, or remove whom one invited; again changes nothing. @param {string} id of the guardianship @returns {Promise<void>} */
export async function end(id) {
  read("guardianship", await api.post(`/guardianships/${id}/end`));
}
