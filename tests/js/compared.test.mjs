/** Comparing fingerprints before somebody joins the private circle, and reading one by the camera. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { MemberKeys } from "../../static/js/crypto/keys.js";
import { compared, noteCompared, requireCompared } from "../../static/js/endpoint/compared.js";
import { EndpointError, Impostor } from "../../static/js/endpoint/errors.js";
import { codeText, fingerprint, readCode } from "../../static/js/endpoint/fingerprint.js";
import { Person, pin } from "../../static/js/endpoint/people.js";
import { canScan, scan } from "../../static/js/ui/scan.js";

const MEMBER = "00000000-0000-4000-8000-000000000002";
const person = (fill) => {
  const { verification, receivePublic: receive } = MemberKeys.fromSeed(new Uint8Array(32).fill(fill));
  return new Person({ member: MEMBER, verification, receive, seq: 1, digest: "A".repeat(43), partitions: new Map() });
};
const remembering = () => {
  const kept = new Map();
  const get = async (name) => kept.get(name);
  const update = async (name, change) => {
    kept.set(name, await change(kept.get(name)));
    return kept.get(name);
  };
  return { memory: { get, update } };
};
const first = (error) => error instanceof EndpointError && error.code === "compare-first";
const stopped = (error) => error instanceof Impostor && error.member === MEMBER;

test("a relative must be compared before the first grant, whoever says that they are one; others need not be", async () => {
  const session = remembering();
  await requireCompared(session, person(1), ["physician"]);
  for (const roles of [["relative"], ["physician", "relative"]]) await assert.rejects(requireCompared(session, person(1), roles), first);
  const made = await noteCompared(session, person(1), "words");
  assert.equal(made.how, "words");
  await requireCompared(session, person(1), ["relative"]);
  assert.deepEqual(await noteCompared(session, person(1), "code"), made, "the first time stays");
});

test("who was approved before comparing was asked for stays approved", async () => {
  const session = remembering();
  await pin(session, person(1));
  await requireCompared(session, person(1), ["relative"]);
});

test("keys other than those that were compared are a stop", async () => {
  const session = remembering();
  await noteCompared(session, person(1), "words");
  await assert.rejects(compared(session, person(2)), stopped);
  await assert.rejects(noteCompared(session, person(2), "words"), stopped);
  await assert.rejects(requireCompared(session, person(2), ["physician"]), stopped);
  const pinned = remembering();
  await pin(pinned, person(1));
  await assert.rejects(noteCompared(pinned, person(2), "words"), stopped);
});

test("what was compared is of the address under which it was", async () => {
  const session = remembering();
  await noteCompared(session, person(1), "words");
  // Of what was compared before addresses were noted nobody knows.
  assert.equal((await compared(session, person(1))).login, null);
  assert.equal(await compared(session, person(1), "lee@example.org"), null);
  const made = await noteCompared(session, person(1), "code", "lee@example.org");
  assert.deepEqual([made.how, made.login], ["code", "lee@example.org"]);
  assert.deepEqual(await compared(session, person(1), "lee@example.org"), made);
  assert.deepEqual(await compared(session, person(1)), made);
  await assert.rejects(compared(session, person(1), "eve@example.org"), stopped);
  await assert.rejects(noteCompared(session, person(1), "words", "eve@example.org"), stopped);
});

test("a picture says the digits, and nothing else is one", () => {
  const { digits } = fingerprint(person(1).verification, person(1).receive);
  assert.equal(readCode(codeText(digits)), digits);
  for (const text of ["", digits, `SESPHR ${digits} `, `sesphr ${digits}`, `SESPHR ${digits.slice(1)}`, `SESPHR ${digits}\n`, "SESPHR ١٢٣٤٥"]) {
    assert.equal(readCode(text), null);
  }
});

test("the camera is asked for only where there is a reader, and is off afterwards", async () => {
  assert.equal(canScan(), false);
  let stopped = 0;
  const seen = [[], [{ rawValue: "https://example.org" }], [{ rawValue: "ours" }]];
  const video = { play: async () => {} };
  globalThis.BarcodeDetector = class { detect = async () => seen.shift() ?? []; };
  navigator.mediaDevices = { getUserMedia: async () => ({ getTracks: () => [{ stop: () => { stopped += 1; } }] }) };
  try {
    assert.equal(canScan(), true);
    const accept = (text) => (text === "ours" ? text : null);
    assert.equal(await scan(video, accept, new AbortController().signal), "ours");
    assert.deepEqual([stopped, video.srcObject], [1, null]);
    assert.equal(await scan(video, accept, AbortSignal.abort()), null);
    assert.equal(stopped, 2);
  } finally {
    delete globalThis.BarcodeDetector;
    delete navigator.mediaDevices;
  }
});
