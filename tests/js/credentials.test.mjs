/** Role credentials in the browser: what nodes say alike, what is handed in, what is asked for. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import test from "node:test";

import fc from "fast-check";

import { b64uDecode } from "../../static/js/crypto/encoding.js";
import { sha256 } from "../../static/js/crypto/kdf.js";
import { MemberKeys } from "../../static/js/crypto/keys.js";
import * as statements from "../../static/js/crypto/statements.js";
import { agreed, credentialOf, endsSoon, normalised, present, stateOf } from "../../static/js/endpoint/credentials.js";
import { credentialRequest, identityCertificate } from "../../static/js/endpoint/identity.js";
import { receiptOf, sessionOf } from "./made_up_nodes.mjs";

const MEMBER = "11111111-2222-3333-4444-555555555555";
const DEPLOYMENT = "demo.sesphr.example";
const DAY = 24 * 3600;
const NOW = 1_800_000_000;
const keys = MemberKeys.fromSeed(new Uint8Array(32).fill(5));
const said = (changed = {}) => ({
  role: "physician", issuer: "x", issuer_name: "Medical Council", organisation: "City Heart Clinic",
  valid_from: NOW - DAY, valid_until: NOW + 90 * DAY, revoked: false, nodes: [1, 2], ...changed,
});
const session = (t = 2) => ({ keys, me: { id: MEMBER }, deployment: { id: DEPLOYMENT, n: 3, t, nodeKeys: new Map() } });
/** A server that gives one answer, and what it was asked. */
function serving(t, status, body) {
  const calls = [];
  t.mock.method(globalThis, "fetch", async (path, options) => {
    calls.push([options.method, String(path), options.body]);
    return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
  });
  return calls;
}

test("only what t different nodes say alike counts", () => {
  assert.equal(agreed([], 1), null);
  assert.equal(agreed([said({ nodes: [1] }), said({ nodes: [2], role: "nurse" })], 2), null);
  assert.equal(agreed([said({ nodes: [3, 3, 3] })], 2), null);
  const other = said({ nodes: [2, 3], role: "nurse" });
  assert.equal(agreed([said({ nodes: [1] }), other], 2), other);
});

test("a credential counts from its first second to before its last, unless it is revoked", () => {
  const one = said({ valid_from: 10, valid_until: 20 });
  assert.deepEqual([9, 10, 19, 20].map((now) => stateOf(one, now)), ["early", "valid", "valid", "expired"]);
  for (const now of [9, 10, 20]) assert.equal(stateOf({ ...one, revoked: true }, now), "revoked");
});

test("the last thirty days are the time for a new one", () => {
  assert.equal(endsSoon(said({ valid_until: NOW + 30 * DAY }), NOW), false);
  assert.equal(endsSoon(said({ valid_until: NOW + 30 * DAY - 1 }), NOW), true);
  assert.equal(endsSoon(said({ valid_until: NOW }), NOW), false);
  assert.equal(endsSoon(said({ valid_until: NOW + DAY, revoked: true }), NOW), false);
});

test("what is pasted is brought to the form that the server takes, and nothing else is sent", () => {
  const pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  for (const text of [pem, pem.trim(), `\uFEFF \n${pem}\n\n`, pem.replaceAll("\n", "\r\n"), pem.replaceAll("\n", "  \n")]) {
    assert.equal(normalised(text), pem);
  }
  for (const text of ["", "  \n"]) assert.throws(() => normalised(text), { code: "credential-missing" });
  for (const text of ["x", `x${pem}`, pem + "x", pem.replace("AAAA", "é"), `-----BEGIN X-----\n${"A\n".repeat(20_000)}-----END X-----`]) {
    assert.throws(() => normalised(text), { code: "credential-form" });
  }
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    try {
      assert.match(normalised(text), /^[\x20-\x7e\n]+\n$/);
    } catch (error) {
      assert.match(error.code, /^credential-(missing|form)$/);
    }
  }));
});

test("one's own and somebody else's are asked for where they are", async (t) => {
  const calls = serving(t, 200, { said: [said()] });
  assert.equal((await credentialOf(session())).role, "physician");
  assert.equal((await credentialOf(session(3), "a-b")), null);
  assert.deepEqual(calls.map(([, path]) => path), ["/api/credential", "/api/credentials/a-b"]);
});

test("an answer of another shape is not shown", async (t) => {
  serving(t, 200, { said: [{ ...said(), nodes: "1,2" }] });
  await assert.rejects(credentialOf(session()), { code: "unreadable" });
});

test("a receipt that no node signed is a stop", async (t) => {
  serving(t, 200, { receipts: ["x.y.z"], nodes: 3 });
  await assert.rejects(present(session(), "-----BEGIN X-----\n-----END X-----\n"), { name: "Integrity" });
});

test("a credential that too few key nodes confirm was not handed in", async (t) => {
  const credential = "-----BEGIN X-----\n-----END X-----\n";
  const digest = sha256(new TextEncoder().encode(credential));
  const handedIn = (...indexes) => {
    serving(t, 200, { receipts: indexes.map((index) => receiptOf(index, "credential", digest, MEMBER)), nodes: 3 });
    return present(sessionOf(MEMBER, keys), credential);
  };
  for (const indexes of [[], [1], [2, 2]]) await assert.rejects(handedIn(...indexes), { name: "Integrity", what: "receipt" });
  for (const indexes of [[1, 3], [1, 2, 3]]) assert.equal((await handedIn(...indexes)).confirmed, indexes.length);
});

test("a request proves the key, and holds a certificate of it that other software reads", () => {
  const jws = credentialRequest(session(), { role: "physician", organisation: "Klinik am Park 🩺" });
  const { payload } = statements.verify(jws, {
    typ: "sesphr-credential-request", deployment: DEPLOYMENT, directory: new Map([[MEMBER, keys.verification]]),
  });
  assert.deepEqual([payload.role, payload.organisation], ["physician", "Klinik am Park 🩺"]);
  const certificate = new X509Certificate(b64uDecode(payload.identity));
  assert.deepEqual([certificate.subject, certificate.issuer, certificate.ca], [`CN=${MEMBER}`, `CN=${MEMBER}`, false]);
  assert.ok(certificate.verify(certificate.publicKey));
  assert.deepEqual(certificate.publicKey.export({ format: "der", type: "spki" }).subarray(-32), Buffer.from(keys.verification));
});

test("an identity certificate says from when to when, to the second", () => {
  const certificate = new X509Certificate(identityCertificate(keys, MEMBER, NOW));
  assert.equal(Date.parse(certificate.validFrom), (NOW - DAY) * 1000);
  assert.equal(Date.parse(certificate.validTo), (NOW + 1095 * DAY) * 1000);
});
