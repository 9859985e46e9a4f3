/**
 * Changing what opens the account: the password and the printed recovery code.
 *
 * A new secret counts from the moment the server says so; until then the old one does. The code is
 * sent sealed-in-a-slot only, never as it is printed.
 * @module
 */
import { toHex } from "../crypto/bytes.js";
import { makeRecoverySlot, parseRecoveryCode } from "../crypto/slots.js";
import * as api from "./api.js";
import { Integrity } from "./errors.js";
import * as password from "./password.js";
import { begin, parameters, saltOf } from "./signin.js";

/** @typedef {import("./session.js").Session} Session */
/** @typedef {import("./signin.js").Proof} Proof */
/** @typedef {import("./signin.js").Kind} Kind */
/** @typedef {{slot: import("../crypto/slots.js").Slot, loginSecret: Uint8Array}} Made */

/** Groups of four in a printed code. */
export const GROUPS = 8;

/**
 * The proof that somebody knows the present password, for calls that change the account. The server
 * checks it with the call itself. Takes about a second.
 * @param {Session} session
 * @param {string} typed
 * @returns {Promise<Proof>}
 */
export async function proofOf(session, typed) {
  const attempt = await begin({ login: session.me.login, password: typed });
  const { proof } = attempt;
  attempt.forget();
  return proof;
}

/** A new secret that is ready to take the place of the old one. */
class Replacement {
  #made;

  /** @param {Session} session @param {Kind} kind @param {Made} made */
  constructor(session, kind, made) {
    this.session = session;
    this.kind = kind;
    this.#made = made;
  }

  /**
   * Put it in place; again changes nothing. A new password ends the sessions of other devices.
   * @param {Proof} proof a present secret
   * @returns {Promise<void>}
   * @throws {Conflict} it was replaced elsewhere meanwhile: sign in again
   * @throws {ApiError} `wrong-secret` @throws {Offline}
   */
  async send(proof) {
    const { slot, loginSecret } = this.#made;
    await api.put(`/slots/${this.kind}`, { slot, login_secret: toHex(loginSecret), current: proof });
    this.session.generations[this.kind] = slot.generation;
  }
}

/** A new recovery code: to be printed, then sent. */
export class NewCode extends Replacement {
  /** @param {Session} session @param {Made & {code: string}} made */
  constructor(session, made) {
    super(session, "recovery", made);
    this.code = made.code;
  }
}

/** @param {Session} session @param {Kind} kind */
async function terms(session, kind) {
  const { login, id: member } = session.me;
  const found = await parameters(login);
  if (found.member !== member) throw new Integrity("key-slot");
  const generation = session.generations[kind] + 1;
  return { deployment: session.deployment.id, login, member, generation, salt: saltOf(found[kind]), params: found[kind].params ?? {} };
}

/**
 * @param {Session} session
 * @param {string} typed the new password
 * @returns {Promise<Replacement>} to be sent
 * @throws {Invalid} `weak-password`
 */
export async function newPassword(session, typed) {
  const made = await password.makePasswordSlot(session.seed, {
    ...(await terms(session, "password")), password: typed, hints: [session.me.name],
  });
  return new Replacement(session, "password", made);
}

/** @param {Session} session @returns {Promise<NewCode>} to be printed, then sent */
export async function newCode(session) {
  const { params, ...own } = await terms(session, "recovery");
  return new NewCode(session, await makeRecoverySlot(session.seed, own));
}

/**
 * Which groups of a code somebody types back, chosen at random.
 * @returns {[number, number]} two different indices from 0, ascending
 */
export function groupsToType() {
  const [first, second] = crypto.getRandomValues(new Uint32Array(2));
  const a = first % GROUPS;
  const b = (a + 1 + (second % (GROUPS - 1))) % GROUPS;
  return a < b ? [a, b] : [b, a];
}

/**
 * @param {string} code as printed
 * @param {number} index of the group, from 0
 * @param {string} typed
 * @returns {boolean} whether it is that group; case and spaces do not matter
 */
export function isGroup(code, index, typed) {
  return typed.replace(/[\s-]/g, "").toUpperCase() === code.split("-")[index];
}

/** @param {string} typed @returns {boolean} whether it has the form of a whole code */
export function isCode(typed) {
  try {
    parseRecoveryCode(typed.trim());
    return true;
  } catch {
    return false;
  }
}
