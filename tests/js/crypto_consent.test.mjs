import assert from "node:assert/strict";
import { test } from "node:test";

import { kernel, octets, uuid } from "./bundle.mjs";

const { acl, bytes, consent, encoding, keys, statements, AclError, CryptoError } = kernel;
const secret = octets("12345678901234567890");
const digest = encoding.b64uEncode(new Uint8Array(32));

test("codes are those of RFC 6238 and RFC 4226", () => {
  for (const [now, eight] of [
    [59, "94287082"], [1111111109, "07081804"], [1111111111, "14050471"], [1234567890, "89005924"],
    [2000000000, "69279037"], [20000000000, "65353130"],
  ]) assert.equal(consent.code(secret, consent.stepOf(now)), eight.slice(2));
  ["755224", "287082", "359152", "969429", "338314"].forEach((six, step) => assert.equal(consent.code(secret, step), six));
  for (const off of [-2, -1, 0, 1, 2]) assert.equal(consent.isCode(secret, consent.code(secret, 100 + off), 3000), Math.abs(off) < 2);
  for (const bad of ["", "12345", "1234567", "12345a", "１２３４５６", 123456, null]) assert.throws(() => consent.checkCode(bad), CryptoError);
});

test("what is sealed to a node is sealed under the same octets as Python's", () => {
  const [owner, asker] = ["390597f8-182b-4387-8564-9c4ba805d4a6", "d8865541-6170-49b6-925a-e8bf7060ee80"];
  const suite = encoding.SUITE;
  assert.deepEqual(consent.secretInfo({ deployment: "demo", owner, index: 2 }), encoding.lp(suite, "consent", "demo", owner, "2"));
  const nonce = new Uint8Array(16).fill(7);
  assert.deepEqual(
    consent.codeInfo({ deployment: "demo", owner, asker, nonce, index: 1 }), encoding.lp(suite, "code", "demo", owner, asker, nonce, "1"),
  );
});

const rule = (change = {}) => ({
  id: uuid(5), who: { role: "physician", issuer: digest }, partitions: ["medical"], actions: ["read"], purposes: [],
  valid_from: 0, valid_until: null, history: true, deny: false, emergency: null, code: true, ...change,
});
const member = {
  id: uuid(6), key: digest, active: true, joined: 0,
  credential: { role: "physician", issuer: digest, valid_from: 0, valid_until: 1e9, revoked: false },
};
const asked = { partition: "medical", action: "read", purpose: "treatment", record_date: 1, now: 100, emergency: null };
const decide = (rules, change) => acl.decide({ default_partitions: [], rules }, member, { ...asked, ...change }).reason;

test("a rule with a code opens for its hours from the code on, after role rules and never without a code", () => {
  const { code, ...plain } = rule({ id: uuid(7) });
  assert.equal(code, true);
  const end = 100 + 24 * 3600;
  assert.equal(decide([rule()]), "no-rule");
  for (const [hours, since, now, reason] of [
    [{}, 101, 100, "no-rule"], [{}, 100, 100, "code-rule"], [{}, 100, end - 1, "code-rule"], [{}, 100, end, "no-rule"],
    [{ hours: 2 }, 100, 7299, "code-rule"], [{ hours: 2 }, 100, 7300, "no-rule"],
  ]) assert.equal(decide([rule(hours)], { now, consent: { since } }), reason);
  assert.equal(decide([rule(), plain], { consent: { since: 100 } }), "role-rule");
  const deny = { ...plain, deny: true, who: { member: uuid(6), key: digest } };
  assert.equal(decide([rule(), deny], { consent: { since: 100 } }), "deny-rule");
});

test("what a rule with a code must not be", () => {
  const { code: none, ...plain } = rule();
  assert.equal(none, true);
  for (const wrong of [
    rule({ code: false }), rule({ code: 1 }), rule({ code: null }), rule({ hours: 0 }), rule({ hours: null }),
    rule({ deny: true }), rule({ who: { member: uuid(6), key: digest } }), rule({ emergency: { hours: 1, signers: 1 } }),
    { ...plain, hours: 1 },
  ]) assert.throws(() => acl.checkRules({ default_partitions: [], rules: [wrong] }), AclError);
  for (const change of [{ consent: null }, { consent: {} }, { consent: { since: 1.5 } }]) assert.throws(() => decide([], change), AclError);
});

test("requests, deals and cosigns carry exactly what they may", () => {
  const own = keys.MemberKeys.fromSeed(new Uint8Array(32).fill(1));
  const sign = (typ, members) => statements.sign(own, typ, bytes.utf8(JSON.stringify({ suite: encoding.SUITE, deployment: "demo", iss: uuid(1), iat: 1, ...members })));
  const sealed = (length) => [{ enc: digest, ciphertext: encoding.b64uEncode(new Uint8Array(length + 16)) }];
  const code = { owner: uuid(2), sealed: sealed(6) };
  const request = { nonce: encoding.b64uEncode(new Uint8Array(16)), purpose: "treatment", items: [{ record: uuid(3), partitions: ["medical"] }] };
  const deal = { acl: digest, deals: [], standing: [] };
  const cosign = { request: digest, owner: uuid(2), reason: "unconscious" };
  for (const [typ, good] of [
    ["sesphr-access-request", request], ["sesphr-access-request", { ...request, codes: [code] }],
    ["sesphr-deal", deal], ["sesphr-deal", { ...deal, consent: sealed(20) }], ["sesphr-deal", { ...deal, consent: [] }], ["sesphr-emergency-cosign", cosign],
  ]) assert.ok(sign(typ, good));
  for (const [typ, bad] of [
    ["sesphr-access-request", { ...request, codes: [] }], ["sesphr-access-request", { ...request, codes: [code, code] }],
    ["sesphr-access-request", { ...request, codes: [{ ...code, sealed: sealed(20) }] }], ["sesphr-deal", { ...deal, consent: {} }],
    ["sesphr-deal", { ...deal, consent: sealed(6) }], ["sesphr-emergency-cosign", { ...cosign, reason: "" }],
    ["sesphr-emergency-cosign", { ...cosign, reason: "x".repeat(1001) }], ["sesphr-emergency-cosign", { ...cosign, more: 1 }],
  ]) assert.throws(() => sign(typ, bad), CryptoError);
});
