/** Key changes: who signs what, which seed has which epoch, and in which slots seeds travel and stay. */
import assert from "node:assert/strict";
import test from "node:test";

import { sign as signOctets } from "../../static/js/crypto/ed25519.js";
import { b64uDecode, b64uEncode, canonicalJson } from "../../static/js/crypto/encoding.js";
import { DecodingError, SignatureError, SlotError, StatementError } from "../../static/js/crypto/errors.js";
import { findOf, freshCode, makeFormer, makeOffer, openFormer, openOffer } from "../../static/js/crypto/handover.js";
import { prove } from "../../static/js/crypto/keychange.js";
import { MemberKeys } from "../../static/js/crypto/keys.js";
import { derive, openSlot } from "../../static/js/crypto/slots.js";
import { sign, signer, verify } from "../../static/js/crypto/statements.js";
import { registration } from "../../static/js/endpoint/registration.js";

const DEPLOYMENT = "made-up.example";
const [TIM, EVE] = ["00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"];
const seedOf = (n) => new Uint8Array(32).fill(n);
const [old, fresh, other] = [1, 2, 3].map((n) => MemberKeys.fromSeed(seedOf(n)));
const octetsOf = (jws) => JSON.parse(new TextDecoder().decode(b64uDecode(jws.split(".")[1])));
const first = octetsOf(registration(fresh, { deployment: DEPLOYMENT, member: TIM, partitions: ["medical"], seq: 2, previous: b64uEncode(seedOf(9)) }).jws);
const possession = (keys, more = {}) =>
  b64uEncode(prove(keys.signingKey, { deployment: DEPLOYMENT, member: TIM, seq: 2, old: old.verification, ...more }));
const change = (more = {}) => canonicalJson({ ...first, possession: possession(fresh), acl: 0, ...more });
const signed = (octets, by = old) => sign(by, "sesphr-registration", octets);
const checked = (jws, key) => verify(jws, { typ: "sesphr-registration", deployment: DEPLOYMENT, directory: new Map([[TIM, key]]) });

test("a key change is signed with the old key and proved with the new one", () => {
  const jws = signed(change());
  assert.equal(checked(jws, old.verification).payload.verification, b64uEncode(fresh.verification));
  assert.throws(() => checked(jws, fresh.verification), StatementError);
});

test("a key change without, with another's or with an old proof is refused when signed and when read", () => {
  const { possession: _, acl: __, ...plain } = { ...first, possession: "", acl: 0 };
  const bad = [
    [canonicalJson(plain), StatementError], [canonicalJson({ ...plain, acl: 0 }), StatementError],
    [canonicalJson({ ...plain, possession: possession(fresh) }), StatementError],
    [change({ possession: possession(other) }), SignatureError], [change({ possession: possession(fresh, { seq: 3 }) }), SignatureError],
    [change({ possession: possession(fresh, { member: EVE }) }), SignatureError],
    [change({ possession: possession(fresh, { deployment: "other.example" }) }), SignatureError],
    [change({ possession: possession(fresh, { old: other.verification }) }), SignatureError],
    [change({ acl: -1 }), StatementError], [change({ acl: null }), StatementError], [change({ seq: 1, previous: null }), StatementError],
    [change({ verification: b64uEncode(old.verification) }), StatementError],
    [change({ verification: b64uEncode(new Uint8Array(32)) }), SignatureError],
  ];
  for (const [octets, kind] of bad) {
    assert.throws(() => signed(octets), kind);
    // As somebody signs it who leaves out the check.
    const [head] = signed(change()).split(".");
    const text = `${head}.${b64uEncode(octets)}`;
    const forged = `${text}.${b64uEncode(signOctets(old.signingKey, new TextEncoder().encode(text)))}`;
    assert.throws(() => checked(forged, old.verification), kind);
  }
  assert.throws(() => signed(change(), fresh), StatementError);
});

test("the header says which of a member's keys signed, and nothing else", () => {
  const keys = [old.verification, fresh.verification];
  assert.deepEqual(signer(signed(change()), keys), old.verification);
  for (const jws of [signed(change({ verification: b64uEncode(fresh.verification) }), old).replace(/^[^.]*/, "e30"), "", "a", "..", "####.e30.AA", null, 7]) {
    assert.deepEqual(signer(jws, keys), fresh.verification);
  }
});

test("a seed has the epochs from its own first on", () => {
  const three = MemberKeys.fromSeed(seedOf(3), [{ below: 4, seed: seedOf(2) }, { below: 2, seed: seedOf(1) }]);
  const from = { 1: 1, 2: 2, 3: 2, 4: 3, 5: 3, 1000: 3 };
  for (const [epoch, n] of Object.entries(from)) {
    const alone = MemberKeys.fromSeed(seedOf(n)).partition("medical", Number(epoch));
    assert.deepEqual(three.partition("medical", Number(epoch)).wrap, alone.wrap);
    assert.ok(three.partition("medical", Number(epoch)).public.equals(alone.public));
  }
  assert.equal(three.firstEpoch, 4);
  assert.equal(fresh.firstEpoch, 1);
  assert.deepEqual(three.verifications, [old, fresh, other].map((keys) => keys.verification));
  assert.deepEqual(three.verification, other.verification);
  assert.throws(() => MemberKeys.fromSeed(seedOf(3), [{ below: 1, seed: seedOf(1) }]), DecodingError);
  three.forget();
  assert.throws(() => three.partition("medical", 1), /forgotten/);
});

test("what is handed over opens with the code alone, and the server cannot tell the code", async () => {
  const code = freshCode();
  const offered = { deployment: DEPLOYMENT, dependant: TIM, code };
  const slot = await makeOffer(seedOf(1), offered);
  assert.equal(slot.type, "hand-over");
  assert.deepEqual(await openOffer(slot, { ...offered, code: code.toLowerCase().replaceAll("-", " ") }), seedOf(1));
  assert.match(findOf(code), /^[0-9a-f]{64}$/);
  assert.equal(findOf(code), findOf(code.toLowerCase()));
  const bad = [
    [slot, { code: freshCode() }], [slot, { dependant: EVE }], [{ ...slot, member: EVE }, { dependant: EVE }], [slot, { deployment: "other.example" }],
    [{ ...slot, generation: 2 }, {}], [{ ...slot, type: "recovery" }, {}], [{ ...slot, type: "former" }, {}], [slot, { code: "ABCD" }],
  ];
  for (const [given, more] of bad) await assert.rejects(openOffer(given, { ...offered, ...more }), SlotError);
  await assert.rejects(openSlot(slot, { deployment: DEPLOYMENT, login: "tim@example.org", secret: code }), SlotError);
  for (const type of ["hand-over", "former", "guardian"]) {
    assert.throws(() => derive(type, { deployment: DEPLOYMENT, login: "t@example.org", member: TIM, salt: new Uint8Array(16), params: {}, secret: code }), SlotError);
  }
});

test("former seeds open under the present one, in any order, and one that is not hers is refused", async () => {
  const kept = [{ below: 2, seed: seedOf(1) }, { below: 4, seed: seedOf(2) }];
  const who = { deployment: DEPLOYMENT, member: TIM, seed: seedOf(3) };
  const slots = await makeFormer(kept, who);
  assert.deepEqual(await openFormer(slots.toReversed(), who), kept);
  assert.deepEqual(await openFormer([], who), []);
  const bad = [
    [slots, { seed: seedOf(4) }], [slots, { member: EVE }], [slots, { deployment: "other.example" }], [[slots[0], slots[0]], {}],
    [[{ ...slots[0], generation: 3 }], {}], [[{ ...slots[0], type: "guardian" }], {}],
    [await makeFormer(kept, { ...who, member: EVE }), {}],
  ];
  for (const [given, more] of bad) await assert.rejects(openFormer(given, { ...who, ...more }), SlotError);
});
