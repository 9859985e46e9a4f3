/** Calls and signing in against a made-up server: what is sent, what is refused, what never leaves. */
import assert from "node:assert/strict";
import test from "node:test";

import { b64uEncode } from "../../static/js/crypto/encoding.js";
import { makeFormer } from "../../static/js/crypto/handover.js";
import { makeRecoverySlot } from "../../static/js/crypto/slots.js";
import * as api from "../../static/js/endpoint/api.js";
import { read } from "../../static/js/endpoint/deployment.js";
import { ApiError, Conflict, Integrity, Invalid, Locked, Offline, SignedOut } from "../../static/js/endpoint/errors.js";
import { begin, beginWithRecovery, checkedCode, checkedLogin } from "../../static/js/endpoint/signin.js";
import { DEPLOYMENT, MadeUpServer, deployment, holdStorage, problem } from "./account_server.mjs";

const MEMBER = "00000000-0000-4000-8000-000000000001";
const LOGIN = "eve@example.org";
const SEED = new Uint8Array(32).fill(5);
const SALT = b64uEncode(new Uint8Array(16).fill(3));
const PARAMETERS = { member: MEMBER, password: { salt: SALT, params: { m: 65536, t: 3, p: 1 } }, recovery: { salt: SALT } };
holdStorage();
const made = await makeRecoverySlot(SEED, {
  deployment: DEPLOYMENT, login: LOGIN, member: MEMBER, generation: 2, salt: new Uint8Array(16).fill(3),
});

const signedIn = (change = {}) => ({
  member: { id: MEMBER, login: LOGIN }, slot: made.slot, generations: { password: 1, recovery: 2 }, former: [],
  share: b64uEncode(new Uint8Array(32)), idle_seconds: 900, idle_left: 900, ...change,
});
const serving = (session, more = {}) => new MadeUpServer({ "POST /sign-in/parameters": PARAMETERS, "POST /session": session, ...more });

test("a recovery code opens the seed, and only its login secret is sent", async () => {
  const server = serving(signedIn());
  const attempt = await beginWithRecovery({ login: " Eve@Example.org ", code: made.code.toLowerCase().replaceAll("-", " ") });
  const found = await attempt.finish();
  assert.deepEqual(found.seed, SEED);
  assert.deepEqual(server.bodies("POST /sign-in/parameters"), [{ login: LOGIN }]);
  const [body] = server.bodies("POST /session");
  assert.deepEqual(Object.keys(body).sort(), ["login", "login_secret", "type"]);
  assert.match(body.login_secret, /^[0-9a-f]{64}$/);
  assert.ok(!JSON.stringify(server.sent).includes(made.code.slice(0, 4)));
});

test("another member, slot, salt or generation than was asked for is a stop", async () => {
  const other = MEMBER.replace(/1$/, "2");
  const lies = [
    { member: { id: other, login: LOGIN } },
    { slot: { ...made.slot, member: other } },
    { slot: { ...made.slot, type: "password" } },
    { slot: { ...made.slot, salt: b64uEncode(new Uint8Array(16)) } },
    { slot: { ...made.slot, params: { m: 65536, t: 3, p: 1 } } },
    { generations: { password: 1, recovery: 3 } },
    { slot: { ...made.slot, generation: 3 }, generations: { password: 1, recovery: 3 } },
    { slot: { ...made.slot, sealed: made.slot.sealed.replace(/.$/, (last) => (last === "A" ? "Q" : "A")) } },
  ];
  for (const lie of lies) {
    serving(signedIn(lie));
    const attempt = await beginWithRecovery({ login: LOGIN, code: made.code });
    await assert.rejects(attempt.finish(), (error) => error instanceof Integrity && error.what === "key-slot", JSON.stringify(lie));
  }
});

test("former seeds open with the one that signed in, or nothing does", async () => {
  const who = { deployment: DEPLOYMENT, member: MEMBER, seed: SEED };
  const seeds = [{ below: 2, seed: new Uint8Array(32).fill(6) }];
  const former = await makeFormer(seeds, who);
  const finish = async (change) => {
    serving(signedIn(change));
    return (await beginWithRecovery({ login: LOGIN, code: made.code })).finish();
  };
  assert.deepEqual((await finish({ former })).former, seeds);
  assert.deepEqual((await finish({})).former, []);
  const lies = [
    { former: await makeFormer(seeds, { ...who, member: MEMBER.replace(/1$/, "2") }) }, { former: [...former, ...former] },
    { former: await makeFormer(seeds, { ...who, seed: new Uint8Array(32) }) }, { former: [{ ...former[0], generation: 3 }] },
    { former, member: { id: MEMBER.replace(/1$/, "2"), login: LOGIN } },
  ];
  for (const lie of lies) {
    await assert.rejects(finish(lie), (error) => error instanceof Integrity && error.what === "key-slot");
  }
  await assert.rejects(finish({ former: undefined }), { code: "unreadable" });
});

test("a server that asks for weaker hashing gets no login secret", async () => {
  const weak = { ...PARAMETERS, password: { salt: SALT, params: { m: 8, t: 1, p: 1 } } };
  const server = serving(signedIn(), { "POST /sign-in/parameters": weak });
  const failing = begin({ login: LOGIN, password: "violet harbour 91 quilt" });
  await assert.rejects(failing, (error) => error instanceof Integrity && error.what === "slot-parameters");
  assert.equal(server.bodies("POST /session").length, 0);
});

test("a one-time code may be tried again without the secret; spaces in it do not matter", async () => {
  let answers = [problem(401, "otp-needed"), problem(401, "otp-needed"), signedIn()];
  const server = serving(() => answers.shift());
  const attempt = await beginWithRecovery({ login: LOGIN, code: made.code });
  await assert.rejects(attempt.finish(), { code: "otp-needed" });
  await assert.rejects(attempt.finish("000 000"), { code: "otp-needed" });
  assert.deepEqual((await attempt.finish("123 456")).seed, SEED);
  assert.deepEqual(server.bodies("POST /session").map((body) => body.otp), [undefined, "000000", "123456"]);
  assert.equal(server.bodies("POST /sign-in/parameters").length, 1);
  attempt.forget();
  assert.equal(attempt.proof.login_secret, "0".repeat(64));
});

test("what cannot be a login or a code is told before anything is sent", async () => {
  const server = serving(signedIn());
  await assert.rejects(beginWithRecovery({ login: "é@example.org", code: made.code }), Invalid);
  await assert.rejects(beginWithRecovery({ login: LOGIN, code: made.code.slice(1) }), Invalid);
  assert.throws(() => checkedLogin(""), { code: "login" });
  assert.throws(() => checkedCode("0000"), { code: "recovery-code" });
  assert.deepEqual(server.sent, []);
});

test("problem documents become the errors that pages know", async () => {
  const cases = [
    [problem(401, "idle"), Locked, "locked"], [problem(401, "signed-out"), SignedOut, "signed-out"],
    [problem(401, "wrong-secret"), ApiError, "wrong-secret"], [problem(409, "conflict"), Conflict, "conflict"],
    [problem(502, "integrity"), Integrity, "integrity"], [new Response("<h1>", { status: 502 }), ApiError, "unreadable"],
    [new Response("not JSON", { status: 200 }), ApiError, "unreadable"],
  ];
  for (const [answer, Kind, code] of cases) {
    new MadeUpServer({ "GET /things": () => answer });
    await assert.rejects(api.get("/things"), (error) => error instanceof Kind && error.code === code, code);
  }
  new MadeUpServer({ "GET /things": () => problem(429, "rate-limited", { "Retry-After": "90" }) });
  await assert.rejects(api.get("/things"), { code: "rate-limited", retryAfter: 90, detail: "told" });
});

test("a busy server and a broken line are tried again with the same octets", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const answers = [problem(503, "unavailable"), new TypeError("broken"), { done: true }];
  const server = new MadeUpServer({ "POST /things": () => answers.shift() });
  const asking = api.post("/things", { a: 1 });
  for (let i = 0; i < 20; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    t.mock.timers.tick(6000);
  }
  assert.deepEqual(await asking, { done: true });
  assert.deepEqual(server.bodies("POST /things"), [{ a: 1 }, { a: 1 }, { a: 1 }]);
});

test("a device without network says so at once", async () => {
  Object.defineProperty(navigator, "onLine", { value: false, configurable: true });
  const server = new MadeUpServer({ "GET /things": new TypeError("no network") });
  await assert.rejects(api.get("/things"), Offline);
  assert.equal(server.sent.length, 1);
  Object.defineProperty(navigator, "onLine", { value: true, configurable: true });
});

test("calls wait at the gate while the session is locked, then go on; those that open it do not", async () => {
  let locked = true;
  new MadeUpServer({ "GET /things": () => (locked ? problem(401, "idle") : { done: true }), "DELETE /session": () => problem(401, "signed-out") });
  const waits = [];
  api.setGate(async (error) => { waits.push(error.code); locked = false; });
  assert.deepEqual(await api.get("/things"), { done: true });
  await assert.rejects(api.ungated("DELETE", "/session"), SignedOut);
  assert.deepEqual(waits, ["locked"]);
  locked = true;
  api.setGate(async (error) => { throw error; });
  await assert.rejects(api.get("/things"), Locked);
  api.setGate(null);
});

test("another operator's key or configuration than this device knows is a stop", async () => {
  const held = holdStorage();
  const fresh = await import("../../static/js/endpoint/deployment.js?other");
  new MadeUpServer({});
  const known = await fresh.loadDeployment();
  assert.equal(held.get("sesphr.deployment"), `${known.operatorKey} ${known.digest}`);
  held.set("sesphr.deployment", `${known.operatorKey} somethingelse`);
  const later = await import("../../static/js/endpoint/deployment.js?later");
  await assert.rejects(later.loadDeployment(), (error) => error instanceof Integrity && error.what === "deployment");
  const { configuration, operator_key } = deployment();
  const forged = configuration.replace(/.(?=.$)/, (last) => (last === "A" ? "B" : "A"));
  assert.throws(() => read({ configuration: forged, operator_key }), Integrity);
  assert.throws(() => read({ configuration: "a.b.c", operator_key }), ApiError);
});

test("a browser that keeps nothing says so", async () => {
  globalThis.localStorage = { getItem() { throw new DOMException("no", "SecurityError"); } };
  const fresh = await import("../../static/js/endpoint/deployment.js?private");
  new MadeUpServer({});
  await assert.rejects(fresh.loadDeployment(), { code: "storage" });
});
