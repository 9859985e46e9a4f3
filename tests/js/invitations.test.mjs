/** A guardian's signed invitation: the fixed octets that Python has, too, and every other one refused. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { fromHex, toHex } from "../../static/js/crypto/bytes.js";
import { b64uEncode, canonicalJson } from "../../static/js/crypto/encoding.js";
import { CryptoError, DecodingError, StatementError } from "../../static/js/crypto/errors.js";
import { takeOver } from "../../static/js/crypto/guardian.js";
import { check, membersOf, STATEMENT } from "../../static/js/crypto/invitations.js";
import { MemberKeys } from "../../static/js/crypto/keys.js";
import { sign } from "../../static/js/crypto/statements.js";

const FIXED = JSON.parse(readFileSync(new URL("../unit/crypto/guardian_invitation.json", import.meta.url), "utf8"));
const EVE = "00000000-0000-4000-8000-00000000000e";
const { deployment, inviter, statement, payload } = FIXED;
const keys = MemberKeys.fromSeed(fromHex(FIXED.inviter_seed));
const eve = MemberKeys.fromSeed(new Uint8Array(32).fill(3));
const invited = { ...FIXED.invited, verification: fromHex(FIXED.invited.verification), receive: fromHex(FIXED.invited.receive) };
const octets = new TextEncoder().encode(payload);
const checked = (jws, changes = {}, more = {}) =>
  check(jws, { deployment, directory: new Map([[inviter, keys.verification]]), invited: { ...invited, ...changes }, ...more });

test("what is signed is fixed for ever", () => {
  const said = JSON.parse(payload);
  assert.deepEqual(membersOf(invited), Object.fromEntries(Object.keys(membersOf(invited)).map((name) => [name, said[name]])));
  assert.equal(sign(keys, STATEMENT, octets), statement);
  assert.deepEqual({ ...checked(statement).payload }, said);
});

test("what was sealed opens to the seed of the keys that are named", async () => {
  const handing = { deployment, dependant: invited.dependant, guardian: invited.guardian };
  const seed = await takeOver(fromHex(FIXED.guardian_seed), handing, invited);
  assert.equal(toHex(seed), FIXED.dependant_seed);
  const named = MemberKeys.fromSeed(seed);
  assert.deepEqual([toHex(named.verification), toHex(named.receivePublic.encode())], [FIXED.invited.verification, FIXED.invited.receive]);
});

test("an invitation that differs in one thing is refused, with what differs", () => {
  const bad = [
    ["dependant", { dependant: EVE }], ["guardian", { guardian: EVE }], ["verification", { verification: new Uint8Array(32) }],
    ["key", { receive: new Uint8Array(96) }], ["sealed", { enc: b64uEncode(new Uint8Array(32)) }], ["sealed", { ciphertext: b64uEncode(new Uint8Array(48)) }],
  ];
  for (const [named, change] of bad) {
    assert.throws(() => checked(statement, change), (error) => error instanceof StatementError && error.message.endsWith(`another ${named}`), named);
  }
});

test("a statement of somebody else, another kind or another place is refused", () => {
  const said = JSON.parse(payload);
  const key = Object.fromEntries(["suite", "deployment", "iss", "iat", "key"].map((name) => [name, said[name]]));
  const bad = [
    [sign(eve, STATEMENT, octets)], [sign(keys, STATEMENT, canonicalJson({ ...said, iss: EVE }))], [`${statement.slice(0, -4)}AAAA`], [""], ["a.b.c"],
    [sign(keys, "sesphr-guardian-key", canonicalJson(key))], [statement, { deployment: "other.example" }],
    [statement, { directory: new Map() }], [statement, { directory: new Map([[inviter, eve.verification]]) }],
  ];
  for (const [jws, more] of bad) assert.throws(() => checked(jws, {}, more), CryptoError);
});

test("what cannot be an invitation is not signed", () => {
  const bad = [
    { verification: new Uint8Array(31) }, { receive: new Uint8Array(95) }, { dependant: "tim" }, { guardian: "" }, { enc: "" }, { ciphertext: "A".repeat(65) },
  ];
  for (const change of bad) {
    assert.throws(() => membersOf({ ...invited, ...change }), DecodingError);
    assert.throws(() => checked(statement, change), CryptoError);
  }
});
