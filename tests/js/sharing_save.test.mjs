/** Saving the matrix: nothing is given to a key that the person at the screen has not seen. */
import assert from "node:assert/strict";
import test from "node:test";

import { sha256 } from "../../static/js/crypto/kdf.js";
import { b64uEncode } from "../../static/js/crypto/encoding.js";
import { Impostor } from "../../static/js/endpoint/errors.js";
import { MemberKeys } from "../../static/js/crypto/keys.js";
import { Found, nameOf, Person, pin, pins } from "../../static/js/endpoint/people.js";
import { save } from "../../static/js/pages/sharing/save.js";

const MEMBER = "00000000-0000-4000-8000-000000000002";
const person = (fill) => {
  const { verification, receivePublic: receive } = MemberKeys.fromSeed(new Uint8Array(32).fill(fill));
  return new Person({ member: MEMBER, verification, receive, seq: 1, digest: b64uEncode(sha256(verification)), partitions: new Map() });
};

test("keys that the server shows after the change was chosen are a stop, and are not pinned", async () => {
  const [shown, later] = [person(1), person(2)];
  const scene = {
    own: { epoch: () => 1 },
    people: new Map([[MEMBER, { member: MEMBER, found: later, login: null }]]),
  };
  const change = { member: MEMBER, key: shown.key, partition: "medical", take: false, until: null, history: false };
  const draft = { base: [], changes: [change], people: [{ member: MEMBER, login: "lee@example.org", key: shown.key }] };
  const untouched = new Proxy({}, { get: () => assert.fail("nothing may be remembered or sent") });
  const stopped = (error) => error instanceof Impostor && error.member === MEMBER;
  await assert.rejects(save({ memory: untouched, deployment: {} }, scene, draft), stopped);
});

test("who was approved keeps the name and role that were shown then", async () => {
  const kept = new Map();
  const memory = {
    get: async (name) => kept.get(name),
    update: async (name, change) => void kept.set(name, await change(kept.get(name))),
  };
  const said = { state: "authorised", checked: "" };
  await pin({ memory }, new Found(person(1), { ...said, name: "Dr Lee", role: "physician" }), "lee@example.org");
  await pin({ memory }, new Found(person(1), { ...said, name: "Nurse Okafor", role: "nurse" }));
  await pin({ memory }, person(1));
  const { [MEMBER]: known } = await pins({ memory });
  assert.deepEqual(nameOf(known), { name: "Dr Lee", role: "physician" });
  assert.equal(nameOf(undefined), null);
});
