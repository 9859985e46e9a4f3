/** What a reader's device makes of three key nodes' answers, of which two are enough and some have nothing to give. */
import assert from "node:assert/strict";
import test from "node:test";

import { b64uEncode } from "../../static/js/crypto/encoding.js";
import { MemberKeys } from "../../static/js/crypto/keys.js";
import { ask } from "../../static/js/endpoint/access.js";
import { accept } from "../../static/js/endpoint/answering.js";
import { ApiError, EndpointError, Integrity } from "../../static/js/endpoint/errors.js";
import { open, openAttachment } from "../../static/js/endpoint/opening.js";
import { begin, own, requestFor } from "../../static/js/endpoint/visiting.js";
import { MadeUpServer } from "./account_server.mjs";
import { answer, part, sessionOf } from "./made_up_nodes.mjs";

const [LEE, ADA, RECORD, OTHER] = Array.from({ length: 4 }, () => crypto.randomUUID());
const session = sessionOf(LEE, MemberKeys.fromSeed(new Uint8Array(32).fill(3)));
const MANIFEST = b64uEncode(new Uint8Array(32).fill(7));
const POINT = new Uint8Array(576).fill(1);
const NOT_NOW = (error) => error instanceof ApiError && error.status === 503 && error.code === "unavailable";

/** What a node says of one partition: yes, no, nothing to give (in either way), and an older list's version. */
const SAYS = { y: { point: POINT }, n: { reason: "no-rule" }, h: { reason: "not-here" }, k: { point: null } };
const item = (record, said) => ({
  record, owner: ADA, version: 1, manifest: MANIFEST,
  partitions: Object.entries(said).map(([name, one]) => part(name, SAYS[one])),
});
/** @param {string} letters a node's each, "." for one that is away; `what` they speak of */
const answers = (digest, letters, what = (one) => [item(RECORD, { medical: one })]) =>
  [...letters].flatMap((one, at) => (one === "." ? [] : [answer(at + 1, digest, what(one))]));
const serverOf = (quick, all = quick, what = undefined) => new MadeUpServer({
  "POST /access": ({ request, everybody = false }) => ({ answers: answers(own(session, request).digest, everybody ? all : quick, what), objects: [] }),
});
const waits = (server) => server.bodies("POST /access").map(({ everybody = false }) => everybody);
const asked = (items = [{ record: RECORD, partitions: ["medical"] }]) => ask(session, items, "treatment", () => {});
const outcome = async () => {
  try {
    return (await asked()).openings.length ? "open" : "refused";
  } catch (error) {
    if (!NOT_NOW(error)) throw error;
    return "not now";
  }
};

test("refused is what was denied, and not what nobody who is there can open", async () => {
  for (const [letters, wanted] of [
    ["yyh", "open"], ["yny", "open"], ["y.y", "open"], ["yyk", "open"],
    ["y.h", "not now"], [".hh", "not now"], ["hhh", "not now"], ["kkk", "not now"], ["yk.", "not now"], ["yhh", "not now"], ["nhh", "not now"], ["yn.", "not now"],
    ["nnn", "refused"], ["nn.", "refused"], ["ynh", "refused"], ["nn.", "refused"], ["nnh", "refused"], ["nnk", "refused"], ["ynn", "refused"], ["n.h", "refused"],
  ]) {
    serverOf(letters);
    assert.equal(await outcome(), wanted, letters);
  }
});

test("the others are waited for where they could change it, and only there", async () => {
  for (const [quick, all, wanted, waited] of [
    ["yh.", "yhy", "open", [false, true]], ["hh.", "hhy", "not now", [false, true]], ["yn.", "ynn", "refused", [false, true]],
    ["nn.", "nny", "refused", [false]], ["nh.", "nhy", "refused", [false]], ["yy.", "yyn", "open", [false]], ["hhn", "", "not now", [false]],
  ]) {
    const server = serverOf(quick, all);
    assert.deepEqual([await outcome(), waits(server)], [wanted, waited], quick);
  }
});

test("an answer that is not what it must be is neither yes nor no nor nothing", async () => {
  const forged = (one) => ({ ...one, answer: `${one.answer.slice(0, -8)}AAAAAAAA` });
  for (const [letters, wanted] of [["yhn", "not now"], ["ynn", "not now"], ["nnn", "refused"], ["hhn", "not now"]]) {
    new MadeUpServer({
      "POST /access": ({ request }) => {
        const [first, second, third] = answers(own(session, request).digest, letters);
        return { answers: [first, second, forged(third)], objects: [] };
      },
    });
    assert.equal(await outcome(), wanted, letters);
  }
});

test("a node that is behind votes for another version, and refuses nothing", async () => {
  const versions = { 1: 2, 2: 1 };
  new MadeUpServer({
    "POST /access": ({ request }) => {
      const { digest } = own(session, request);
      return { answers: [1, 2].map((index) => answer(index, digest, [{ ...item(RECORD, { medical: "y" }), version: versions[index] }])), objects: [] };
    },
  });
  await assert.rejects(asked(), Integrity);
});

test("of what was asked for together, each part by itself", async () => {
  const said = { y: [{ medical: "y", personal: "y", mine: "n" }, { medical: "y" }], h: [{ medical: "y", personal: "h", mine: "n" }, { medical: "h" }] };
  const what = (one) => [item(RECORD, said[one][0]), item(OTHER, said[one][1])];
  serverOf("yh.", "yh.", what);
  const both = [{ record: RECORD, partitions: ["medical", "personal", "mine"] }, { record: OTHER, partitions: ["medical"] }];
  const { openings, away } = await asked(both);
  assert.deepEqual(openings.map(({ record, allowed }) => [record, allowed]), [[RECORD, ["medical"]]]);
  assert.deepEqual(away, [{ record: RECORD, partitions: ["personal"] }, { record: OTHER, partitions: ["medical"] }]);
});

test("opening says the same, and an attachment, and an accept", async () => {
  const where = { owner: ADA, record: RECORD, purpose: "treatment" };
  const acts = {
    open: () => open(session, [{ record: RECORD, partitions: ["medical"] }], where),
    attachment: () => openAttachment(session, { ...where, partition: "medical" }, { number: 1, sha256: "" }),
    accept: () => accept(session, { record: RECORD, digest: MANIFEST, partitions: ["medical"] }),
  };
  for (const [name, act] of Object.entries(acts)) {
    serverOf("y.h");
    await assert.rejects(act(), NOT_NOW, name);
    serverOf("nn.");
    if (name === "open") assert.deepEqual((await act()).map(({ refused, away }) => [refused, away]), [[["medical"], []]]);
    else await assert.rejects(act(), (error) => error instanceof ApiError && error.code === "refused", name);
  }
});

test("a visit that nobody refuses waits for those that can begin it", async () => {
  const request = requestFor(session, { way: "code", record: RECORD, partitions: ["medical"], signers: 0 }, "treatment");
  for (const letters of ["y.h", "yhh", "hhh", "nhh", "yn."]) {
    serverOf(letters);
    await assert.rejects(begin(session, request), NOT_NOW, letters);
  }
  for (const letters of ["nn.", "ynn", "nh.", "ynh"]) {
    serverOf(letters);
    await assert.rejects(begin(session, request), (error) => error instanceof EndpointError && error.code === "no-way", letters);
  }
});
