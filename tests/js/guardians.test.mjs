/** Adding a dependant and asking a second guardian: what leaves the device, and what a lying server gets. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { toHex } from "../../static/js/crypto/bytes.js";
import { b64uEncode } from "../../static/js/crypto/encoding.js";
import { handOver, makeSlot, openSlot, receivePublic, takeOver } from "../../static/js/crypto/guardian.js";
import { membersOf, STATEMENT } from "../../static/js/crypto/invitations.js";
import { MemberKeys } from "../../static/js/crypto/keys.js";
import { payloadOfUnverified } from "../../static/js/crypto/statements.js";
import { noteCompared } from "../../static/js/endpoint/compared.js";
import { EndpointError, Impostor, Integrity } from "../../static/js/endpoint/errors.js";
import { accept, add, find, invite, inviter, letFind } from "../../static/js/endpoint/guardians.js";
import { Found, pin, pins } from "../../static/js/endpoint/people.js";
import { registration } from "../../static/js/endpoint/registration.js";
import { payload, sign } from "../../static/js/endpoint/statement.js";
import { DEPLOYMENT, MadeUpServer, problem } from "./account_server.mjs";

const [ANNA, BEN, EVE, TIM] = ["a", "b", "e", "7"].map((letter) => `00000000-0000-4000-8000-00000000000${letter}`);
const [annaSeed, benSeed, eveSeed, timSeed] = [1, 2, 3, 4].map((fill) => new Uint8Array(32).fill(fill));
const [ANNA_LOGIN, BEN_LOGIN] = ["anna@example.org", "ben@example.org"];
const wrong = (error) => error instanceof Integrity;
const first = (error) => error instanceof EndpointError && error.code === "compare-first";

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
/** What Ben is shown of an invitation by Anna. */
const asking = (handed) => ({
  id: EVE, dependant: TIM, name: "Tim", by: "Anna", by_login: ANNA_LOGIN, by_member: ANNA, by_registrations: registered(ANNA, annaSeed),
  registrations: registered(TIM, timSeed), ...handed,
});
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
  await assert.rejects(invite(anna, TIM, found), first);
  assert.equal(server.sent.some(({ call }) => call.includes("slot")), false);
  await noteCompared(anna, found.person, "words", BEN_LOGIN);
  await invite(anna, TIM, found);
  const [{ guardian, ...handed }] = server.bodies(`POST /dependants/${TIM}/guardians`);
  assert.equal(guardian, BEN);
  assert.deepEqual(await takeOver(benSeed, { deployment: DEPLOYMENT, dependant: TIM, guardian: BEN }, handed), timSeed);
  const asked = asking(handed);
  await assert.rejects(accept(other, asked), first);
  assert.deepEqual(server.bodies(`POST /guardianships/${EVE}/accept`), []);
  const { person, name } = await inviter(other, asked);
  assert.equal(name, "Anna");
  await noteCompared(other, person, "words", ANNA_LOGIN);
  await accept(other, asked);
  assert.equal((await pins(other))[ANNA].login, ANNA_LOGIN);
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

test("a slot that is not the dependant's is never handed on", async () => {
  const anna = sessionOf(ANNA, annaSeed);
  new MadeUpServer({ "POST /guardian-keys": ben() });
  const found = await find(anna, BEN_LOGIN);
  await noteCompared(anna, found.person, "words", BEN_LOGIN);
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
});

/** What a guardian signs of a sealed seed, the keys being those of `seed`. */
function signed(handed, { by = ANNA, bySeed = annaSeed, seed = timSeed, dependant = TIM, guardian = BEN, deployment = DEPLOYMENT } = {}) {
  const { verification, receivePublic } = MemberKeys.fromSeed(seed);
  const said = membersOf({ dependant, verification, receive: receivePublic.encode(), guardian, enc: handed.enc, ciphertext: handed.ciphertext });
  return sign(MemberKeys.fromSeed(bySeed), STATEMENT, payload(deployment, by, said));
}

/** Ben, who compared with Anna, and a right invitation by her. */
async function beingAsked() {
  const session = sessionOf(BEN, benSeed);
  const handed = await handOver(timSeed, { deployment: DEPLOYMENT, dependant: TIM, guardian: BEN }, receivePublic(benSeed));
  const right = asking({ ...handed, statement: signed(handed) });
  await noteCompared(session, (await inviter(session, right)).person, "words", ANNA_LOGIN);
  return { session, right };
}

test("a portal that asks in a guardian's name with a seed of its own gets the red stop, and no slot", async () => {
  const { session, right } = await beingAsked();
  const KIM = TIM.replace(/7$/, "8");
  const own = async (dependant, more = {}) => {
    const handed = await handOver(eveSeed, { deployment: DEPLOYMENT, dependant, guardian: BEN }, receivePublic(benSeed));
    return { ...right, dependant, registrations: registered(dependant, eveSeed), ...handed, statement: signed(handed, { bySeed: eveSeed, seed: eveSeed, dependant }), ...more };
  };
  const again = await handOver(timSeed, { deployment: DEPLOYMENT, dependant: TIM, guardian: BEN }, receivePublic(benSeed));
  const bad = [
    await own(KIM), await own(TIM), await own(KIM, { statement: right.statement }), await own(TIM, { statement: right.statement }),
    await own(KIM, { statement: "a.b.c" }), await own(KIM, { by_registrations: registered(ANNA, eveSeed) }),
    // Its own keys under another id, and the name of whoever was compared.
    await own(KIM, { by_member: EVE, by_registrations: registered(EVE, eveSeed), by_login: ANNA_LOGIN }),
    // The right seed, sealed once more by somebody else; another chain; somebody else's invitation.
    { ...right, ...again }, { ...right, registrations: registered(TIM, eveSeed) }, { ...right, dependant: KIM },
    { ...right, statement: signed(right, { guardian: EVE }) }, { ...right, statement: signed(right, { dependant: KIM }) },
    { ...right, statement: signed(right, { seed: eveSeed }) }, { ...right, statement: signed(right, { deployment: "other.example" }) },
    { ...right, statement: signed(right, { bySeed: benSeed }) }, { ...right, by_registrations: [] },
  ];
  for (const [index, lie] of bad.entries()) {
    const server = new MadeUpServer({ [`POST /guardianships/${EVE}/accept`]: { id: EVE } });
    // An address that nobody pinned yet is no proof of anything: the keys are compared, then.
    await assert.rejects(accept(session, lie), (error) => wrong(error) || (lie.by_member === EVE && first(error)), `lie ${index}`);
    assert.equal(server.sent.length, 0);
  }
  const server = new MadeUpServer({ [`POST /guardianships/${EVE}/accept`]: { id: EVE } });
  await accept(session, right);
  assert.equal(server.bodies(`POST /guardianships/${EVE}/accept`).length, 1, "nothing is lost by it");
});

test("what was sealed wrongly does not open, whoever signed it", async () => {
  const { session, right } = await beingAsked();
  const handing = { deployment: DEPLOYMENT, dependant: TIM, guardian: BEN };
  const strange = [
    await handOver(eveSeed, handing, receivePublic(benSeed)), await handOver(timSeed, handing, receivePublic(eveSeed)),
    await handOver(timSeed, { ...handing, guardian: EVE }, receivePublic(benSeed)),
  ];
  for (const handed of strange) {
    const server = new MadeUpServer({});
    await assert.rejects(accept(session, { ...right, ...handed, statement: signed(handed) }), wrong);
    assert.equal(server.sent.length, 0);
  }
});

test("whoever was compared under another name does not ask in this one", async () => {
  const { session, right } = await beingAsked();
  const handed = await handOver(eveSeed, { deployment: DEPLOYMENT, dependant: TIM, guardian: BEN }, receivePublic(benSeed));
  const eves = {
    ...right, by_member: EVE, by_registrations: registered(EVE, eveSeed), registrations: registered(TIM, eveSeed), ...handed,
    statement: signed(handed, { by: EVE, bySeed: eveSeed, seed: eveSeed }),
  };
  await noteCompared(session, (await inviter(session, eves)).person, "words", "eve@example.org");
  new MadeUpServer({});
  await assert.rejects(accept(session, eves), (error) => error instanceof Impostor && error.member === EVE);
});

test("an invitation that nobody signed asks for a new one, and one that is pinned is called as it was", async () => {
  const { session, right } = await beingAsked();
  const server = new MadeUpServer({});
  await assert.rejects(accept(session, { ...right, statement: null }), (error) => error instanceof EndpointError && error.code === "invitation-unsigned");
  assert.equal(server.sent.length, 0);
  const { person } = await inviter(session, right);
  await pin(session, new Found(person, { name: "Anna Newman", role: "owner", state: "authorised", checked: "" }), ANNA_LOGIN);
  assert.equal((await inviter(session, right)).name, "Anna Newman");
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
