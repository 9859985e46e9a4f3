/** The account's parts of the endpoint that need no page: codes, fingerprints, vault, memory, idle times. */
import assert from "node:assert/strict";
import test from "node:test";

import fc from "fast-check";

import { OpenError } from "../../static/js/crypto/errors.js";
import { MemberKeys } from "../../static/js/crypto/keys.js";
import { freshRecoveryCode, makeRecoverySlot, openDerived, openSlot, derive, parseRecoveryCode } from "../../static/js/crypto/slots.js";
import { judge } from "../../static/js/crypto/strength.js";
import { Locked } from "../../static/js/endpoint/errors.js";
import { digitsOf, fingerprint, wordsOf } from "../../static/js/endpoint/fingerprint.js";
import { Session } from "../../static/js/endpoint/member.js";
import { Memory, pack, unpack } from "../../static/js/endpoint/memory.js";
import { groupsToType, isCode, isGroup } from "../../static/js/endpoint/recovery.js";
import * as vault from "../../static/js/endpoint/vault.js";
import { rhythm, spoken } from "../../static/js/ui/idle.js";
import { levelOf } from "../../static/js/ui/newpassword.js";

const MEMBER = "00000000-0000-4000-8000-000000000001";
const SEED = Uint8Array.from({ length: 32 }, (_, i) => i);
const opening = { share: new Uint8Array(32).fill(7), deployment: "demo.sesphr.example", member: MEMBER };
const octets = (length = 32) => fc.uint8Array({ minLength: length, maxLength: length });

test("a fingerprint's digits and words are those of the fixed vector", () => {
  const keys = MemberKeys.fromSeed(SEED);
  const found = fingerprint(keys.verification, keys.receivePublic);
  assert.equal(found.digits, "26122 33744 37901 04930 65040 67625 37701 23274");
  assert.equal(found.words.join(" "), "used track family churn emerge weapon kick sorry pulp owner quit luggage");
});

test("digits are eight groups of five; words are twelve, and tell digests apart in their first 132 bits", () => {
  assert.equal(digitsOf(new Uint8Array(32)), "00000 00000 00000 00000 00000 00000 00000 00000");
  assert.deepEqual(wordsOf(new Uint8Array(32)), Array(12).fill("abandon"));
  assert.deepEqual(wordsOf(new Uint8Array(32).fill(255)), Array(12).fill("zoo"));
  fc.assert(fc.property(octets(), fc.integer({ min: 0, max: 131 }), (digest, bit) => {
    const other = digest.slice();
    other[bit >> 3] ^= 0x80 >> (bit & 7);
    assert.equal(wordsOf(digest).length, 12);
    assert.notDeepEqual(wordsOf(digest), wordsOf(other));
  }));
});

test("two different groups are asked for, every one of the eight at times", () => {
  const asked = new Set();
  for (let i = 0; i < 400; i++) {
    const [a, b] = groupsToType();
    assert.ok(a >= 0 && a < b && b < 8);
    asked.add(a).add(b);
  }
  assert.equal(asked.size, 8);
});

test("a group is the one at its place, however it is typed", () => {
  const code = freshRecoveryCode();
  const groups = code.split("-");
  groups.forEach((group, i) => {
    assert.ok(isGroup(code, i, ` ${group.slice(0, 2)} ${group.slice(2)} `.toLowerCase()));
    assert.equal(isGroup(code, (i + 1) % 8, group), groups[(i + 1) % 8] === group);
  });
  assert.ok(!isGroup(code, 0, ""));
  assert.ok(isCode(code) && isCode(code.toLowerCase().replaceAll("-", " ")) && !isCode(code.slice(0, -1)));
  assert.equal(parseRecoveryCode(code).length, 20);
});

test("a slot made with a code that was shown before opens with it, derived once or again", async () => {
  const code = freshRecoveryCode();
  const who = { deployment: "d", login: "eve@example.org", member: MEMBER };
  const made = await makeRecoverySlot(SEED, { ...who, generation: 1, code });
  assert.equal(made.code, code);
  const salt = Uint8Array.from(Buffer.from(made.slot.salt, "base64url"));
  const keys = derive("recovery", { ...who, salt, params: {}, secret: code.toLowerCase() });
  assert.deepEqual(await openDerived(made.slot, { deployment: "d", slotKey: keys.slotKey }), SEED);
  assert.deepEqual((await openSlot(made.slot, { ...who, secret: code })).seed, SEED);
  const other = derive("recovery", { ...who, salt, params: {}, secret: freshRecoveryCode() });
  await assert.rejects(openDerived(made.slot, { deployment: "d", slotKey: other.slotKey }), { name: "SlotError" });
  await assert.rejects(openDerived({ ...made.slot, generation: 2 }, { deployment: "d", slotKey: keys.slotKey }), { name: "SlotError" });
});

test("the vault opens with its own share, member and deployment alone", async () => {
  const sealed = await vault.seal(SEED, opening);
  assert.deepEqual(await vault.unseal(sealed, opening), SEED);
  const others = [
    { share: new Uint8Array(32).fill(8) }, { member: MEMBER.replace(/1$/, "2") }, { deployment: "other" },
  ];
  for (const other of others) await assert.rejects(vault.unseal(sealed, { ...opening, ...other }), OpenError);
  const again = await vault.seal(SEED, opening);
  await assert.rejects(vault.unseal({ base: again.base, sealed: sealed.sealed }, opening), OpenError);
});

test("the vault's own half cannot be taken out, and what is sealed is not the seed", async () => {
  const { base, sealed } = await vault.seal(SEED, opening);
  assert.equal(base.extractable, false);
  await assert.rejects(crypto.subtle.exportKey("raw", base));
  assert.equal(Buffer.from(sealed).includes(Buffer.from(SEED.slice(0, 8))), false);
  await assert.rejects(vault.seal(SEED, { ...opening, share: new Uint8Array(31) }));
});

test("what memory packs comes back, octets at any depth too", () => {
  const bytes = fc.uint8Array({ maxLength: 40 }).map((found) => new Uint8Array(found));
  const value = fc.letrec((tie) => ({
    any: fc.oneof({ maxDepth: 4 }, fc.string(), fc.integer(), fc.boolean(), fc.constant(null), bytes,
      fc.array(tie("any"), { maxLength: 4 }), fc.dictionary(fc.string().filter((name) => name !== "__proto__"), tie("any"), { maxKeys: 4 })),
  })).any;
  fc.assert(fc.property(value.filter((one) => !JSON.stringify(one).includes("$octets")), (one) => {
    assert.deepEqual(JSON.parse(JSON.stringify(unpack(pack(one)))), JSON.parse(JSON.stringify(one)));
  }));
  assert.deepEqual(unpack(pack({ a: [new Uint8Array([1, 2]), { b: new Uint8Array(0) }] })), { a: [new Uint8Array([1, 2]), { b: new Uint8Array(0) }] });
  assert.throws(() => pack({ a: ["$octets", 0] }), TypeError);
  assert.throws(() => pack(undefined), TypeError);
});

test("a closed memory neither reads nor writes", async () => {
  const memory = new Memory(SEED);
  memory.close();
  await assert.rejects(memory.get("people"), Locked);
  await assert.rejects(memory.set("people", {}), Locked);
  await assert.rejects(memory.update("people", (found) => found), Locked);
});

test("keys that were forgotten derive nothing", () => {
  const keys = MemberKeys.fromSeed(SEED);
  const { signingKey } = keys;
  keys.forget();
  assert.deepEqual(signingKey, new Uint8Array(32));
  assert.throws(() => keys.verification, { name: "CryptoError" });
  assert.throws(() => keys.partition("medical", 1), { name: "CryptoError" });
});

test("the warning comes two minutes before the end of fifteen, sooner before that of shorter times", () => {
  assert.deepEqual(rhythm({ length: 900_000 }), { warn: 120_000, report: 60_000 });
  assert.deepEqual(rhythm({ length: 30_000 }), { warn: 10_000, report: 5_000 });
  assert.deepEqual(spoken(120_000), { unit: "minutes", n: 2 });
  assert.deepEqual(spoken(59_100), { unit: "seconds", n: 60 });
  assert.deepEqual(spoken(-5), { unit: "seconds", n: 0 });
});

test("no server keeps a page open for longer than fifteen idle minutes", () => {
  const session = new Session({ id: "00000000-0000-4000-8000-000000000001" }, {});
  for (const idle_left of [1e9, Infinity, "Infinity"]) {
    session.live({ idle_left, idle_seconds: 1e9 });
    assert.equal(session.idle.length, 900_000);
    assert.ok(session.idle.ends <= Date.now() + 900_000);
  }
  session.live({ idle_left: undefined });
  assert.ok(session.idle.ends <= Date.now());
});

test("passwords are judged in codes; one's own name and the most used ones are weak", () => {
  assert.deepEqual([judge("password").enough, judge("password").warning], [false, "topTen"]);
  assert.equal(judge("alicenewman1", "Alice Newman").enough, false);
  for (const own of ["alicenewman1946", "NewmanAlice46", "a.newman@example.org 1946"]) {
    assert.deepEqual([judge(own, "Alice Newman", "a.newman@example.org").enough, judge(own, "Alice Newman", "a.newman@example.org").warning], [false, "userInputs"], own);
  }
  const good = judge("violet harbour 91 quilt", "Alice Newman");
  assert.ok(good.enough);
  assert.equal(levelOf(good), "strong");
  assert.equal(levelOf(judge("password")), "weak");
});
