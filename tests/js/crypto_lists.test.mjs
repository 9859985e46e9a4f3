import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import fc from "fast-check";

import { bundles, kernel, octets, uuid } from "./bundle.mjs";

const { acl, bytes, ed25519, encoding, log, merkle, slots, AclError, CryptoError, MerkleError, SignatureError, SlotError } = kernel;
const digest = encoding.b64uEncode(new Uint8Array(32));
const rule = (change = {}) => ({
  id: uuid(5), who: { member: uuid(6), key: digest }, partitions: ["medical"], actions: ["read"], purposes: [], valid_from: 0,
  valid_until: null, history: false, deny: false, emergency: null, ...change,
});
const member = { id: uuid(6), key: digest, active: true, joined: 100, credential: null };
const request = { partition: "medical", action: "read", purpose: "treatment", record_date: 100, now: 200, emergency: null };
const decide = (rules, who = member, what = request) => acl.decide({ default_partitions: [], rules }, who, what);

test("a deny rule wins over every allow rule, wherever it stands", () => {
  const rules = fc.array(fc.record({ deny: fc.boolean(), history: fc.boolean(), valid_from: fc.integer({ min: 0, max: 300 }) }), { maxLength: 6 });
  fc.assert(fc.property(rules, (changes) => {
    const all = changes.map((change, i) => rule({ ...change, id: uuid(i) }));
    const { decision, rule: named } = decide(all);
    const denied = all.find((one) => one.deny && one.valid_from <= request.now);
    const allowed = all.find((one) => !one.deny && one.valid_from <= request.now);
    assert.equal(decision, !denied && allowed ? "allow" : "deny");
    assert.equal(named, (denied ?? allowed)?.id ?? null);
  }));
});

test("an empty list, an inactive member and a malformed question never allow", () => {
  assert.equal(decide([]).decision, "deny");
  assert.equal(decide([rule()], { ...member, active: false }).reason, "inactive");
  for (const [who, what] of [
    [{ ...member, active: 1 }, request], [{ ...member, extra: 1 }, request], [null, request], [member, null],
    [member, { ...request, now: 1.5 }], [member, { ...request, record_date: "1" }], [member, { ...request, emergency: {} }],
  ]) assert.throws(() => decide([rule()], who, what), AclError);
  for (const change of [{ valid_until: 0 }, { actions: [] }, { who: {} }, { who: { member: uuid(6) } }, { emergency: { hours: 1, signers: 1 } }, { id: "1" }]) {
    assert.throws(() => decide([rule(change)]), AclError);
  }
});

test("every path of a tree holds at its own place and size only", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 40 }).chain((n) => fc.tuple(fc.constant(n), fc.nat(n - 1))), ([size, index]) => {
    const leaves = Array.from({ length: size }, (_, i) => merkle.leafHash(Uint8Array.of(i)));
    const root = merkle.root(leaves);
    const claim = { leaf: leaves[index], index, size, path: merkle.inclusionPath(leaves, index), root };
    merkle.verifyInclusion(claim);
    const first = index + 1;
    const grown = { first, second: size, firstRoot: merkle.root(leaves.slice(0, first)), secondRoot: root, path: merkle.consistencyPath(leaves, first) };
    merkle.verifyConsistency(grown);
    for (const path of [[...claim.path, root], claim.path.slice(1), ["x"], null, Array(100).fill(root)]) {
      if (path?.length !== claim.path.length) assert.throws(() => merkle.verifyInclusion({ ...claim, path }), CryptoError);
      if (path?.length !== grown.path.length) assert.throws(() => merkle.verifyConsistency({ ...grown, path: path?.length === claim.path.length - 1 ? [...grown.path, root] : path }), CryptoError);
    }
    if (size > 1) assert.throws(() => merkle.verifyInclusion({ ...claim, index: (index + 1) % size }), MerkleError);
  }));
});

test("a checkpoint is taken from its own key and name alone", () => {
  const seed = new Uint8Array(32).fill(8);
  const key = ed25519.publicKey(seed);
  const note = log.signNote("log.example", seed, key, log.formatCheckpoint("log.example", 5, new Uint8Array(32)));
  assert.equal(log.verifyNote("log.example", key, note).size, 5);
  const cosigned = `${note}\u2014 witness.example ${encoding.b64Encode(new Uint8Array(76))}\n`;
  assert.equal(log.verifyNote("log.example", key, cosigned).size, 5);
  const other = ed25519.publicKey(new Uint8Array(32).fill(9));
  assert.throws(() => log.verifyNote("log.example", other, note), SignatureError);
  assert.throws(() => log.verifyNote("other.example", key, note), CryptoError);
  const marks = [...new Set(note)];
  fc.assert(fc.property(fc.nat(note.length - 1), fc.constantFrom(...marks, "x", "\r"), (at, mark) => {
    const changed = note.slice(0, at) + mark + note.slice(at + 1);
    if (changed !== note) assert.throws(() => log.verifyNote("log.example", key, changed), CryptoError);
  }), { numRuns: 200 });
  for (const bad of ["", "\n\n", note.slice(0, -1), `${note}\n`, null, 5]) assert.throws(() => log.verifyNote("log.example", key, bad), CryptoError);
});

test("recovery codes are read back however they are typed", () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 20, maxLength: 20 }), (code) => {
    const printed = slots.formatRecoveryCode(code);
    assert.match(printed, /^(?:[A-Z2-7]{4}-){7}[A-Z2-7]{4}$/);
    for (const typed of [printed, printed.toLowerCase(), printed.replaceAll("-", " "), printed.replaceAll("-", "")]) {
      assert.deepEqual(slots.parseRecoveryCode(typed), new Uint8Array(code));
    }
  }));
  for (const bad of ["", "A".repeat(31), "A".repeat(33), "0".repeat(32), "\u0131".repeat(32), "\u017f".repeat(32), `${"A".repeat(32)}\n`, null]) {
    assert.throws(() => slots.parseRecoveryCode(bad), SlotError);
  }
});

test("parameters that the portal lowered, raised or invented are refused before any hashing", () => {
  const given = { deployment: "demo", login: "ada", member: uuid(1), salt: new Uint8Array(16), secret: "x" };
  const good = { m: 65536, t: 3, p: 1 };
  const started = performance.now();
  for (const change of [{ m: 65535 }, { m: 1048577 }, { t: 2 }, { t: 17 }, { p: 2 }, { p: 0 }, { m: "65536" }, { m: NaN }, { extra: 1 }, { "": 1 }, { p: undefined }]) {
    assert.throws(() => slots.derive("password", { ...given, params: { ...good, ...change } }), SlotError);
  }
  for (const params of [null, [], 5, {}, { m: 65536, t: 3 }]) assert.throws(() => slots.derive("password", { ...given, params }), SlotError);
  for (const params of [{ "": 1 }, good, null, []]) assert.throws(() => slots.derive("recovery", { ...given, params }), SlotError);
  assert.throws(() => slots.derive("other", { ...given, params: {} }), SlotError);
  assert.ok(performance.now() - started < 500, "nothing was hashed");
});

test("slots take the salt that they are given, and make their own without", async () => {
  const seed = new Uint8Array(32).fill(7);
  const who = { deployment: "demo", login: "ada", member: uuid(1), generation: 1 };
  const salt = new Uint8Array(16).fill(3);
  const password = "violet-harbour-91-quilt";
  const both = [(more) => slots.makePasswordSlot(seed, { ...who, password, ...more }), (more) => slots.makeRecoverySlot(seed, { ...who, ...more })];
  for (const make of both) {
    const made = await make({ salt });
    assert.equal(made.slot.salt, encoding.b64uEncode(salt));
    const secret = made.code ?? password;
    assert.deepEqual((await slots.openSlot(made.slot, { ...who, secret })).seed, seed);
    for (const none of [{}, { salt: null }, { salt: undefined }]) assert.notEqual((await make(none)).slot.salt, made.slot.salt);
    for (const bad of [new Uint8Array(15), new Uint8Array(17), "A".repeat(16), 16, []]) await assert.rejects(make({ salt: bad }), CryptoError);
  }
});

test("the vector check fails on every kind of bad file", () => {
  const script = fileURLToPath(new URL("../vectorcheck/node.mjs", import.meta.url));
  const run = (files) => {
    const folder = mkdtempSync(path.join(tmpdir(), "vectors-"));
    for (const [name, content] of Object.entries(files)) writeFileSync(path.join(folder, name), content);
    return spawnSync(process.execPath, [script, folder, bundles], { encoding: "utf8" });
  };
  const file = (cases, topic = "encodings") => JSON.stringify({ suite: encoding.SUITE, topic, cases });
  const one = (input, expect) => ({ id: "case-7", comment: "", input, expect });
  const good = run({ "a.json": file([one({ op: "uuid", text: uuid(1) }, "accept")]) });
  assert.equal(good.status, 0, good.stderr);
  assert.match(good.stdout, /node\s+a\.json\s+1 cases: 0 results, 1 accepted, 0 rejected/);
  for (const [content, message] of [
    [file([one({ op: "uuid", text: uuid(1) }, "reject")]), /a\.json: case-7/], [file([one({ op: "uuid", text: "x" }, "accept")]), /case-7/],
    [file([one({ op: "lp", parts: ["00"] }, { octets: "00" })]), /case-7/], [file([one({ op: "nothing" }, "reject")]), /case-7: unknown operation/],
    [file([one({ op: "uuid", text: uuid(1) }, "acept")]), /case-7/], [file([]), /a\.json: no case/], ["{", /a\.json: not JSON/], ["null", /no case/],
    [file([one({ op: "toString" }, "reject")], "encodings"), /unknown operation/],
    [file([one({ op: "uuid", text: uuid(1) }, "accept"), one({ op: "uuid", text: uuid(1) }, "accept")]), /twice/],
  ]) {
    const { status, stderr } = run({ "a.json": content, "b.json": file([one({ op: "uuid", text: uuid(1) }, "accept")]) });
    assert.equal(status, 1, content);
    assert.match(stderr, message);
  }
  assert.equal(run({}).status, 1);
  assert.equal(run({ "a.txt": "" }).status, 1);
  assert.ok(bytes.equal(octets("a"), octets("a")));
});
