import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { kernel, uuid } from "./bundle.mjs";

const { groups, pre, proofs, keys, bytes, CryptoError, DelegationError, OpenError } = kernel;
const scalar = fc.bigInt({ min: 1n, max: groups.ORDER - 1n }).map((value) => new groups.Scalar(value));
const few = { numRuns: 8 };

test("the pairing is bilinear, and GT powers agree with it", () => {
  fc.assert(fc.property(scalar, scalar, (a, b) => {
    const left = groups.pair(groups.G1_GENERATOR.multiply(a), groups.G2_GENERATOR.multiply(b));
    assert.ok(left.equals(groups.theZ().power(a.times(b))));
    assert.ok(left.root(a).equals(groups.theZ().power(b)));
  }), few);
});

test("blinded multiplication is multiplication, blinded inversion is inversion", () => {
  fc.assert(fc.property(scalar, (s) => {
    assert.ok(groups.G1_GENERATOR.multiply(s).equals(groups.G1_GENERATOR.multiplyPublic(s.value)));
    assert.equal(s.times(s.invertBlinded()).value, 1n);
  }), few);
  for (const edge of [1n, 2n, groups.ORDER - 1n]) {
    const s = new groups.Scalar(edge);
    assert.ok(groups.G2_GENERATOR.multiply(s).equals(groups.G2_GENERATOR.multiplyPublic(edge)));
    assert.ok(groups.theZ().power(s).root(s).equals(groups.theZ()));
  }
});

test("elements read back as they were written, and changed octets are refused or another element", () => {
  fc.assert(fc.property(scalar, fc.nat(575), fc.integer({ min: 1, max: 255 }), (s, at, mask) => {
    for (const [decode, element] of [
      [groups.decodeG1, groups.G1_GENERATOR.multiply(s)], [groups.decodeG2, groups.G2_GENERATOR.multiply(s)],
      [groups.decodeGt, groups.theZ().power(s)],
    ]) {
      const octets = element.encode();
      assert.ok(decode(octets).equals(element));
      octets[at % octets.length] ^= mask;
      try {
        assert.ok(!decode(octets).equals(element));
      } catch (error) {
        assert.ok(error instanceof CryptoError, String(error));
      }
    }
  }), few);
});

test("octets of every wrong length and type are refused", () => {
  for (const decode of [groups.decodeG1, groups.decodeG2, groups.decodeGt, groups.decodeScalar]) {
    for (const length of [0, 1, 31, 33, 47, 49, 95, 97, 192, 575, 577]) {
      assert.throws(() => decode(new Uint8Array(length)), CryptoError);
    }
    for (const other of [null, undefined, "00", 5, [], {}]) assert.throws(() => decode(other), CryptoError);
  }
});

test("any t of n answers give the key, fewer or foreign ones do not", () => {
  const sizes = fc.integer({ min: 1, max: 4 }).chain((n) => fc.tuple(fc.constant(n), fc.integer({ min: 1, max: n }), fc.shuffledSubarray([...Array(n).keys()].map((i) => i + 1), { minLength: n })));
  fc.assert(fc.property(sizes, scalar, scalar, ([n, t, order], x, xu) => {
    const B = groups.G2_GENERATOR.multiply(xu);
    const { commitments, shares } = pre.deal(x, n, t);
    const A = groups.G1_GENERATOR.multiply(x);
    const { R, K } = pre.encapsulate(A);
    const answers = new Map(order.slice(0, t).map((i) => {
      const D = pre.directPoint(B, shares[i - 1]);
      pre.checkDirect({ A, B, index: i, n, t, commitments, D });
      pre.checkStanding({ A, index: i, n, t, commitments, share: shares[i - 1] });
      return [i, pre.reencrypt(R, D)];
    }));
    assert.ok(pre.combine(xu, n, t, answers).equals(K));
    assert.ok(pre.ownerEncapsulated(x, R).equals(K));
    assert.throws(() => pre.combine(xu, n, t, new Map([...answers].slice(1))), DelegationError);
  }), { numRuns: 5 });
});

test("when more than t answers disagree, none is believed", () => {
  const [x, xu] = [groups.randomScalar(), groups.randomScalar()];
  const { shares } = pre.deal(x, 3, 2);
  const { R } = pre.encapsulate(groups.G1_GENERATOR.multiply(x));
  const B = groups.G2_GENERATOR.multiply(xu);
  const answers = new Map(shares.map((share, i) => [i + 1, pre.reencrypt(R, pre.directPoint(B, share))]));
  assert.ok(pre.combine(xu, 3, 2, answers));
  for (const liar of [1, 2, 3]) {
    assert.throws(() => pre.combine(xu, 3, 2, new Map([...answers, [liar, groups.theZ()]])), OpenError);
  }
});

test("of more than t answers those that do not fit are named, and the others open", () => {
  const [x, xu] = [groups.randomScalar(), groups.randomScalar()];
  const [n, t] = [3, 2];
  const { shares } = pre.deal(x, n, t);
  const { R, K } = pre.encapsulate(groups.G1_GENERATOR.multiply(x));
  const id = "390597f8-182b-4387-8564-9c4ba805d4a6";
  const context = { deployment: "demo.example", owner: id, record: id, version: 1, partition: "medical", epoch: 1, rh: new Uint8Array(32) };
  const { k, kc } = pre.deriveKeys(K, context);
  const B = groups.G2_GENERATOR.multiply(xu);
  const answers = new Map(shares.map((share, i) => [i + 1, pre.reencrypt(R, pre.directPoint(B, share))]));
  const lie = (...liars) => new Map([...answers, ...liars.map((i) => [i, answers.get(i).times(groups.theZ())])]);
  for (const liars of [[], [1], [2], [3]]) {
    assert.deepEqual(pre.userKeyNamed(xu, n, t, lie(...liars), context, kc), { k, wrong: liars });
  }
  assert.throws(() => pre.userKeyNamed(xu, n, t, lie(1, 2), context, kc), OpenError);
  assert.throws(() => pre.userKeyNamed(xu, n, t, new Map([...answers].slice(0, 1)), context, kc), DelegationError);
  assert.throws(() => pre.userKeyNamed(xu, n, t, new Map([...answers].map(([i, one]) => [i + 1, one])), context, kc), DelegationError);
});

test("thresholds and indices outside their range are refused, without a loop over them", () => {
  for (const [n, t] of [[0, 0], [1, 0], [1, 2], [256, 1], [2 ** 53, 1], [1.5, 1], ["1", 1], [1, null], [NaN, NaN]]) {
    assert.throws(() => pre.deal(groups.randomScalar(), n, t), DelegationError);
  }
  for (const index of [0, -1, 4, 1.5, "1", null]) {
    assert.throws(() => pre.verificationPoint(index, 3, 1, []), DelegationError);
  }
});

test("a proof holds for its own statement alone", () => {
  const secret = groups.randomScalar();
  const ctx = { member: uuid(1), partition: "medical", epoch: 1, verification: new Uint8Array(32).fill(7) };
  const { Y, proof } = proofs.prove("key-A", { deployment: "demo", secret, ctx });
  proofs.verify("key-A", { deployment: "demo", Y, proof, ctx });
  const changes = [{ member: uuid(2) }, { partition: "personal" }, { epoch: 2 }, { verification: new Uint8Array(32) }];
  for (const change of changes) {
    assert.throws(() => proofs.verify("key-A", { deployment: "demo", Y, proof, ctx: { ...ctx, ...change } }), CryptoError);
  }
  fc.assert(fc.property(fc.nat(79), fc.integer({ min: 1, max: 255 }), (at, mask) => {
    const changed = proof.slice();
    changed[at] ^= mask;
    assert.throws(() => proofs.verify("key-A", { deployment: "demo", Y, proof: changed, ctx }), CryptoError);
  }), { numRuns: 20 });
  const again = proofs.prove("key-A", { deployment: "demo", secret, ctx });
  assert.notDeepEqual(again.proof, proof, "nonces are fresh");
});

test("secrets show neither in JSON nor in text", () => {
  const own = keys.MemberKeys.fromSeed(new Uint8Array(32).fill(1));
  const x = own.receiveSecret.value.toString();
  assert.ok(!JSON.stringify({ own, x: own.receiveSecret }).includes(x.slice(0, 12)));
  assert.ok(!String(own.receiveSecret).includes(x));
  assert.equal(bytes.toHex(own.receiveSecret.encode()).length, 64);
});
