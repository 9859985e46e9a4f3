/**
 * A member's keys: everything is derived from one 32-octet seed (protocol section 3).
 *
 * The seed and what follows from it stay at the endpoint; only public parts may be sent.
 * @module
 */
import { b64uEncode, checkInt, checkPartition, dec, lp } from "./encoding.js";
import { fixed } from "./bytes.js";
import { publicKey } from "./ed25519.js";
import { CryptoError } from "./errors.js";
import { G1, G1_GENERATOR, G2, G2_GENERATOR, Scalar, scalarFromWide } from "./groups.js";
import { hkdf, sha256 } from "./kdf.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/**
 * A seed that a member had before a key change, 32 octets: its partition keys are those of the epochs below
 * `below`, as far as no older seed has them.
 * @typedef {{below: number, seed: Bytes}} FormerSeed
 */

/**
 * The keys of one partition and epoch.
 * @typedef {{
 *   readonly secret: Scalar,
 *   readonly public: G1,
 *   readonly wrap: Bytes,
 *   readonly partition: string,
 *   readonly epoch: number,
 * }} PartitionKeys
 */

/** The keys of a member, derived when first asked for. */
export class MemberKeys {
  #seed;
  /** Oldest first. @type {{below: number, keys: MemberKeys}[]} */
  #former;
  /** @type {Map<string, unknown>} */
  #made = new Map();
  #forgotten = false;

  /** @param {Uint8Array} seed 32 octets @param {readonly FormerSeed[]} [former] */
  constructor(seed, former = []) {
    this.#seed = fixed(seed, 32, "seed");
    this.#former = [...former].sort((a, b) => a.below - b.below)
      .map((one) => ({ below: checkInt(one.below, 2, "epoch"), keys: new MemberKeys(one.seed) }));
  }

  /**
   * @param {Uint8Array} seed 32 octets
   * @param {readonly FormerSeed[]} [former] in any order
   * @returns {MemberKeys}
   * @throws {DecodingError} on another length
   */
  static fromSeed(seed, former = []) {
    return new MemberKeys(seed, former);
  }

  /** @returns {number} the first epoch of the present seed: that of partitions which are new */
  get firstEpoch() {
    return this.#former.at(-1)?.below ?? 1;
  }

  /** @returns {readonly Bytes[]} all verification keys that the member ever had, oldest first */
  get verifications() {
    return [...this.#former.map(({ keys }) => keys.verification), this.verification];
  }

  /** @returns {Scalar} x_U */
  get receiveSecret() {
    return this.#once("receive", () => scalarFromWide(hkdf(this.#seed, lp("SeSPHR-v1 receive"), 48)));
  }

  /** @returns {G2} B_U = g2^x_U (the paper's g^x_U) */
  get receivePublic() {
    return this.#once("receivePublic", () => G2_GENERATOR.multiply(this.receiveSecret));
  }

  /** @returns {Bytes} Ed25519 seed, 32 octets */
  get signingKey() {
    return this.#once("sign", () => hkdf(this.#seed, lp("SeSPHR-v1 sign"), 32));
  }

  /** @returns {Bytes} Ed25519 verification key, 32 octets */
  get verification() {
    return this.#once("verification", () => publicKey(this.signingKey));
  }

  /** @returns {string} base64url SHA-256 of the verification key */
  get thumbprint() {
    return thumbprint(this.verification);
  }

  /**
   * @param {string} partition
   * @param {number} epoch from 1
   * @returns {PartitionKeys} x_P,c, A_P,c = g1^x_P,c and w_P,c
   * @throws {DecodingError}
   */
  partition(partition, epoch) {
    checkPartition(partition);
    checkInt(epoch, 1, "epoch");
    const former = this.#former.find(({ below }) => epoch < below);
    if (former) return former.keys.partition(partition, epoch);
    return this.#once(`partition ${partition} ${epoch}`, () => {
      const scope = lp(partition, dec(epoch));
      const secret = scalarFromWide(hkdf(this.#seed, join("SeSPHR-v1 partition", scope), 48));
      const wrap = hkdf(this.#seed, join("SeSPHR-v1 wrap", scope), 32);
      return Object.freeze({ secret, public: G1_GENERATOR.multiply(secret), wrap, partition, epoch });
    });
  }

  /** Overwrite the seed and let go of what was derived, as far as JavaScript can forget. */
  forget() {
    this.#seed.fill(0);
    for (const one of this.#made.values()) if (one instanceof Uint8Array) one.fill(0);
    this.#made.clear();
    for (const { keys } of this.#former) keys.forget();
    this.#forgotten = true;
  }

  /**
   * @template T
   * @param {string} name
   * @param {() => T} make
   * @returns {T}
   */
  #once(name, make) {
    if (this.#forgotten) throw new CryptoError("these keys were forgotten");
    if (!this.#made.has(name)) this.#made.set(name, make());
    return /** @type {T} */ (this.#made.get(name));
  }
}

/** @param {string} label @param {Bytes} scope @returns {Bytes} */
function join(label, scope) {
  return new Uint8Array([...lp(label), ...scope]);
}

/**
 * @param {Uint8Array} verification 32 octets
 * @returns {string} base64url SHA-256, as in a header's kid
 */
export function thumbprint(verification) {
  return b64uEncode(sha256(verification));
}

/**
 * @param {G2} B B_U
 * @returns {string} base64url SHA-256 of its 96 octets
 */
export function keyDigest(B) {
  return b64uEncode(sha256(B.encode()));
}
