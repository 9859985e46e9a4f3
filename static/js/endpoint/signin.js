/**
 * The steps of signing in: parameters, login secret, the sealed seed, and its opening.
 *
 * The password and the recovery code are turned into a login secret here and never leave the device.
 * @module
 */
import { CryptoError } from "../crypto/errors.js";
import { toHex } from "../crypto/bytes.js";
import { b64uDecode, checkLogin } from "../crypto/encoding.js";
import { checkSlotParams, derive as deriveHere, openDerived, parseRecoveryCode } from "../crypto/slots.js";
import * as api from "./api.js";
import { loadDeployment } from "./deployment.js";
import { Integrity, Invalid } from "./errors.js";
import { formerSeeds } from "./ownkeys.js";
import * as password from "./password.js";
import { read } from "./shapes.js";
import { asIntegrity } from "./statement.js";

/** @typedef {import("../crypto/bytes.js").Bytes} Bytes */
/** @typedef {import("../crypto/keys.js").FormerSeed} FormerSeed */
/** @typedef {import("../crypto/slots.js").SlotKeys} SlotKeys */
/** @typedef {"password" | "recovery"} Kind */
/** salt: base64url of 16 octets. @typedef {{salt: string, params?: Record<string, number>}} SlotParameters */
/** What every slot of a login is made with. @typedef {{member: string, password: SlotParameters, recovery: SlotParameters}} Parameters */
/** A present secret, as calls that change the account want it. @typedef {{type: Kind, login_secret: string}} Proof */
/**
 * One's own account; joined in Unix seconds.
 * @typedef {{id: string, login: string, name: string, role: string, state: string, confirmed: boolean,
 *   joined: number | null, second_factor: boolean}} Me
 */
/** share: base64url of 32 octets; idle times in seconds. @typedef {{share: string, idle_seconds: number, idle_left: number}} Life */
/** The generation that each key slot has now. @typedef {{password: number, recovery: number}} Generations */
/** former: seeds of before key changes. @typedef {{me: Me, seed: Bytes, former: FormerSeed[], proof: Proof, life: Life, generations: Generations}} SignedIn */

/**
 * @param {string} text as typed
 * @returns {string} a login name in lower case
 * @throws {Invalid} `login`: it cannot be one
 */
export function checkedLogin(text) {
  try {
    return checkLogin(text.trim().toLowerCase());
  } catch (error) {
    throw new Invalid("login", { cause: error });
  }
}

/**
 * @param {string} text as typed
 * @returns {string} the same text
 * @throws {Invalid} `recovery-code`: it cannot be one
 */
export function checkedCode(text) {
  try {
    parseRecoveryCode(text.trim());
  } catch (error) {
    throw new Invalid("recovery-code", { cause: error });
  }
  return text.trim();
}

/** @param {string} login @returns {Promise<Parameters>} of an unknown login too */
export function parameters(login) {
  return api.ungated("POST", "/sign-in/parameters", { login });
}

/** @param {SlotParameters} found @returns {Bytes} 16 octets @throws {Integrity} */
export function saltOf(found) {
  return asIntegrity("slot-parameters", () => b64uDecode(found.salt, 16));
}

/** An attempt to sign in, after the secret was stretched: one-time codes may be tried repeatedly. */
export class Attempt {
  /** @type {SlotKeys} */
  #keys;

  /**
   * @param {{login: string, kind: Kind, deployment: string, found: Parameters, keys: SlotKeys}} made
   */
  constructor({ login, kind, deployment, found, keys }) {
    this.login = login;
    this.kind = kind;
    this.deployment = deployment;
    this.found = found;
    this.#keys = keys;
  }

  /** @returns {Proof} */
  get proof() {
    return { type: this.kind, login_secret: toHex(this.#keys.loginSecret) };
  }

  /**
   * Start the server's session and open the seed.
   * @param {string} [otp] the authenticator's code, or a backup code
   * @returns {Promise<SignedIn>}
   * @throws {ApiError} `wrong-secret`, `otp-needed`, `not-authorised`, `rate-limited`
   * @throws {Integrity} what the server keeps is not what this secret sealed
   */
  async finish(otp) {
    const body = { login: this.login, ...this.proof, ...(otp ? { otp: otp.replace(/\s/g, "") } : {}) };
    const answer = await api.ungated("POST", "/session", body);
    read("signedIn", answer);
    this.#check(answer);
    const { share, idle_seconds, idle_left, member: me, generations } = answer;
    const seed = await this.#open(answer.slot);
    const former = await formerSeeds(answer.former, { deployment: this.deployment, member: me.id, seed });
    return { me, seed, former, proof: this.proof, generations, life: { share, idle_seconds, idle_left } };
  }

  /** Overwrite what the secret led to. */
  forget() {
    this.#keys.slotKey.fill(0);
    this.#keys.loginSecret.fill(0);
  }

  /** @param {any} answer @throws {Integrity} another member or another slot than was asked for */
  #check({ member, slot, generations }) {
    const expected = this.found[this.kind];
    const sameSlot = slot.member === this.found.member && slot.type === this.kind && slot.salt === expected.salt;
    const sameParams = sameMembers(slot.params, expected.params ?? {});
    if (member.id !== this.found.member || !sameSlot || !sameParams) throw new Integrity("key-slot");
    if (slot.generation !== generations[this.kind]) throw new Integrity("key-slot");
  }

  /** @param {import("../crypto/slots.js").Slot} slot @returns {Promise<Bytes>} */
  async #open(slot) {
    try {
      return await openDerived(slot, { deployment: this.deployment, slotKey: this.#keys.slotKey });
    } catch (error) {
      if (error instanceof CryptoError) throw new Integrity("key-slot", error);
      throw error;
    }
  }
}

/** @param {Record<string, unknown>} a @param {Record<string, unknown>} b @returns {boolean} */
function sameMembers(a, b) {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

/**
 * Begin with a password; takes about a second.
 * @param {{login: string, password: string}} typed
 * @returns {Promise<Attempt>}
 * @throws {Invalid | Integrity | ApiError | Offline | Unsupported}
 */
export async function begin({ login: typed, password: secret }) {
  const login = checkedLogin(typed);
  const [{ id: deployment }, found] = await Promise.all([loadDeployment(), parameters(login)]);
  const { member } = found;
  const { params } = found.password;
  asIntegrity("slot-parameters", () => checkSlotParams("password", params));
  const keys = await password.derive({ deployment, login, member, salt: saltOf(found.password), params, secret });
  return new Attempt({ login, kind: "password", deployment, found, keys });
}

/**
 * Begin with a recovery code.
 * @param {{login: string, code: string}} typed
 * @returns {Promise<Attempt>}
 * @throws {Invalid | Integrity | ApiError | Offline | Unsupported}
 */
export async function beginWithRecovery({ login: typed, code }) {
  const [login, secret] = [checkedLogin(typed), checkedCode(code)];
  const [{ id: deployment }, found] = await Promise.all([loadDeployment(), parameters(login)]);
  const { member } = found;
  const keys = deriveHere("recovery", { deployment, login, member, salt: saltOf(found.recovery), params: {}, secret });
  return new Attempt({ login, kind: "recovery", deployment, found, keys });
}
