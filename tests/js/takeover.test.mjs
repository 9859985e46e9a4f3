/** An account is handed over and taken over against a made-up server: what leaves, what is refused, what the keys are then. */
import assert from "node:assert/strict";
import test from "node:test";

import { toHex } from "../../static/js/crypto/bytes.js";
import { b64uEncode } from "../../static/js/crypto/encoding.js";
import { makeSlot } from "../../static/js/crypto/guardian.js";
import { findOf, freshCode, makeFormer, makeOffer, openFormer, openOffer } from "../../static/js/crypto/handover.js";
import { MemberKeys } from "../../static/js/crypto/keys.js";
import { freshRecoveryCode, openSlot } from "../../static/js/crypto/slots.js";
import { signer } from "../../static/js/crypto/statements.js";
import { checkRegistrations } from "../../static/js/endpoint/chain.js";
import { Conflict, Integrity, Invalid } from "../../static/js/endpoint/errors.js";
import { offer, withdraw } from "../../static/js/endpoint/guardians.js";
import { requireOwn } from "../../static/js/endpoint/ownkeys.js";
import { keyChange, registration } from "../../static/js/endpoint/registration.js";
import { payload, sign } from "../../static/js/endpoint/statement.js";
import { dealFirst, findOffer } from "../../static/js/endpoint/takeover.js";
import { DEPLOYMENT, holdStorage, MadeUpServer, problem } from "./account_server.mjs";

const [TIM, ANNA, H2, EVE] = [10, 1, 12, 13].map((n) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`);
const [timSeed, annaSeed, eveSeed, oldSeed] = [1, 2, 3, 4].map((n) => new Uint8Array(32).fill(n));
holdStorage();
const LOGIN = "tim@example.org";
const SALT = b64uEncode(new Uint8Array(16).fill(3));
const PARAMETERS = { member: H2, password: { salt: SALT, params: { m: 65536, t: 3, p: 1 } }, recovery: { salt: SALT } };
const wrong = (error) => error instanceof Integrity;
const registered = (seed, member = TIM) => [registration(MemberKeys.fromSeed(seed), { deployment: DEPLOYMENT, member, partitions: ["medical", "personal"] }).jws];
const code = freshCode();
const offered = { deployment: DEPLOYMENT, dependant: TIM, code };
const found = async (more = {}) => ({
  member: TIM, login: "tim.x@dependant.invalid", name: "Tim Newman", by: "Anna Newman", slot: await makeOffer(timSeed, offered),
  registrations: registered(timSeed), begun: false, seq: 4, former: [], ...more,
});
const hides = (seed, text) => ![b64uEncode(seed), toHex(seed), JSON.stringify([...seed])].some((form) => text.includes(form));

test("a guardian offers the dependant's seed under a code that never leaves", async () => {
  const session = { me: { id: ANNA }, deployment: { id: DEPLOYMENT }, seed: annaSeed };
  const slot = await makeSlot(timSeed, { deployment: DEPLOYMENT, dependant: TIM, generation: 1, guardianSeed: annaSeed });
  const answers = { [`GET /dependants/${TIM}/slot`]: { slot, registrations: registered(timSeed) }, [`POST /dependants/${TIM}/hand-over`]: { expires: 99 } };
  const server = new MadeUpServer(answers);
  const made = await offer(session, TIM);
  assert.equal(made.expires, 99);
  const [{ find, slot: sent }] = server.bodies(`POST /dependants/${TIM}/hand-over`);
  assert.equal(find, findOf(made.code));
  assert.deepEqual(await openOffer(sent, { ...offered, code: made.code }), timSeed);
  const text = JSON.stringify(server.sent);
  assert.ok(hides(timSeed, text) && !text.includes(made.code) && !text.includes(made.code.replaceAll("-", "")));
  assert.notEqual((await offer(session, TIM)).code, made.code);
  new MadeUpServer({ ...answers, [`GET /dependants/${TIM}/slot`]: { slot, registrations: registered(eveSeed) } });
  await assert.rejects(offer(session, TIM), wrong);
  new MadeUpServer({ [`DELETE /dependants/${TIM}/hand-over`]: new Response(null, { status: 204 }) });
  await withdraw(TIM);
});

test("whoever has the code makes keys of their own: the old one signs them, and stays sealed under them", async () => {
  let answer = problem(409, "registration-moved");
  const waiting = await found();
  const server = new MadeUpServer({
    "POST /hand-over/find": waiting, "POST /sign-in/parameters": PARAMETERS, "POST /hand-over": () => answer,
  });
  const open = await findOffer(code.toLowerCase());
  assert.deepEqual([open.name, open.by, open.begun], ["Tim Newman", "Anna Newman", false]);
  assert.deepEqual(server.bodies("POST /hand-over/find"), [{ find: findOf(code) }]);
  const recovery = freshRecoveryCode();
  const chosen = { login: ` ${LOGIN.toUpperCase()} `, password: "violet harbour 91 quilt", code: recovery };
  const ready = await open.prepare(chosen);
  await assert.rejects(ready.send(), (error) => error instanceof Conflict && error.code === "registration-moved");
  answer = new Response(JSON.stringify({ member: EVE }));
  await assert.rejects(ready.send(), wrong);
  answer = new Response(JSON.stringify({ member: TIM }));
  await ready.send();
  const [first, second, third] = server.bodies("POST /hand-over");
  assert.deepEqual([first, first], [second, third]);
  assert.deepEqual([first.find, first.login, first.slots.map(({ slot }) => [slot.member, slot.type, slot.generation])],
    [findOf(code), LOGIN, [[TIM, "password", 1], [TIM, "recovery", 1]]]);
  const { seed } = await openSlot(first.slots[1].slot, { deployment: DEPLOYMENT, login: LOGIN, secret: recovery });
  const former = await openFormer(first.former, { deployment: DEPLOYMENT, member: TIM, seed });
  assert.deepEqual(former, [{ below: 2, seed: timSeed }]);
  const person = await checkRegistrations(DEPLOYMENT, TIM, [...waiting.registrations, first.registration]);
  requireOwn(MemberKeys.fromSeed(seed, former), person);
  assert.deepEqual([person.former[0].acl, person.epochs("medical")], [4, [1, 2]]);
  const text = JSON.stringify(server.sent);
  assert.ok(hides(seed, text) && hides(timSeed, text) && !text.includes(recovery) && !text.includes(chosen.password));
  await assert.rejects(open.prepare({ ...chosen, login: "nobody here" }), Invalid);
  await assert.rejects(open.prepare({ ...chosen, password: "Tim Newman" }), Invalid);
});

test("seeds of earlier changes are kept along", async () => {
  const first = registered(oldSeed);
  const before = await checkRegistrations(DEPLOYMENT, TIM, first);
  const keys = MemberKeys.fromSeed(timSeed, [{ below: 2, seed: oldSeed }]);
  const second = keyChange(keys, { old: MemberKeys.fromSeed(oldSeed), deployment: DEPLOYMENT, person: before, acl: 1 });
  const former = await makeFormer([{ below: 2, seed: oldSeed }], { deployment: DEPLOYMENT, member: TIM, seed: timSeed });
  const answers = { registrations: [...first, second], former };
  const server = new MadeUpServer({ "POST /hand-over/find": await found(answers), "POST /sign-in/parameters": PARAMETERS, "POST /hand-over": { member: TIM } });
  const recovery = freshRecoveryCode();
  await (await (await findOffer(code)).prepare({ login: LOGIN, password: "violet harbour 91 quilt", code: recovery })).send();
  const [sent] = server.bodies("POST /hand-over");
  const { seed } = await openSlot(sent.slots[1].slot, { deployment: DEPLOYMENT, login: LOGIN, secret: recovery });
  const seeds = await openFormer(sent.former, { deployment: DEPLOYMENT, member: TIM, seed });
  assert.deepEqual(seeds, [{ below: 2, seed: oldSeed }, { below: 3, seed: timSeed }]);
  requireOwn(MemberKeys.fromSeed(seed, seeds), await checkRegistrations(DEPLOYMENT, TIM, [...first, second, sent.registration]));
  for (const left of [[], [former[0], former[0]], [{ ...former[0], generation: 3 }]]) {
    new MadeUpServer({ "POST /hand-over/find": await found({ ...answers, former: left }) });
    await assert.rejects(findOffer(code), wrong);
  }
});

test("what is not what the code seals, or not the seed of these keys, is a stop before anything is chosen", async () => {
  const bad = [
    { slot: await makeOffer(eveSeed, offered) }, { slot: await makeOffer(timSeed, { ...offered, code: freshCode() }) },
    { slot: await makeOffer(timSeed, { ...offered, dependant: EVE }) }, { member: EVE }, { registrations: [] }, { registrations: registered(eveSeed) },
    { registrations: registered(timSeed, EVE) }, { member: EVE, registrations: registered(eveSeed, EVE), slot: await makeOffer(timSeed, { ...offered, dependant: EVE }) },
  ];
  for (const [i, more] of bad.entries()) {
    new MadeUpServer({ "POST /hand-over/find": await found(more) });
    await assert.rejects(findOffer(code), wrong, `case ${i}`);
  }
  const { former: _, ...short } = await found();
  new MadeUpServer({ "POST /hand-over/find": short });
  await assert.rejects(findOffer(code), { code: "unreadable" });
  const server = new MadeUpServer({});
  for (const typed of ["", "ABCD", code.slice(1), `${code}A`]) await assert.rejects(findOffer(typed), Invalid);
  assert.deepEqual(server.sent, []);
});

test("a portal that names a higher list than there is, so that the old key could sign more, is found out", async () => {
  const fresh = new Uint8Array(32).fill(7);
  const keys = MemberKeys.fromSeed(fresh, [{ below: 2, seed: timSeed }]);
  const list = sign(MemberKeys.fromSeed(timSeed), "sesphr-acl", payload(DEPLOYMENT, TIM, { seq: 1, previous: null, default_partitions: [], rules: [] }));
  const memory = { get: async () => undefined, update: async () => {} };
  const sessionOf = (registered) => ({
    me: { id: TIM }, deployment: { id: DEPLOYMENT }, keys, memory, ownKeysOf: (jws) => new Map([[TIM, signer(jws, keys.verifications)]]),
    registered: async () => ({ former: [{ verification: MemberKeys.fromSeed(timSeed).verification, acl: registered }] }),
  });
  // The last two: whoever has the old key can sign the change once more, with another number than was sent.
  for (const [acl, registered, sent] of [[list, 9, 9], [list, 9, 0], [null, 1, 1], [list, 9, 1], [null, 9, 0]]) {
    new MadeUpServer({ "GET /acl": { acl, delegations: [], standing: [] } });
    await assert.rejects(dealFirst(sessionOf(registered), sent), (error) => wrong(error) && error.what === "acl");
  }
  new MadeUpServer({ "GET /acl": { acl: null, delegations: [], standing: [] } });
  await dealFirst(sessionOf(0), 0);
});
