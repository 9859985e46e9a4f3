/** Adding a dependant and asking a second guardian: what leaves the device, and what a lying server gets. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { toHex } from "../../static/js/crypto/bytes.js";
import { b64uEncode } from "../../static/js/crypto/encoding.js";
import { handOver, makeSlot, openSlot, receivePublic, takeOver } from "../../static/js/crypto/guardian.js";
import { MemberKeys } from "../../static/js/crypto/keys.js";
import { payloadOfUnverified } from "../../static/js/crypto/statements.js";
import { noteCompared } from "../../static/js/endpoint/compared.js";
import { EndpointError, Integrity } from "../../static/js/endpoint/errors.js";
import { accept, add, find, invite, letFind } from "../../static/js/endpoint/guardians.js";
import { registration } from "../../static/js/endpoint/registration.js";
import { payload, sign } from "../../static/js/endpoint/statement.js";
import { DEPLOYMENT, MadeUpServer, problem } from "./account_server.mjs";

const [ANNA, BEN, EVE, TIM] = ["a", "b", "e", "7"].map((letter) => `00000000-0000-4000-8000-00000000000${letter}`);
const [annaSeed, benSeed, eveSeed, timSeed] = [1, 2, 3, 4].map((fill) => new Uint8Array(32).fill(fill));
const BEN_LOGIN = "ben@example.org";
const wrong = (error) => error instanceof Integrity;

function sessionOf(member, seed) {
  const kept = new Map();
  const memory = {
    get: async (name) => kept.get(name),
    set: async (name, value) => void kept.set(name, structuredClone(value)),
    remove: async (name) => void kept.delete(name),
    locked: (_, work) => work(),
    update: async (name, change) => kept.set(name, await change(kept.get(name))).get(name),
  };
  const keys = MemberKeys.fromSeed(seed);
  return { me: { id: member }, deployment: { id: DEPLOYMENT }, seed, keys, memory, ownKeys: new Map([[member, keys.verification]]) };
}

const registered = (member, seed) => [registration(MemberKeys.fromSeed(seed), { deployment: DEPLOYMENT, member, partitions: ["medical"] }).jws];
const keyOf = (member, seed, key = receivePublic(seed)) =>
  sign(MemberKeys.fromSeed(seed), "sesphr-guardian-key", payload(DEPLOYMENT, member, { key: b64uEncode(key) }));
const ben = (more = {}) => ({ member: BEN, name: "Ben", role: "relative", registrations: registered(BEN, benSeed), statement: keyOf(BEN, benSeed), ...more });
const slotOf = (guardianSeed, seed = timSeed, dependant = TIM) => makeSlot(seed, { deployment: DEPLOYMENT, dependant, generation: 1, guardianSeed });

/** Forms in which a seed might travel. */
function hides(seed, text) {
  return ![b64uEncode(seed), toHex(seed), JSON.stringify([...seed]), JSON.stringify(seed)].some((form) => text.includes(form));
}

test("a dependant's seed leaves sealed for the guardian, and the same name sends the same octets", async () => {
  const session = sessionOf(ANNA, annaSeed);
  let lost = true;
  const server = new MadeUpServer({
    "POST /sign-in/parameters": { member: TIM },
    "POST /dependants": ({ slot }) => {
      if (!lost) return new Response(JSON.stringify({ member: slot.member, state: "pending" }));
      lost = false;
      return problem(422, "invalid");
    },
  });
  await assert.rejects(add(session, " Tim O\u2019Néill "));
  assert.deepEqual(await add(session, "Tim O\u2019Néill"), { member: TIM, state: "pending" });
  const [first, again] = server.bodies("POST /dependants");
  assert.deepEqual(first, again);
  assert.match(first.login, /^tim-o-ne-?ill\.[a-z2-7]{10}@dependant\.invalid$/);
  const seed = await openSlot(first.slot, { deployment: DEPLOYMENT, dependant: TIM, guardianSeed: annaSeed });
  const { verification, iss } = payloadOfUnverified(first.registration);
  assert.deepEqual([iss, verification], [TIM, b64uEncode(MemberKeys.fromSeed(seed).verification)]);
  assert.ok(hides(seed, JSON.stringify(server.sent)));
  assert.equal(await session.memory.get("dependant-sending"), undefined);
  await add(session, "Tim O\u2019Néill");
  assert.notEqual(server.bodies("POST /dependants")[2].login, first.login, "another child of that name is another one");
});

test("a server that registers somebody else is a stop", async () => {
  new MadeUpServer({ "POST /sign-in/parameters": { member: TIM }, "POST /dependants": { member: EVE, state: "pending" } });
  await assert.rejects(add(sessionOf(ANNA, annaSeed), "Tim"), wrong);
});

test("a second guardian is compared, then sealed to, and makes a slot of their own", async () => {
  const [anna, other] = [sessionOf(ANNA, annaSeed), sessionOf(BEN, benSeed)];
  const server = new MadeUpServer({
    "POST /guardian-keys": ben(), [`GET /dependants/${TIM}/slot`]: { slot: await slotOf(annaSeed), registrations: registered(TIM, timSeed) },
    [`POST /dependants/${TIM}/guardians`]: { id: EVE }, [`POST /guardianships/${EVE}/accept`]: { id: EVE },
  });
  const found = await find(anna, BEN_LOGIN);
  await assert.rejects(invite(anna, TIM, found), (error) => error instanceof EndpointError && error.code === "compare-first");
  assert.equal(server.sent.some(({ call }) => call.includes("slot")), false);
  await noteCompared(anna, found.person, "words");
  await invite(anna, TIM, found);
  const [{ guardian, ...handed }] = server.bodies(`POST /dependants/${TIM}/guardians`);
  assert.equal(guardian, BEN);
  assert.deepEqual(await takeOver(benSeed, { deployment: DEPLOYMENT, dependant: TIM, guardian: BEN }, handed), timSeed);
  await accept(other, { id: EVE, dependant: TIM, registrations: registered(TIM, timSeed), ...handed });
  const [{ slot }] = server.bodies(`POST /guardianships/${EVE}/accept`);
  assert.deepEqual(await openSlot(slot, { deployment: DEPLOYMENT, dependant: TIM, guardianSeed: benSeed }), timSeed);
  assert.ok(hides(timSeed, JSON.stringify(server.sent)));
});

test("keys that a server puts in another's place are a stop before anything is sealed", async () => {
  const anna = sessionOf(ANNA, annaSeed);
  const bad = [
    ben({ statement: keyOf(EVE, eveSeed) }), ben({ statement: keyOf(BEN, eveSeed) }), ben({ registrations: [] }),
    ben({ registrations: registered(EVE, eveSeed) }), ben({ statement: `${keyOf(BEN, benSeed).slice(0, -4)}AAAA` }),
  ];
  for (const answer of bad) {
    new MadeUpServer({ "POST /guardian-keys": answer });
    await assert.rejects(find(anna, BEN_LOGIN), wrong);
  }
});

test("a slot that is not the dependant's is never handed on, and one that was handed is checked", async () => {
  const [anna, other] = [sessionOf(ANNA, annaSeed), sessionOf(BEN, benSeed)];
  new MadeUpServer({ "POST /guardian-keys": ben() });
  const found = await find(anna, BEN_LOGIN);
  await noteCompared(anna, found.person, "words");
  const bad = [
    { slot: await slotOf(eveSeed), registrations: registered(TIM, timSeed) },
    { slot: await slotOf(annaSeed, eveSeed), registrations: registered(TIM, timSeed) },
    { slot: await slotOf(annaSeed, timSeed, EVE), registrations: registered(TIM, timSeed) },
    { slot: await slotOf(annaSeed), registrations: registered(TIM, eveSeed) },
  ];
  for (const answer of bad) {
    const server = new MadeUpServer({ [`GET /dependants/${TIM}/slot`]: answer });
    await assert.rejects(invite(anna, TIM, found), wrong);
    assert.equal(server.sent.length, 1);
  }
  const handing = { deployment: DEPLOYMENT, dependant: TIM, guardian: BEN };
  const strange = [
    await handOver(eveSeed, handing, receivePublic(benSeed)), await handOver(timSeed, handing, receivePublic(eveSeed)),
    await handOver(timSeed, { ...handing, guardian: EVE }, receivePublic(benSeed)),
  ];
  for (const handed of strange) {
    const server = new MadeUpServer({});
    await assert.rejects(accept(other, { id: EVE, dependant: TIM, registrations: registered(TIM, timSeed), ...handed }), wrong);
    assert.equal(server.sent.length, 0);
  }
});

test("what lets one be found is signed and tells the public key alone", async () => {
  const server = new MadeUpServer({ "PUT /guardian-key": { ready: true }, "DELETE /guardian-key": { ready: false } });
  const session = sessionOf(BEN, benSeed);
  await letFind(session, true);
  await letFind(session, false);
  const [{ statement }] = server.bodies("PUT /guardian-key");
  assert.equal(payloadOfUnverified(statement).key, b64uEncode(receivePublic(benSeed)));
  assert.ok(hides(benSeed, JSON.stringify(server.sent)));
});
