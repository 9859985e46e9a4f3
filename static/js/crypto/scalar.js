/**
 * Scalars of BLS12-381: integers modulo the group order q, 0 < x < q.
 *
 * BigInt arithmetic is not constant-time. Nothing here exponentiates or inverts a secret itself:
 * every such operation is blinded with a fresh random scalar (protocol section 12).
 * @module
 */
import { bls12_381 } from "@noble/curves/bls12-381.js";

import { fixed, fromBigInt, randomBytes, toBigInt } from "./bytes.js";
import { DecodingError } from "./errors.js";

const Fr = bls12_381.fields.Fr;

/** The order of G1, G2 and GT. */
export const ORDER = Fr.ORDER;

/** A scalar, 0 < x < q. Immutable; its value stays out of console output and JSON. */
export class Scalar {
  #value;

  /** @param {bigint} value @throws {DecodingError} unless 0 < value < q */
  constructor(value) {
    if (typeof value !== "bigint" || value <= 0n || value >= ORDER) {
      throw new DecodingError("scalar out of range");
    }
    this.#value = value;
    Object.freeze(this);
  }

  /** @returns {bigint} */
  get value() {
    return this.#value;
  }

  /** @returns {import("./bytes.js").Bytes} 32 octets, big-endian */
  encode() {
    return fromBigInt(this.#value, 32);
  }

  /** @param {Scalar} other @returns {boolean} */
  equals(other) {
    return this.#value === other.#value;
  }

  /** @param {Scalar} other @returns {Scalar} the product modulo q */
  times(other) {
    return new Scalar(Fr.mul(this.#value, other.#value));
  }

  /**
   * 1/x as b (x b)^-1 with a fresh b, so that the inversion sees a random number.
   * @returns {Scalar}
   */
  invertBlinded() {
    const b = randomScalar();
    return b.times(new Scalar(Fr.inv(Fr.mul(this.#value, b.value))));
  }

  /**
   * Two fresh scalars whose sum is this one.
   * @returns {[Scalar, Scalar]}
   */
  split() {
    for (;;) {
      const first = randomScalar();
      const second = Fr.sub(this.#value, first.value);
      if (second !== 0n) return [first, new Scalar(second)];
    }
  }
}

/**
 * @param {Uint8Array} octets 32, big-endian
 * @returns {Scalar}
 * @throws {DecodingError} unless 0 < x < q
 */
export function decodeScalar(octets) {
  return new Scalar(toBigInt(fixed(octets, 32, "scalar")));
}

/**
 * Reduce 48 octets modulo q (the bias is below 2^-128).
 * @param {Uint8Array} octets 48, big-endian
 * @returns {Scalar}
 * @throws {DecodingError} in the negligible case of zero
 */
export function scalarFromWide(octets) {
  return new Scalar(toBigInt(fixed(octets, 48, "wide scalar")) % ORDER);
}

/** @returns {Scalar} uniform, from the platform's generator */
export function randomScalar() {
  return scalarFromWide(randomBytes(48));
}
