/** A member changes keys: what others believe of it, what an own session believes, and what is dealt. */
import assert from "node:assert/strict";
import test from "node:test";

import { b64uEncode } from "../../static/js/crypto/encoding.js";
import { publicKey, sign as signOctets } from "../../static/js/crypto/ed25519.js";
import * as hpke from "../../static/js/crypto/hpke.js";
import { sha256 } from "../../static/js/crypto/kdf.js";
import { MemberKeys } from "../../static/js/crypto/keys.js";
import * as keychange from "../../static/js/crypto/keychange.js";
import { payloadOfUnverified, signer, verify } from "../../static/js/crypto/statements.js";
import { checkRegistrations } from "../../static/js/endpoint/chain.js";
import { compared, noteCompared } from "../../static/js/endpoint/compared.js";
import { deal } from "../../static/js/endpoint/dealing.js";
import { Impostor, Integrity } from "../../static/js/endpoint/errors.js";
import { isIdle, isOutdated, cellOf } from "../../static/js/endpoint/matrix.js";
import { requireOwn } from "../../static/js/endpoint/ownkeys.js";
import { checkPin, pin, pins } from "../../static/js/endpoint/people.js";
import { keyChange, registration } from "../../static/js/endpoint/registration.js";
import { memberOf } from "../../static/js/endpoint/requests.js";
import * as sharing from "../../static/js/endpoint/sharing.js";
import { payload, sign } from "../../static/js/endpoint/statement.js";
import { dealFirst } from "../../static/js/endpoint/takeover.js";

const DEPLOYMENT = "made-up.example";
const [TIM, EVE] = ["00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"];
const seedOf = (n) => new Uint8Array(32).fill(n);
const keysOf = (n, former = []) => MemberKeys.fromSeed(seedOf(n), former.map(([below, one]) => ({ below, seed: seedOf(one) })));
const [old, fresh, newest] = [keysOf(1), keysOf(2, [[2, 1]]), keysOf(3, [[2, 1], [3, 2]])];
const check = (...chain) => checkRegistrations(DEPLOYMENT, TIM, chain);
const refused = (error) => error instanceof Integrity && error.what === "registration";
const digestOf = (jws) => b64uEncode(sha256(Buffer.from(jws.split(".")[1], "base64url")));
const after = (jws, more) => ({ deployment: DEPLOYMENT, member: TIM, seq: payloadOfUnverified(jws).seq + 1, previous: digestOf(jws), ...more });

const first = registration(old, { deployment: DEPLOYMENT, member: TIM, partitions: ["personal", "medical"] }).jws;
const before = await check(first);
const change = (keys, by, person, acl = 4) => keyChange(keys, { old: by, deployment: DEPLOYMENT, person, acl });
const second = change(fresh, old, before);
const person = await check(first, second);
const third = change(newest, fresh, person, 7);

/** A change of the keys `old` as somebody signs it who leaves out checks. */
function forged(members, { keys = fresh, by = old } = {}) {
  const made = payloadOfUnverified(second);
  const possession = keychange.prove(keys.signingKey, { deployment: DEPLOYMENT, member: TIM, seq: members.seq ?? 2, old: by.verification });
  const octets = new TextEncoder().encode(JSON.stringify({ ...made, possession: b64uEncode(possession), ...members }));
  const text = `${second.split(".")[0]}.${b64uEncode(octets)}`;
  return `${text}.${b64uEncode(signOctets(by.signingKey, new TextEncoder().encode(text)))}`;
}

test("a chain with key changes ends in the newest keys, and knows the former ones", async () => {
  const later = registration(newest, after(third, { partitions: ["genome"] })).jws;
  const found = await check(first, second, third, later);
  assert.deepEqual(found.verification, newest.verification);
  assert.ok(found.receive.equals(newest.receivePublic));
  assert.deepEqual(found.former.map(({ verification, below, acl }) => [verification, below, acl]),
    [[old.verification, 2, 4], [fresh.verification, 3, 7]]);
  assert.deepEqual([found.epochs("medical"), found.epoch("medical"), found.epochs("genome")], [[1, 2, 3], 3, [3]]);
  assert.deepEqual([found.signer(first), found.signer(third), found.signer("x")], [old.verification, fresh.verification, newest.verification]);
  assert.ok(found.hadKey(before.key) && !found.hadKey(found.key));
  requireOwn(newest, found);
});

test("a change that misses a link, a partition, the epoch or the proof is refused", async () => {
  const { partitions } = payloadOfUnverified(second);
  const other = keysOf(5, [[2, 1]]);
  const high = payloadOfUnverified(change(keysOf(2, [[3, 1]]), old, before)).partitions;
  const chains = [
    [second], [second, first], [first, third], [first, second, second], [first, second, first],
    [first, forged({ partitions: { medical: partitions.medical } })], [first, forged({ partitions: {} })],
    [first, forged({ partitions: { ...partitions, genome: partitions.medical } })],
    [first, forged({ partitions: high })], [first, forged({ partitions: { ...partitions, medical: high.medical } })],
    [first, forged({ partitions: payloadOfUnverified(first).partitions })],
    [first, forged({}, { keys: other })], [first, forged({}, { by: fresh })], [first, forged({ possession: undefined })],
    [first, forged({ possession: undefined, acl: undefined })], [first, forged({ acl: undefined })],
    [first, forged({ receive: payloadOfUnverified(first).receive, receive_proof: payloadOfUnverified(first).receive_proof })],
    [first, forged({ iss: EVE })], [first, forged({ previous: digestOf(second) })],
    // The old key registers something after it was changed.
    [first, second, registration(old, after(second, { partitions: ["genome"] })).jws],
    // The new key registers an epoch that the old one has.
    [first, second, registration(keysOf(2), after(second, { partitions: ["genome"] })).jws],
  ];
  for (const [i, chain] of chains.entries()) await assert.rejects(check(...chain), refused, `chain ${i}`);
});

test("an own session takes the chain of its own seeds alone, all of them", async () => {
  const found = await check(first, second, third);
  requireOwn(newest, found);
  const bad = [keysOf(3), keysOf(3, [[3, 2]]), keysOf(3, [[2, 2], [3, 1]]), keysOf(3, [[3, 1], [2, 2]]), keysOf(4, [[2, 1], [3, 2]]), fresh,
    keysOf(3, [[2, 1], [4, 2]]), keysOf(3, [[2, 1], [3, 2], [4, 5]])];
  for (const keys of bad) assert.throws(() => requireOwn(keys, found), (error) => error.what === "own-keys");
  // The server shows the chain of before the change.
  assert.throws(() => requireOwn(newest, before), (error) => error.what === "own-keys");
});

/** A session that remembers. */
function remembering() {
  const kept = new Map();
  const get = async (name) => kept.get(name);
  const update = async (name, work) => { kept.set(name, await work(kept.get(name))); return kept.get(name); };
  return { memory: { get, update } };
}
const stopped = (error) => error instanceof Impostor && error.member === TIM;

test("who is pinned stays pinned over a proper change, and a shorter chain is a stop from then on", async () => {
  const session = remembering();
  await pin(session, before, "tim.x@dependant.invalid");
  assert.equal(await checkPin(session, person, "tim@example.org"), true);
  const { [TIM]: { login, verification } } = await pins(session);
  assert.deepEqual([login, verification], ["tim@example.org", b64uEncode(fresh.verification)]);
  assert.equal(await checkPin(session, await check(first, second, third)), true);
  for (const one of [before, person]) await assert.rejects(checkPin(session, one), stopped);
  // Named again, the login is remembered again.
  await pin(session, await check(first, second, third), "tim@example.org");
  await assert.rejects(checkPin(session, await check(first, second, third), "eve@example.org"), stopped);
});

test("keys of another chain are a stop, be they pinned or compared", async () => {
  const strange = registration(keysOf(6), { deployment: DEPLOYMENT, member: TIM, partitions: [] }).jws;
  const other = await check(strange);
  const moved = await check(strange, change(keysOf(2, [[2, 6]]), keysOf(6), other));
  const session = remembering();
  await pin(session, before);
  await noteCompared(session, before, "words");
  for (const one of [other, moved]) {
    await assert.rejects(checkPin(session, one), stopped);
    await assert.rejects(compared(session, one), stopped);
    await assert.rejects(noteCompared(session, one, "words"), stopped);
  }
});

test("a fingerprint that was compared is not the new keys'", async () => {
  const session = remembering();
  await noteCompared(session, before, "words");
  assert.equal(await compared(session, person), null);
  assert.equal((await noteCompared(session, person, "code")).how, "code");
  assert.equal((await compared(session, person)).key, person.key);
  await assert.rejects(compared(session, before), stopped);
});

test("whoever has another login since the keys changed is asked under it; without a change it is a stop", async () => {
  const server = (registrations) => async (path) => Response.json(String(path).endsWith("parameters")
    ? { member: TIM } : { member: TIM, name: "Tim", role: "owner", state: "authorised", registrations, checked: "", joined: 0 });
  for (const [chain, taken] of [[[first], false], [[first, second], true]]) {
    const session = { ...remembering(), deployment: { id: DEPLOYMENT } };
    await pin(session, before, "tim.x@dependant.invalid");
    globalThis.fetch = server(chain);
    if (taken) assert.equal(await memberOf(session, "tim@example.org"), TIM);
    else await assert.rejects(memberOf(session, "tim@example.org"), stopped);
  }
});

const list = (keys, seq) => sign(keys, "sesphr-acl", payload(DEPLOYMENT, TIM, {
  seq, previous: seq === 1 ? null : b64uEncode(seedOf(seq)), default_partitions: [], rules: [],
}));
const owning = (keys, found) => ({
  me: { id: TIM }, deployment: { id: DEPLOYMENT }, keys, registered: async () => found,
  ownKeysOf: (jws) => new Map([[TIM, signer(jws, keys.verifications)]]),
});

test("a former key signed no list after the last of its time", async () => {
  const session = owning(newest, await check(first, second, third));
  const found = await sharing.verifyLists(session, [list(old, 1), list(old, 4), list(fresh, 5), list(fresh, 7), list(newest, 8)]);
  assert.deepEqual(found.map(({ former }) => former), [true, true, true, true, false]);
  for (const bad of [list(old, 5), list(old, 8), list(fresh, 8), list(keysOf(5), 1)]) {
    await assert.rejects(sharing.verifyLists(session, [list(newest, 9), bad]), (error) => error instanceof Integrity && error.what === "acl");
  }
});

const ruleFor = (key, partitions = ["medical"]) => ({
  id: crypto.randomUUID(), who: { member: TIM, key }, partitions, actions: ["read"], purposes: [], valid_from: 0, valid_until: null,
  history: false, deny: false, emergency: null,
});

test("to keys that a reader changed since nothing is dealt, to the new ones every epoch, to others never", async () => {
  const node = { index: 1, id: "", verification: new Uint8Array(32), hpke: (await hpke.generateKey()).public };
  const session = { ...remembering(), keys: newest, me: { id: EVE }, deployment: { id: DEPLOYMENT, n: 1, t: 1, nodes: [node] } };
  globalThis.fetch = async () => Response.json({
    member: TIM, name: "Tim", role: "relative", state: "authorised", registrations: [first, second], checked: "", joined: 0,
  });
  const pairs = [1, 2, 3].map((epoch) => ({ member: TIM, partition: "medical", epoch }));
  const dealt = async (...rules) => {
    const jws = await deal(session, new TextEncoder().encode("{}"), rules, { pairs, shares: [] });
    const directory = new Map([[EVE, newest.verification]]);
    return jws && verify(jws, { typ: "sesphr-deal", deployment: DEPLOYMENT, directory }).payload.deals.map(({ key, epoch }) => [key, epoch]);
  };
  assert.equal(await dealt(ruleFor(before.key)), null);
  const all = [1, 2, 3].map((epoch) => [person.key, epoch]);
  assert.deepEqual(await dealt(ruleFor(person.key)), all);
  assert.deepEqual(await dealt(ruleFor(before.key), ruleFor(person.key)), all);
  const strange = b64uEncode(seedOf(9));
  await assert.rejects(dealt(ruleFor(strange)), stopped);
  await assert.rejects(dealt(ruleFor(person.key), ruleFor(strange)), stopped);
});

test("a cell of former keys says so, and sharing on the same terms is no idle change", () => {
  const now = 100;
  const cell = cellOf([ruleFor(before.key)], TIM, "medical", now);
  assert.deepEqual([isOutdated(cell, person), isOutdated(cell, before), isOutdated(cell, null)], [true, false, false]);
  const again = { member: TIM, key: person.key, partition: "medical", take: false, until: null, history: false };
  assert.deepEqual([isIdle(cell, again), isIdle(cell, { ...again, key: before.key })], [false, true]);
  assert.equal(isOutdated(cellOf([ruleFor(before.key), ruleFor(person.key)], TIM, "medical", now), person), false);
  assert.equal(isOutdated(cellOf([], TIM, "medical", now), person), false);
});

/** A session of an owner with one node, whose server takes every list; `sent` are those it took. */
function withNode(found, head) {
  const NODE = "00000000-0000-4000-8000-000000000900";
  const nodeSeed = seedOf(8);
  const nodes = [{ index: 1, id: NODE, verification: publicKey(nodeSeed), hpke: publicKeyOfHpke }];
  const remembered = remembering();
  const memory = { ...remembered.memory, locked: (_, work) => work(), set: async () => {}, remove: async () => {} };
  const session = { ...owning(fresh, found), memory, ownKeys: new Map([[TIM, fresh.verification]]),
    deployment: { id: DEPLOYMENT, n: 1, t: 1, nodes, nodeKeys: new Map([[NODE, publicKey(nodeSeed)]]) } };
  const sent = [];
  const receipt = (jws) => sign(nodeSeed, "sesphr-receipt", payload(DEPLOYMENT, NODE, {
    owner: TIM, kind: "acl", object: digestOf(jws), seq: payloadOfUnverified(jws).seq, effective: true,
  }));
  globalThis.fetch = async (path, { method, body }) => {
    if (method === "GET") return Response.json(head);
    const { acl, deal: dealt } = JSON.parse(body);
    sent.push({ list: payloadOfUnverified(acl), by: signer(acl, fresh.verifications), deal: dealt && payloadOfUnverified(dealt) });
    return Response.json({ seq: payloadOfUnverified(acl).seq, receipts: [receipt(acl)], effective: true });
  };
  return { session, sent };
}
const publicKeyOfHpke = (await hpke.generateKey()).public;

test("the list that the old key signed is signed anew, and the new epoch is dealt to roles that it names", async () => {
  const role = { ...ruleFor("", ["medical"]), who: { role: "physician", issuer: b64uEncode(seedOf(7)) } };
  const listed = (keys, seq, rules) => sign(keys, "sesphr-acl", payload(DEPLOYMENT, TIM, {
    seq, previous: seq === 1 ? null : b64uEncode(seedOf(5)), default_partitions: [], rules,
  }));
  const held = { delegations: [], standing: [{ partition: "medical", epoch: 1 }] };
  const { session, sent } = withNode(person, { acl: listed(old, 4, [role]), ...held });
  await dealFirst(session, 4);
  assert.equal(sent.length, 1);
  const [{ list: next, by, deal: dealt }] = sent;
  assert.deepEqual([next.seq, JSON.parse(JSON.stringify(next.rules)), by], [5, [role], fresh.verification]);
  assert.deepEqual(dealt.standing.map(({ partition, epoch }) => [partition, epoch]), [["medical", 2]]);
  const bare = withNode(person, { acl: listed(old, 4, []), delegations: [], standing: [] });
  assert.equal((await sharing.change(bare.session, (rules) => rules)).changed, true);
  assert.deepEqual([bare.sent[0].list.seq, bare.sent[0].deal], [5, null]);
  const again = withNode(person, { acl: listed(fresh, 5, []), delegations: [], standing: [] });
  assert.equal((await sharing.change(again.session, (rules) => rules)).changed, false);
});
