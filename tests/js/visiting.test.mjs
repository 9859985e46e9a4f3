/** The request with which a visit begins, with three key nodes of which two are enough. */
import assert from "node:assert/strict";
import test from "node:test";

import { MemberKeys } from "../../static/js/crypto/keys.js";
import { EndpointError, Integrity } from "../../static/js/endpoint/errors.js";
import { begin, own, requestFor } from "../../static/js/endpoint/visiting.js";
import { MadeUpServer } from "./account_server.mjs";
import { answer, part, sessionOf } from "./made_up_nodes.mjs";

const [LEE, ADA, RECORD] = Array.from({ length: 3 }, () => crypto.randomUUID());
const session = sessionOf(LEE, MemberKeys.fromSeed(new Uint8Array(32).fill(3)));
const request = requestFor(session, { way: "code", record: RECORD, partitions: ["medical"], signers: 0 }, "treatment");
const { digest } = own(session, request);
const said = (parts, more) => [{ record: RECORD, owner: ADA, version: 1, manifest: "A".repeat(43), partitions: parts, ...more }];
const allows = (index) => answer(index, digest, said([part("medical")]));
const denies = (index, reason = "code") => answer(index, digest, said([part("medical", { reason })]));
const forged = (index, make = allows) => ({ ...make(index), answer: make(index).answer.slice(0, -8) + "AAAAAAAA" });
const strange = (index) => answer(index, new Uint8Array(32), said([part("medical", { reason: "code-tries" })]));
const code = (wanted) => (error) => error instanceof EndpointError && error.code === wanted;

/** What the quick ones answer, and then all of them; which requests were sent. */
const serverOf = (quick, everybody) => new MadeUpServer({
  "POST /access": ({ everybody: all = false }) => ({ answers: all ? everybody : quick, objects: [] }),
});
const waits = (server) => server.bodies("POST /access").map(({ everybody = false }) => everybody);

test("where the quick ones disagree, the same request waits for all", async () => {
  const all = [allows(1), allows(2), allows(3)];
  for (const quick of [[allows(1), denies(2, "no-rule")], [allows(1), forged(2)], [forged(1), forged(2)], [denies(3), forged(1)], [allows(2)], []]) {
    const server = serverOf(quick, all);
    await begin(session, request, ["signed.by.another"]);
    assert.deepEqual(waits(server), [false, true]);
    const [first, second] = server.bodies("POST /access");
    assert.deepEqual({ ...first, everybody: true }, second);
  }
  const server = serverOf([allows(1), forged(2)], [allows(1), forged(2), allows(3)]);
  await begin(session, request);
  assert.deepEqual(waits(server), [false, true]);
});

test("nothing is asked again that the others could not change", async () => {
  const server = serverOf([allows(1), allows(3)], []);
  await begin(session, request);
  for (const quick of [[denies(1), denies(2)], [denies(1), denies(2), allows(3)], [denies(1), denies(2), forged(3)]]) {
    const other = serverOf(quick, []);
    await assert.rejects(begin(session, request), code("code"));
    assert.deepEqual(waits(other), [false]);
  }
  const last = serverOf([allows(1), forged(2), forged(3)], []);
  await assert.rejects(begin(session, request), Integrity);
  assert.deepEqual([...waits(server), ...waits(last)], [false, false]);
});

test("all answers are the last word, and reasons are those of answers that hold", async () => {
  for (const [quick, all, wanted] of [
    [[allows(1), denies(2)], [allows(1), denies(2), denies(3)], "code"],
    [[denies(1, "no-rule"), forged(2)], [denies(1, "no-rule"), forged(2, denies), denies(3, "no-rule")], "no-way"],
    [[denies(1, "no-rule"), strange(2)], [denies(1, "no-rule"), strange(2), denies(3, "no-rule")], "no-way"],
  ]) {
    const server = serverOf(quick, all);
    await assert.rejects(begin(session, request), code(wanted), wanted);
    assert.deepEqual(waits(server), [false, true]);
  }
  serverOf([allows(1)], [allows(1), forged(2), forged(3)]);
  await assert.rejects(begin(session, request), Integrity);
});
