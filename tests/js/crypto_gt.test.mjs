import assert from "node:assert/strict";
import { test } from "node:test";

import { bls12_381 } from "@noble/curves/bls12-381.js";

import { decodeGt, theZ } from "../../static/js/crypto/gt.js";
import { pair, samePairing, G1_GENERATOR, G2_GENERATOR } from "../../static/js/crypto/groups.js";

const field = Object.getPrototypeOf(bls12_381.fields.Fp12);
const right = field.toBytes;

/** What uses the group, each without anything computed before. */
const USES = {
  theZ,
  pair: () => pair(G1_GENERATOR, G2_GENERATOR),
  samePairing: () => samePairing(G1_GENERATOR, G2_GENERATOR, G1_GENERATOR, G2_GENERATOR),
  decodeGt: () => decodeGt(new Uint8Array(576)),
};

test("nothing works with a library whose coefficients stand in another order", () => {
  field.toBytes = function backwards(element) { return right.call(this, element).reverse(); };
  try {
    for (const use of Object.values(USES)) assert.throws(use, /another Z/);
  } finally {
    field.toBytes = right;
  }
});

test("with the right library all of them do, after a failure too", () => {
  assert.ok(USES.pair().equals(theZ()));
  assert.ok(USES.samePairing());
  assert.ok(decodeGt(theZ().encode()).equals(theZ()));
  assert.throws(USES.decodeGt, /not a GT element/);
});
