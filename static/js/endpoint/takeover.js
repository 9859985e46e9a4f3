/**
 * Taking over the account that guardians kept: whoever has the code makes keys of their own.
 *
 * The code opens the seed that the guardian had; it signs the change to a new seed once, and stays sealed
 * under the new one for what was encrypted before. No guardian has the new seed, and the servers take
 * nothing more that the old one signs. What was prepared is sent with the same octets however often it takes.
 * @module
 */
import { randomBytes } from "../crypto/bytes.js";
import { CryptoError } from "../crypto/errors.js";
import { findOf, makeFormer, openOffer } from "../crypto/handover.js";
import { MemberKeys } from "../crypto/keys.js";
import * as api from "./api.js";
import { checkRegistrations, nextEpoch } from "./chain.js";
import { loadDeployment } from "./deployment.js";
import { Integrity } from "./errors.js";
import { formerSeeds, requireOwn } from "./ownkeys.js";
import { firstSlots, keyChange } from "./registration.js";
import { finish } from "./session.js";
import { read } from "./shapes.js";
import { change, readHead } from "./sharing.js";
import { begin, checkedCode, checkedLogin, parameters } from "./signin.js";

/** @typedef {import("../crypto/bytes.js").Bytes} Bytes */
/** @typedef {import("../crypto/keys.js").FormerSeed} FormerSeed */
/** @typedef {import("./people.js").Person} Person */
/** @typedef {import("./session.js").Session} Session */
/** What somebody chose; code: the recovery code that was printed. @typedef {{login: string, password: string, code: string}} Chosen */

/** What waits for whoever has the code, opened with it. */
export class Offer {
  /** @type {readonly FormerSeed[]} the guardian's seed, which ends, is the last */
  #seeds;

  /**
   * @param {{find: string, deployment: string, name: string, by: string, begun: boolean, acl: number, person: Person,
   *   seeds: readonly FormerSeed[]}} found name: whose record it is; by: the guardian's; acl: number of the last access list, 0 for none
   */
  constructor({ find, deployment, name, by, begun, acl, person, seeds }) {
    this.find = find;
    this.deployment = deployment;
    this.name = name;
    this.by = by;
    this.begun = begun;
    this.acl = acl;
    this.person = person;
    this.#seeds = seeds;
  }

  /**
   * Make keys and key slots; nothing but the login name is sent. Takes about a second.
   * @param {Chosen} chosen
   * @returns {Promise<TakeOver>}
   * @throws {Invalid} `login`, `weak-password` @throws {Integrity | ApiError | Offline | Unsupported}
   */
  async prepare({ login: typed, password, code }) {
    const login = checkedLogin(typed);
    const { deployment, person: { member } } = this;
    // Of nobody yet, the login leads to another id than the account's, which stays.
    const found = await parameters(login);
    const seed = randomBytes(32);
    const slots = await firstSlots(seed, { deployment, login, member, found, password, code, hints: [this.name] });
    const former = await makeFormer(this.#seeds, { deployment, member, seed });
    const registration = this.#change(seed);
    return new TakeOver({ find: this.find, login, registration, slots, former }, member);
  }

  /** @param {Bytes} seed the new one; overwritten @returns {string} the registration that changes to it */
  #change(seed) {
    const before = this.#seeds.slice(0, -1);
    const old = MemberKeys.fromSeed(/** @type {FormerSeed} */ (this.#seeds.at(-1)).seed, before);
    const fresh = MemberKeys.fromSeed(seed, this.#seeds);
    try {
      return keyChange(fresh, { old, deployment: this.deployment, person: this.person, acl: this.acl });
    } finally {
      old.forget();
      fresh.forget();
      seed.fill(0);
    }
  }

  /** Overwrite what the code led to. */
  forget() {
    for (const { seed } of this.#seeds) seed.fill(0);
  }
}

/** A take-over that is ready: what is sent, however often. */
export class TakeOver {
  /** @param {{find: string, login: string, registration: string, slots: object[], former: object[]}} body @param {string} member whose account it is */
  constructor(body, member) {
    this.body = body;
    this.login = body.login;
    this.member = member;
  }

  /**
   * Send it; again changes nothing.
   * @returns {Promise<void>}
   * @throws {Conflict} `login-taken`; `registration-moved`: find and prepare it anew; `hand-over-finished`: sign in
   * @throws {ApiError | Offline | Integrity}
   */
  async send() {
    const { member } = read("takenOver", await api.ungated("POST", "/hand-over", this.body));
    if (member !== this.member) throw new Integrity("registration");
  }
}

/**
 * What waits for whoever has a code; asking does not use it.
 * @param {string} typed
 * @returns {Promise<Offer>}
 * @throws {Invalid} `recovery-code`: it cannot be one
 * @throws {ApiError | Offline} `code-wrong`, `code-expired`, `hand-over-finished`, `rate-limited`
 * @throws {Integrity} what the server keeps is not what the code seals, or not the seed of these keys
 */
export async function findOffer(typed) {
  const code = checkedCode(typed);
  const find = findOf(code);
  const [{ id: deployment }, answer] = await Promise.all([loadDeployment(), api.ungated("POST", "/hand-over/find", { find })]);
  const { member, slot, registrations, former, name, by, begun, seq: acl } = read("offerFound", answer);
  const seed = await opened(slot, { deployment, dependant: member, code });
  const person = await checkRegistrations(deployment, member, registrations);
  const before = await formerSeeds(former, { deployment, member, seed });
  const keys = MemberKeys.fromSeed(seed, before);
  requireOwn(keys, person);
  keys.forget();
  const seeds = [...before, { below: nextEpoch(person), seed }];
  return new Offer({ find, deployment, name, by, begun, acl, person, seeds });
}

/** @param {import("../crypto/slots.js").Slot} slot @param {import("../crypto/handover.js").Offered} offered @returns {Promise<Bytes>} */
async function opened(slot, offered) {
  try {
    return await openOffer(slot, offered);
  } catch (error) {
    if (error instanceof CryptoError) throw new Integrity("key-slot", error);
    throw error;
  }
}

/**
 * Sign in for the first time with what was chosen.
 * @param {Pick<Chosen, "login" | "password">} chosen
 * @returns {Promise<Session>}
 */
export async function signInFirst({ login, password }) {
  const attempt = await begin({ login, password });
  try {
    return (await finish(attempt)).session;
  } finally {
    attempt.forget();
  }
}

/**
 * Sign the access list with the new key, and deal what the new keys need: whoever had access keeps it.
 * @param {Session} session of somebody who just took over
 * @param {number} acl number of the last access list that the key change named
 * @returns {Promise<void>}
 * @throws {Integrity} `acl`: that was another number than the list's, or was registered as another @throws {ApiError | Offline | EndpointError}
 */
export async function dealFirst(session, acl) {
  const head = await readHead(session);
  const { former } = await session.registered();
  // Whoever has the old key can sign the change once more, with another number.
  if (former.at(-1)?.acl !== acl) throw new Integrity("acl");
  // A number that is too high would let the old key sign lists yet.
  if (head.seq === 0 || head.former ? head.seq !== acl : head.seq <= acl) throw new Integrity("acl");
  if (head.former) await change(session, (rules) => rules);
}
