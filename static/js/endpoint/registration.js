/**
 * Becoming a member: keys made on this device, their public halves with proofs, signed.
 *
 * The seed is made here; the server gets it sealed alone. A registration that was prepared is sent
 * with the same octets however often it takes.
 * @module
 */
import { randomBytes, toHex } from "../crypto/bytes.js";
import { b64uEncode } from "../crypto/encoding.js";
import * as keychange from "../crypto/keychange.js";
import { MemberKeys } from "../crypto/keys.js";
import { prove } from "../crypto/proofs.js";
import { makeRecoverySlot } from "../crypto/slots.js";
import { sha256 } from "../crypto/kdf.js";
import * as api from "./api.js";
import { loadDeployment } from "./deployment.js";
import { Integrity } from "./errors.js";
import * as password from "./password.js";
import { checkReceipts } from "./receipts.js";
import { read as shaped } from "./shapes.js";
import { checkedLogin, parameters, saltOf } from "./signin.js";
import { payload, sign } from "./statement.js";

/** @typedef {import("./people.js").Person} Person */
/** @typedef {import("./session.js").Session} Session */
/** @typedef {import("../crypto/bytes.js").Bytes} Bytes */

export const OWNER = "owner";
export const ORIGINAL = "original";
export const DEFAULT_PARTITIONS = Object.freeze(["personal", "medical", "insurance", "prescription"]);
const FIRST_PARTITIONS = [...DEFAULT_PARTITIONS, ORIGINAL];

const TYP = "sesphr-registration";

/**
 * A member's own registration with the first epoch of each partition that these keys have.
 * @param {MemberKeys} keys
 * @param {{deployment: string, member: string, partitions: readonly string[], seq?: number,
 *   previous?: string | null}} options previous: base64url digest of the one before
 * @returns {{jws: string, digest: Bytes}}
 */
export function registration(keys, { seq = 1, previous = null, ...rest }) {
  const octets = payload(rest.deployment, rest.member, { ...publicParts(keys, rest), seq, previous });
  return { jws: sign(keys, TYP, octets), digest: sha256(octets) };
}

/**
 * The registration with which a member changes keys: every partition gets the first epoch of the new
 * ones, the old key signs it, and the new key proves that whoever signs has it.
 * @param {MemberKeys} keys the new ones, which know the former seeds
 * @param {{old: MemberKeys, deployment: string, person: Person, acl: number}} change person: the
 *   registration as it stands; acl: number of the last access list, 0 for none
 * @returns {string} JWS
 */
export function keyChange(keys, { old, deployment, person, acl }) {
  const { member, digest: previous } = person;
  const seq = person.seq + 1;
  const possession = keychange.prove(keys.signingKey, { deployment, member, seq, old: old.verification });
  const parts = publicParts(keys, { deployment, member, partitions: [...person.partitions.keys()] });
  return sign(old, TYP, payload(deployment, member, { ...parts, seq, previous, possession: b64uEncode(possession), acl }));
}

/** @param {MemberKeys} keys @param {{deployment: string, member: string, partitions: readonly string[]}} of */
function publicParts(keys, { deployment, member, partitions }) {
  const { verification } = keys;
  const { Y, proof } = prove("key-B", { deployment, secret: keys.receiveSecret, ctx: { member, verification } });
  return {
    verification: b64uEncode(verification), receive: b64uEncode(Y.encode()), receive_proof: b64uEncode(proof),
    partitions: Object.fromEntries(partitions.map((name) => [name, registered(keys, deployment, member, name)])),
  };
}

/** @param {MemberKeys} keys @param {string} deployment @param {string} member @param {string} partition */
function registered(keys, deployment, member, partition) {
  const epoch = keys.firstEpoch;
  const ctx = { member, partition, epoch, verification: keys.verification };
  const { Y, proof } = prove("key-A", { deployment, secret: keys.partition(partition, epoch).secret, ctx });
  return { epoch, key: b64uEncode(Y.encode()), proof: b64uEncode(proof) };
}

/** A registration that is ready: what is sent, however often. */
export class Application {
  /** @param {{body: object, member: string, login: string, keys: MemberKeys}} made */
  constructor({ body, member, login, keys }) {
    this.login = login;
    this.member = member;
    this.keys = keys;
    this.body = body;
  }

  /**
   * Send it; again changes nothing. A login that somebody has already is answered alike.
   * @returns {Promise<void>}
   * @throws {Conflict} another registration of this address was begun and never came to an end
   * @throws {ApiError | Offline | Integrity}
   */
  async send() {
    const { member } = await api.ungated("POST", "/members", this.body);
    if (member !== this.member) throw new Integrity("registration");
  }

  /** Forget the keys and what was to be sent. */
  forget() {
    this.keys.forget();
    this.body = {};
  }
}

/** For whom an activation code is. @typedef {{organisation: string, department: string, name: string, role: string, title: string, email: string}} Offer */

/**
 * For whom an organisation issued an activation code; asking does not use it.
 * @param {string} code as typed
 * @returns {Promise<Offer>}
 * @throws {ApiError | Offline} `code-wrong`, `code-used`, `code-expired`, `code-withdrawn`, `rate-limited`
 */
export async function readActivation(code) {
  return shaped("activation", await api.ungated("POST", "/activation", { code }));
}

/**
 * Make keys and key slots; nothing but the login name is sent. Takes about a second.
 * @param {{login: string, name: string, role: string, password: string, code: string, activation?: string}} who
 *   code: the recovery code that was printed, from freshRecoveryCode; activation: an organisation's code
 * @returns {Promise<Application>}
 * @throws {Invalid} `login`, `weak-password` @throws {Integrity | ApiError | Offline | Unsupported}
 */
export async function prepare({ login: typed, name, role, password: secret, code, activation = "" }) {
  const login = checkedLogin(typed);
  const [{ id: deployment }, found] = await Promise.all([loadDeployment(), parameters(login)]);
  const { member } = found;
  const seed = randomBytes(32);
  const keys = MemberKeys.fromSeed(seed);
  const slots = await firstSlots(seed, { deployment, login, member, found, password: secret, code, hints: [name] });
  seed.fill(0);
  const partitions = role === OWNER ? FIRST_PARTITIONS : [];
  const { jws } = registration(keys, { deployment, member, partitions });
  const body = { login, name: name.trim().normalize("NFC"), role, registration: jws, slots, ...(activation && { activation_code: activation }) };
  return new Application({ body, member, login, keys });
}

/**
 * What signs an account in from the first day on: a password and a printed recovery code.
 * @param {Uint8Array} seed
 * @param {{deployment: string, login: string, member: string, found: import("./signin.js").Parameters, password: string,
 *   code: string, hints: string[]}} options member: whose account it is; found: of the login; hints: words that a guesser would try first
 * @returns {Promise<{slot: import("../crypto/slots.js").Slot, login_secret: string}[]>} as the server takes them
 * @throws {Invalid} `weak-password` @throws {Unsupported}
 */
export async function firstSlots(seed, { deployment, login, member, found, password: secret, code, hints }) {
  const terms = { deployment, login, member, generation: 1 };
  const first = await password.makePasswordSlot(seed, {
    ...terms, password: secret, salt: saltOf(found.password), params: found.password.params ?? {}, hints,
  });
  const second = await makeRecoverySlot(seed, { ...terms, salt: saltOf(found.recovery), code });
  return [first, second].map(({ slot, loginSecret }) => ({ slot, login_secret: toHex(loginSecret) }));
}

/**
 * Register keys for further partitions.
 * @param {Session} session
 * @param {Person} person the registration as it stands
 * @param {readonly string[]} names of partitions without a key
 * @returns {Promise<Person>} the registration as it stands then
 * @throws {Integrity | Conflict | ApiError | Offline}
 */
export async function registerPartitions(session, person, names) {
  const { jws, digest } = registration(session.keys, {
    deployment: session.deployment.id, member: session.me.id, partitions: names,
    seq: person.seq + 1, previous: person.digest,
  });
  const { receipts } = await api.post("/registrations", { registration: jws });
  checkReceipts(session, receipts, { kind: "registration", digest });
  return session.registered();
}
