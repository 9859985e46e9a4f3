/**
 * A member who is signed in on this device, with their keys.
 *
 * The seed leaves this module only to seal it anew; closing overwrites it.
 * @module
 */
import { MemberKeys } from "../crypto/keys.js";
import { signer } from "../crypto/statements.js";
import * as api from "./api.js";
import { Locked } from "./errors.js";
import { Memory } from "./memory.js";
import { requireOwn } from "./ownkeys.js";
import { checkRegistrations } from "./people.js";

/** @typedef {import("../crypto/bytes.js").Bytes} Bytes */
/** @typedef {import("./deployment.js").Deployment} Deployment */
/** @typedef {import("./people.js").Person} Person */
/** @typedef {import("./signin.js").Me} Me */
/** @typedef {import("./signin.js").Life} Life */
/** @typedef {import("./signin.js").Generations} Generations */

/** Who acts for a dependant: whoever signed in. @typedef {{id: string, login: string, name: string}} Guardian */

/** After so many idle seconds keys are forgotten here, whatever a server says. */
const LONGEST_IDLE = 900;

/** @param {number} seconds @returns {number} milliseconds */
const bounded = (seconds) => Math.min(Number(seconds) || 0, LONGEST_IDLE) * 1000;

/** A member who is signed in. The same object stays in use when it is locked and opened again. */
export class Session {
  /** @type {{seed: Bytes, keys: MemberKeys, memory: Memory} | null} */
  #open = null;

  /** @param {Me} me @param {Deployment} deployment */
  constructor(me, deployment) {
    this.me = me;
    this.deployment = deployment;
    /** Who acts for this member, if that is somebody else. @type {Guardian | null} */
    this.guardian = null;
    /** Whole idle time and the moment at which it ends, in milliseconds. */
    this.idle = { length: 0, ends: 0 };
    /** The generation that each key slot has now. @type {Generations} */
    this.generations = { password: 0, recovery: 0 };
  }

  /** @returns {boolean} */
  get isOpen() {
    return this.#open !== null;
  }

  /** @returns {{seed: Bytes, keys: MemberKeys, memory: Memory}} @throws {Locked} */
  #opened() {
    if (this.#open === null) throw new Locked();
    return this.#open;
  }

  /** @returns {MemberKeys} @throws {Locked} */
  get keys() {
    return this.#opened().keys;
  }

  /** @returns {Memory} @throws {Locked} */
  get memory() {
    return this.#opened().memory;
  }

  /** @returns {Bytes} to seal it in a new key slot, for nothing else @throws {Locked} */
  get seed() {
    return this.#opened().seed;
  }

  /** @returns {ReadonlyMap<string, Bytes>} the directory in which only this member stands */
  get ownKeys() {
    return new Map([[this.me.id, this.keys.verification]]);
  }

  /**
   * @param {string} jws of this member's, perhaps of before they changed keys
   * @returns {ReadonlyMap<string, Bytes>} the directory in which only this member stands, with the key that it names
   */
  ownKeysOf(jws) {
    return new Map([[this.me.id, signer(jws, this.keys.verifications)]]);
  }

  /** @param {Bytes} seed @param {Life} life @param {readonly import("../crypto/keys.js").FormerSeed[]} [former] of before key changes; overwritten */
  open(seed, life, former = []) {
    this.close();
    this.#open = { seed, keys: MemberKeys.fromSeed(seed, former), memory: new Memory(seed) };
    for (const one of former) one.seed.fill(0);
    this.live(life);
  }

  /** @param {{idle_left: number, idle_seconds?: number}} life seconds, as the server says */
  live({ idle_left, idle_seconds }) {
    const length = idle_seconds === undefined ? this.idle.length : bounded(idle_seconds);
    this.idle = { length, ends: Date.now() + bounded(idle_left) };
  }

  /** Forget the keys. */
  close() {
    this.#open?.seed.fill(0);
    this.#open?.keys.forget();
    this.#open?.memory.close();
    this.#open = null;
  }

  /**
   * This member's own registered keys.
   * @returns {Promise<Person>}
   * @throws {import("./errors.js").Integrity} `own-keys`: the servers hold other keys than those of the seeds
   */
  async registered() {
    const { registrations } = await api.get("/registrations");
    const person = await checkRegistrations(this.deployment.id, this.me.id, registrations);
    requireOwn(this.keys, person);
    return person;
  }
}
