/**
 * The target group GT: membership, powers and roots on top of noble's field arithmetic.
 *
 * An element reaches a secret exponent only after both membership tests. One test alone would let
 * elements of small order through, and a power of such an element tells the secret modulo that
 * order.
 * @module
 */
import { bls12_381 } from "@noble/curves/bls12-381.js";

import { equal, fixed, toHex } from "./bytes.js";
import { DecodingError } from "./errors.js";
import { sha256 } from "./kdf.js";
import { Scalar, randomScalar } from "./scalar.js";

const Fp12 = bls12_381.fields.Fp12;
const ABS_U = 0xd201000000010000n;
const Z_SHA256 = "06fa588b89fdfb034dbc1c163ecb3dfac228f552b643c7294cc5f2c4dc170b84";
/** Of |u|. */
const BITS = 64n;

/** @typedef {import("./bytes.js").Bytes} Bytes */
/** @typedef {ReturnType<typeof bls12_381.pairing>} Element */

/**
 * f to the power |u|, which is public and has few bits.
 * @param {Element} f in the cyclotomic subgroup
 * @returns {Element}
 */
function powerOfU(f) {
  let result = f;
  for (let i = BITS - 2n; i >= 0n; i--) {
    result = Fp12._cyclotomicSquare(result);
    if ((ABS_U >> i) & 1n) result = Fp12.mul(result, f);
  }
  return result;
}

/**
 * f to the power value. In GT the Frobenius map is the power u (p = u modulo q), so that an exponent
 * of four digits to the base |u| is four exponents of 64 bits at once: a quarter of the squarings. The
 * same squarings and products for every exponent.
 * @param {Element} f in GT
 * @param {bigint} value 0 <= value < q, which is less than |u|^4
 * @returns {Element}
 */
function powerOf(f, value) {
  const table = subsets([f, Fp12.conjugate(Fp12.frobeniusMap(f, 1)), Fp12.frobeniusMap(f, 2), Fp12.conjugate(Fp12.frobeniusMap(f, 3))]);
  const digits = [0, 1, 2, 3].map((i) => (value / ABS_U ** BigInt(i)) % ABS_U);
  let result = Fp12.ONE;
  for (let bit = BITS - 1n; bit >= 0n; bit--) {
    const chosen = digits.reduce((sum, digit, i) => sum | (Number((digit >> bit) & 1n) << i), 0);
    result = Fp12.mul(Fp12._cyclotomicSquare(result), table[chosen]);
  }
  return result;
}

/** @param {Element[]} bases @returns {Element[]} the product of each subset, by its bits */
function subsets(bases) {
  return bases.reduce((products, base) => [...products, ...products.map((one) => Fp12.mul(one, base))], [Fp12.ONE]);
}

/** An element of GT other than the identity. Immutable. */
export class GT {
  /** @param {Element} element known to lie in GT */
  constructor(element) {
    if (Fp12.eql(element, Fp12.ONE)) throw new DecodingError("GT element is the identity");
    this.element = element;
    Object.freeze(this);
  }

  /** @returns {Bytes} 576 octets: twelve 48-octet big-endian coefficients, c0.c0.c0 first */
  encode() {
    theZ();
    return new Uint8Array(Fp12.toBytes(this.element));
  }

  /** @param {GT} other @returns {boolean} */
  equals(other) {
    return Fp12.eql(this.element, other.element);
  }

  /** @param {GT} other @returns {GT} the group operation */
  times(other) {
    return new GT(Fp12.mul(this.element, other.element));
  }

  /** @param {bigint} value public, 0 < value < q @returns {GT} */
  powerPublic(value) {
    return new GT(powerOf(this.element, value));
  }

  /**
   * The power of a secret: s = s1 + s2 with fresh s1.
   * @param {Scalar} scalar
   * @returns {GT}
   */
  power(scalar) {
    const [first, second] = scalar.split();
    return new GT(Fp12.mul(
      powerOf(this.element, first.value),
      powerOf(this.element, second.value),
    ));
  }

  /**
   * T^(1/x) as (T^b)^(1/(b x)) with a fresh b.
   * @param {Scalar} scalar x
   * @returns {GT}
   */
  root(scalar) {
    const b = randomScalar();
    return this.powerPublic(b.value).powerPublic(b.times(scalar).invertBlinded().value);
  }
}

/**
 * @param {Element} f canonical
 * @returns {boolean} whether f lies in GT and is neither 0 nor 1
 */
function isMember(f) {
  if (Fp12.is0(f) || Fp12.eql(f, Fp12.ONE)) return false;
  // The first test shows that f is cyclotomic, which the fast squaring of the second relies on.
  if (!Fp12.eql(Fp12.mul(Fp12.frobeniusMap(f, 4), f), Fp12.frobeniusMap(f, 2))) return false;
  const product = Fp12.mul(Fp12.frobeniusMap(f, 1), powerOfU(f));
  return Fp12.eql(product, Fp12.ONE);
}

/**
 * @param {Uint8Array} octets 576
 * @returns {GT}
 * @throws {DecodingError} unless canonical and a member of GT other than the identity
 */
export function decodeGt(octets) {
  const own = fixed(octets, 576, "GT element");
  theZ();
  let f;
  try {
    f = Fp12.fromBytes(own);
  } catch {
    throw new DecodingError("not a GT element");
  }
  if (!equal(Fp12.toBytes(f), own) || !isMember(f)) throw new DecodingError("not a GT element");
  return new GT(f);
}

/** Z, once it was computed and is the right one. @type {GT | null} */
let known = null;

/**
 * Z = e(g1, g2), computed at the first use: pages that use no pairing wait for none.
 * @returns {GT}
 * @throws {Error} the library computes another: a stop for everything that would go on
 */
export function theZ() {
  known ??= checked(bls12_381.pairing(bls12_381.G1.Point.BASE, bls12_381.G2.Point.BASE));
  return known;
}

/**
 * Another pairing, or another order of coefficients, would silently make other keys. Whatever pairs,
 * reads an element or writes one calls `theZ` first.
 * @param {Element} element @returns {GT}
 */
function checked(element) {
  if (toHex(sha256(new Uint8Array(Fp12.toBytes(element)))) !== Z_SHA256) throw new Error("the pairing library computes another Z");
  return new GT(element);
}
