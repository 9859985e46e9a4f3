import assert from "node:assert/strict";
import { test } from "node:test";

import { utf8, utf8Text } from "../../static/js/crypto/bytes.js";
import { wrapKey } from "../../static/js/crypto/aes.js";
import { b64uEncode } from "../../static/js/crypto/encoding.js";
import { encapsulatePartition, encryptRecord } from "../../static/js/crypto/envelope.js";
import { G2_GENERATOR, pair } from "../../static/js/crypto/groups.js";
import { MemberKeys } from "../../static/js/crypto/keys.js";
import { payloadOfUnverified } from "../../static/js/crypto/statements.js";
import { openAsOwner, PartRefused } from "../../static/js/endpoint/cipher.js";
import { Integrity } from "../../static/js/endpoint/errors.js";
import { givenTo } from "../../static/js/endpoint/given.js";
import { Manifests } from "../../static/js/endpoint/manifests.js";
import { registration } from "../../static/js/endpoint/registration.js";
import { payload, sign } from "../../static/js/endpoint/statement.js";

const PLAIN = "<m>glucose 5.1</m>";
const [DEPLOYMENT, OWNER, LAB, RECORD] = ["test.example", ...Array.from({ length: 3 }, () => crypto.randomUUID())];
const fresh = () => new MemberKeys(crypto.getRandomValues(new Uint8Array(32)));
const [hers, his] = [fresh(), fresh()];
const place = { deployment: DEPLOYMENT, owner: OWNER, record: RECORD, version: 1 };
const own = hers.partition("medical", 1);
const made = encapsulatePartition(place, "medical", 1, own.public);
const sealed = await encryptRecord(place, [{ encapsulation: made, plaintext: utf8(PLAIN) }], { author: LAB, authorKeys: his.signingKey, iat: 1, previous: null });
const manifest = payloadOfUnverified(sealed.manifest);
const wraps = new Map([["medical", own.wrap]]);
const context = { deployment: DEPLOYMENT, owner: OWNER, record: RECORD, version: 1, partition: "medical", epoch: 1 };
const point = pair(made.R, G2_GENERATOR).encode();
const secret = own.secret.encode();
const opened = async (given) => utf8Text((await openAsOwner({ document: sealed.document, manifest, wraps, given: new Map([["medical", given]]) })).get("medical").plaintext);

const session = { me: { id: OWNER }, keys: hers, ownKeysOf: () => new Map([[OWNER, hers.verification]]), deployment: { id: DEPLOYMENT, n: 1 } };
const opening = { owner: OWNER, record: RECORD, version: 1, manifest: b64uEncode(sealed.digest), allowed: ["medical"], points: new Map([["medical", new Map([[1, point]])]]), stored: { accept: null } };
const about = { record: RECORD, version: 1, author: LAB, manifest: opening.manifest };
const accepted = async (changed = {}, keys = hers) => {
  const wrapped = { medical: b64uEncode(await wrapKey(own.wrap, made.k)) };
  return sign(keys, "sesphr-accept", payload(DEPLOYMENT, OWNER, { ...about, wrapped, ...changed }));
};
const withAccept = (accept) => givenTo(session, { ...opening, stored: { accept } }, manifest);

test("an owner opens what somebody else wrote by a key node's e(R, g2), and by any one of them", async () => {
  const strange = pair(made.R.multiply(own.secret), G2_GENERATOR).encode();
  for (const points of [[point], [strange, point], [new Uint8Array(576), point, strange]]) {
    assert.equal(await opened({ secret, points, context }), PLAIN);
  }
  for (const points of [[], [strange], [new Uint8Array(576)]]) {
    await assert.rejects(opened({ secret, points, context }), PartRefused);
  }
});

test("another's secret, or another place, opens nothing", async () => {
  const other = fresh().partition("medical", 1).secret.encode();
  await assert.rejects(opened({ secret: other, points: [point], context }), PartRefused);
  await assert.rejects(opened({ secret, points: [point], context: { ...context, version: 2 } }), PartRefused);
});

test("by the key that her accept wraps, and by no other", async () => {
  assert.equal(await opened({ wrapped: await wrapKey(own.wrap, made.k) }), PLAIN);
  await assert.rejects(opened({ wrapped: await wrapKey(own.wrap, new Uint8Array(32)) }), PartRefused);
  await assert.rejects(opened({ wrapped: new Uint8Array(40) }), PartRefused);
});

test("a document that carries a wrapped key of its author's is not believed", async () => {
  await assert.rejects(openAsOwner({ document: sealed.document, manifest, wraps }), PartRefused);
});

test("her accept is hers, and of this very record", async () => {
  assert.equal(await opened(withAccept(await accepted()).get("medical")), PLAIN);
  const wrong = [
    await accepted({ record: crypto.randomUUID() }), await accepted({ version: 2 }), await accepted({ author: OWNER }),
    await accepted({ manifest: b64uEncode(new Uint8Array(32)) }), await accepted({ wrapped: { personal: b64uEncode(new Uint8Array(40)) } }),
    await accepted({}, his), "a.b.c",
  ];
  for (const accept of wrong) assert.throws(() => withAccept(accept), Integrity);
});

test("without an accept the key nodes' answers are used; of one's own record neither", async () => {
  assert.equal(await opened(givenTo(session, opening, manifest).get("medical")), PLAIN);
  assert.equal(givenTo(session, opening, { ...manifest, iss: OWNER }), undefined);
});

/** The directory, which is all that is asked here. */
const keysOf = new Map([[OWNER, hers], [LAB, his]]);
globalThis.fetch = async (path) => {
  const member = String(path).split("/").at(-1);
  const { jws } = registration(keysOf.get(member), { deployment: DEPLOYMENT, member, partitions: [] });
  return Response.json({ member, name: "Somebody", role: "physician", state: "authorised", registrations: [jws], checked: "", joined: 0 });
};
const memory = { get: async () => undefined, update: async () => {} };
const check = (me, accept, options) => new Manifests({ ...session, memory, me: { id: me }, keys: me === OWNER ? hers : fresh() }, OWNER, options)
  .check({ ...opening, stored: { manifest: sealed.manifest, accept } });
const refused = (error) => error instanceof Integrity && error.what === "accept";

test("what somebody else wrote counts with its owner's accept alone, for her and for readers", async () => {
  const [accept, reader] = [await accepted(), crypto.randomUUID()];
  for (const me of [OWNER, reader]) {
    const found = await check(me, accept);
    assert.deepEqual([found.payload.iss, found.accepted], [LAB, payloadOfUnverified(accept).iat]);
    await assert.rejects(check(me, null), refused);
    await assert.rejects(check(me, await accepted({}, his)), Integrity);
    await assert.rejects(check(me, await accepted({ manifest: b64uEncode(new Uint8Array(32)) })), refused);
  }
});

test("only its owner, who knows that she has not answered, reads it without", async () => {
  const found = await check(OWNER, null, { proposed: true });
  assert.deepEqual([found.payload.iss, found.accepted], [LAB, null]);
  await assert.rejects(check(crypto.randomUUID(), null, { proposed: true }), refused);
});

test("a manifest that its author did not sign is nobody's", async () => {
  const forged = sign(fresh(), "sesphr-manifest", sealed.payload);
  const manifests = new Manifests({ ...session, memory }, OWNER, { proposed: true });
  await assert.rejects(manifests.check({ ...opening, stored: { manifest: forged, accept: null } }), Integrity);
});
