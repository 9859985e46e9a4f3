import assert from "node:assert/strict";
import { test } from "node:test";

import { MemberKeys } from "../../static/js/crypto/keys.js";
import { b64uEncode } from "../../static/js/crypto/encoding.js";
import { Integrity } from "../../static/js/endpoint/errors.js";
import { checkRegistrations } from "../../static/js/endpoint/people.js";
import { registration } from "../../static/js/endpoint/registration.js";

const [DEPLOYMENT, MEMBER] = [crypto.randomUUID(), crypto.randomUUID()];
const keys = new MemberKeys(crypto.getRandomValues(new Uint8Array(32)));
const options = { deployment: DEPLOYMENT, member: MEMBER };
const first = registration(keys, { ...options, partitions: ["personal", "medical"] });
const second = registration(keys, { ...options, partitions: ["insurance"], seq: 2, previous: b64uEncode(first.digest) });
const check = (...chain) => checkRegistrations(DEPLOYMENT, MEMBER, chain.map((one) => one.jws));

test("a chain of registrations gives the keys of all of them, and the page its turns", async () => {
  let turns = 0;
  const count = setInterval(() => { turns += 1; });
  const person = await check(first, second);
  clearInterval(count);
  assert.deepEqual([...person.partitions.keys()].sort(), ["insurance", "medical", "personal"]);
  assert.equal(person.seq, 2);
  assert.ok(turns >= 2);
});

test("none, one too few, a repeated one, another order and somebody else's are refused", async () => {
  const other = registration(new MemberKeys(crypto.getRandomValues(new Uint8Array(32))), { ...options, partitions: [], seq: 2, previous: b64uEncode(first.digest) });
  for (const chain of [[], [second], [first, first], [second, first], [first, other]]) {
    await assert.rejects(check(...chain), (error) => error instanceof Integrity && error.what === "registration");
  }
});

test("a proof for another member does not hold, in whatever round it is checked", async () => {
  const strange = { jws: registration(keys, { deployment: DEPLOYMENT, member: crypto.randomUUID(), partitions: ["medical"] }).jws };
  await assert.rejects(check(strange), Integrity);
  await assert.rejects(check({ jws: `${first.jws.slice(0, -4)}AAAA` }), Integrity);
});
