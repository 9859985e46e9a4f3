/**
 * The source groups of BLS12-381 and its pairing, over @noble/curves.
 *
 * Decoders demand the ZCash compressed form, canonical coordinates, the subgroup of order q and
 * not the identity; no other way leads from octets to a point.
 * @module
 */
import { bls12_381 } from "@noble/curves/bls12-381.js";

import { equal, fixed } from "./bytes.js";
import { DecodingError } from "./errors.js";
import { GT, theZ } from "./gt.js";
import { Scalar } from "./scalar.js";

export { ORDER, Scalar, decodeScalar, randomScalar, scalarFromWide } from "./scalar.js";
export { GT, decodeGt, theZ } from "./gt.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/** @typedef {InstanceType<typeof bls12_381.G1.Point>} NobleG1 */
/** @typedef {InstanceType<typeof bls12_381.G2.Point>} NobleG2 */

/**
 * A point of order q. Immutable.
 * @template {NobleG1 | NobleG2} P
 */
class Point {
  /** @param {P} point already checked */
  constructor(point) {
    if (point.is0()) throw new DecodingError("point is the identity");
    this.point = point;
    Object.freeze(this);
  }

  /** @returns {Bytes} ZCash compressed form */
  encode() {
    return new Uint8Array(this.point.toBytes(true));
  }

  /** @param {this} other @returns {boolean} */
  equals(other) {
    return /** @type {any} */ (this.point).equals(other.point);
  }

  /**
   * The point to the power of a secret: s = s1 + s2 with fresh s1.
   * @param {Scalar} scalar
   * @returns {this}
   */
  multiply(scalar) {
    const [first, second] = scalar.split();
    const a = this.point.multiply(first.value);
    return this.#wrap(/** @type {any} */ (a).add(this.point.multiply(second.value)));
  }

  /**
   * The point to the power of a public number; faster, and its time tells the number.
   * @param {bigint} value 0 < value < q
   * @returns {this}
   */
  multiplyPublic(value) {
    return this.#wrap(this.point.multiplyUnsafe(value));
  }

  /** @param {this} other @returns {this} @throws {DecodingError} when the sum is the identity */
  add(other) {
    return this.#wrap(/** @type {any} */ (this.point).add(other.point));
  }

  /** @param {any} point @returns {this} */
  #wrap(point) {
    return new /** @type {any} */ (this.constructor)(point);
  }
}

/** An element of G1 (48 octets). @extends {Point<NobleG1>} */
export class G1 extends Point {}

/** An element of G2 (96 octets). @extends {Point<NobleG2>} */
export class G2 extends Point {}

/** The standard generator of G1. */
export const G1_GENERATOR = new G1(bls12_381.G1.Point.BASE);

/** The standard generator of G2. */
export const G2_GENERATOR = new G2(bls12_381.G2.Point.BASE);

/**
 * @param {{fromBytes(octets: Uint8Array): any}} group
 * @param {Uint8Array} octets
 * @param {number} length
 * @returns {any}
 */
function decodePoint(group, octets, length) {
  const own = fixed(octets, length, "point");
  let point;
  try {
    point = group.fromBytes(own);
    point.assertValidity();
  } catch {
    throw new DecodingError("not a point of the group");
  }
  if (point.is0() || !equal(point.toBytes(true), own)) {
    throw new DecodingError("point is the identity or not canonical");
  }
  return point;
}

/**
 * @param {Uint8Array} octets 48
 * @returns {G1}
 * @throws {DecodingError}
 */
export function decodeG1(octets) {
  return new G1(decodePoint(bls12_381.G1.Point, octets, 48));
}

/**
 * @param {Uint8Array} octets 96
 * @returns {G2}
 * @throws {DecodingError}
 */
export function decodeG2(octets) {
  return new G2(decodePoint(bls12_381.G2.Point, octets, 96));
}

/**
 * e(P, Q).
 * @param {G1} P
 * @param {G2} Q
 * @returns {GT}
 */
export function pair(P, Q) {
  theZ();
  return new GT(bls12_381.pairing(P.point, Q.point));
}

/**
 * Whether e(P1, Q1) = e(P2, Q2), in one final exponentiation.
 * @param {G1} P1
 * @param {G2} Q1
 * @param {G1} P2
 * @param {G2} Q2
 * @returns {boolean}
 */
export function samePairing(P1, Q1, P2, Q2) {
  theZ();
  const product = bls12_381.pairingBatch([
    { g1: P1.point, g2: Q1.point },
    { g1: P2.point.negate(), g2: Q2.point },
  ]);
  return bls12_381.fields.Fp12.eql(product, bls12_381.fields.Fp12.ONE);
}
