/** Events become what people read: nothing is hidden, nothing counted twice. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { sums } from "../../static/js/pages/activity/picture.js";
import { departures } from "../../static/js/pages/home/departures.js";
import { matches } from "../../static/js/pages/activity/filters.js";
import { entriesOf, merged } from "../../static/js/pages/activity/entries.js";

const [ADA, LEE] = ["00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"];
const RECORD = "00000000-0000-4000-8000-0000000000ff";
const NOTHING = { me: ADA, rules: [], requests: [] };
let numbers = 0;

const event = (type, told, { source = "srs-1", time = 1000 } = {}) => ({
  source, number: ++numbers, type, time, salt: "", entry: "e", proof: { index: 0, size: 1, path: [], checkpoint: "" },
  told: { type, source, time, number: numbers, member: ADA, deployment: "d", ...told },
});
const item = (partition, allowed, rule = null, reason = allowed ? "member-rule" : "no-rule") =>
  ({ record: RECORD, version: 1, partition, allowed, rule, reason });
const access = (items, more = {}, where = {}) =>
  event("access", { user: LEE, purpose: "treatment", request: "r", items, unknown: 0, ...more }, where);
const acl = (granted, revoked, where) => event("acl", { seq: 1, acl: "a", granted, revoked }, where);
const words = (entry) => [entry.title.words, ...entry.lines.map((line) => line.words)];

test("three key nodes that tell of one request make one entry with three proofs", () => {
  const told = [1, 2, 3].map((n) => access([item("medical", true)], {}, { source: `srs-${n}`, time: 1000 + n }));
  const [entry, ...rest] = entriesOf(told, NOTHING);
  assert.equal(rest.length, 0);
  assert.equal(entry.events.length, 3);
  assert.deepEqual([...entry.count], [["medical", 1]]);
});

test("a node that tells otherwise stands alone, and so does the same again", () => {
  const same = (time, source = "srs-1") => access([item("medical", true)], {}, { source, time });
  assert.equal(merged([same(1000), same(1001)]).length, 2);
  assert.equal(merged([same(1000), same(9000, "srs-2")]).length, 2);
  const other = access([item("medical", false)], {}, { source: "srs-2", time: 1001 });
  assert.equal(entriesOf([same(1000), other], NOTHING).length, 2);
});

test("what was opened and what was refused are told apart", () => {
  const found = entriesOf([access([item("medical", true), item("insurance", false)], { unknown: 2 })], NOTHING);
  assert.deepEqual(found.map((one) => [one.kind, one.parts]), [["refused", ["insurance"]], ["opened", ["medical"]]]);
  assert.deepEqual(words(found[0]), ["act.refused", "act.why.no-rule", "act.unknown", "act.saw-nothing", "act.purpose"]);
});

test("an attempt at nothing that exists is still a refusal", () => {
  const [entry] = entriesOf([access([], { unknown: 1 })], NOTHING);
  assert.deepEqual([entry.kind, entry.who], ["refused", LEE]);
});

test("an opening says when it was approved and until when", () => {
  const grant = acl([{ user: LEE, partition: "medical" }], [], { time: 500 });
  const rule = {
    id: "rule", who: { member: LEE, key: "k" }, partitions: ["medical"], actions: ["read"], purposes: [], valid_from: 0,
    valid_until: 90_000, history: false, deny: false, emergency: null,
  };
  const opened = access([item("medical", true, "rule")]);
  const line = (rules) => entriesOf([grant, opened], { ...NOTHING, rules })[0].lines.at(-1);
  assert.deepEqual(line([rule]), { words: "act.by.approval-until", date: 500, until: 90_000 });
  assert.equal(line([{ ...rule, valid_until: null }]).words, "act.by.approval-open");
  assert.deepEqual(line([]), { words: "act.by.approval", date: 500 });
  assert.equal(entriesOf([opened], { ...NOTHING, rules: [rule] })[0].lines.at(-1).words, "act.by.rule");
  const later = acl([{ user: LEE, partition: "medical" }], [], { time: 2000 });
  assert.equal(entriesOf([opened, later], { ...NOTHING, rules: [rule] })[1].lines.at(-1).words, "act.by.rule");
});

test("one list may share with some and take back from others", () => {
  const found = entriesOf([acl([{ user: LEE, partition: "medical" }], [{ user: ADA, partition: "personal" }])], NOTHING);
  assert.deepEqual(found.map((one) => [one.title.words, one.other, one.parts]), [
    ["act.taken-back", ADA, ["personal"]], ["act.shared", LEE, ["medical"]],
  ]);
  assert.deepEqual(words(entriesOf([acl([], [])], NOTHING)[0]), ["act.limits"]);
});

test("a report of something odd names the key node, where it is known", () => {
  const told = (more) => words(entriesOf([event("integrity", { reported_by: LEE, reason: "answer", ...more }, { source: "portal" })], NOTHING)[0]);
  assert.deepEqual(told({}), ["act.integrity", "act.integrity-text"]);
  assert.deepEqual(told({ node: 2 }), ["act.integrity", "act.integrity-text", "act.integrity-node"]);
  assert.deepEqual(told({ node: "two", reason: "activity" }), ["act.integrity", "act.integrity-log"]);
});

test("an event that nobody knows is shown", () => {
  const [entry] = entriesOf([event("moon-phase", { a: 1 }, { source: "portal" })], NOTHING);
  assert.deepEqual([entry.kind, entry.title], ["other", { words: "act.other", values: { type: "moon-phase" } }]);
});

test("events of a shape that nobody expects are shown too", () => {
  const odd = ["access", "acl", "deposit", "key-request", "integrity", "departure-of", "registration", "recovery-used"];
  for (const type of odd) {
    for (const told of [{}, { items: 7, granted: "x", partitions: null, user: 5 }]) {
      assert.equal(entriesOf([event(type, told)], NOTHING).length, 1, type);
    }
  }
});

test("openings are counted by person and part, own files apart", () => {
  const entries = entriesOf([
    access([item("medical", true), item("personal", true)], {}, { time: 1000 }), access([item("medical", true)], {}, { time: 2000 }),
    access([item("original", true, null, "owner")], { user: ADA }, { time: 3000 }), access([item("medical", false)], {}, { time: 4000 }),
  ], NOTHING);
  assert.deepEqual(sums(entries, 5000).map((one) => [one.who, one.total, [...one.parts]]), [[LEE, 3, [["medical", 2], ["personal", 1]]]]);
  assert.deepEqual(sums(entries, 40 * 86_400), []);
});

test("a filter shows what it says", () => {
  const [entry] = entriesOf([access([item("medical", true)])], NOTHING);
  const all = { person: "", part: "", kind: "", days: "" };
  assert.equal(matches(entry, all, 1e9), true);
  assert.equal(matches(entry, { ...all, person: LEE, part: "medical", kind: "opened" }, 1e9), true);
  for (const one of [{ person: ADA }, { part: "personal" }, { kind: "refused" }, { days: "7" }]) {
    assert.equal(matches(entry, { ...all, ...one }, 1e9), false);
  }
});

test("what was opened by a code or in an emergency ends by the hour", () => {
  const [entry] = entriesOf([event("emergency", { user: LEE, reason: "found unconscious", until: 15_400 })], NOTHING);
  assert.deepEqual(entry.lines, [{ words: "act.reason", quote: "found unconscious" }, { words: "act.visit-until", moment: 15_400 }]);
  assert.deepEqual(entriesOf([event("consent-code", { user: LEE })], NOTHING)[0].lines, []);
});

test("somebody left once so many key nodes say so that the others cannot open for them", () => {
  const left = (n, time, user = LEE) => event("departure-of", { user }, { source: `srs-${n}`, time });
  const [three, one] = [{ n: 3, t: 2 }, { n: 1, t: 1 }];
  assert.deepEqual([...departures([left(1, 1000)], one)], [[LEE, 1000]]);
  assert.deepEqual([...departures([left(1, 1000)], three)], []);
  assert.deepEqual([...departures([left(1, 1000), left(1, 1001)], three)], []);
  assert.deepEqual([...departures([left(1, 1000), left(3, 1005), event("departure-of", {})], three)], [[LEE, 1005]]);
  assert.deepEqual([...departures([event("leaver", { user: LEE }, { source: "portal" })], one)], []);
});

test("leavers and enrolments are told with the organisation", () => {
  const told = (type, more) => entriesOf([event(type, more, { source: "portal" })], NOTHING)[0];
  const leaver = told("leaver", { user: LEE, organisation: "City Heart Clinic", ended: true });
  assert.deepEqual([leaver.kind, leaver.who, ...words(leaver)], ["sharing", LEE, "act.leaver", "act.organisation", "act.leaver-ended"]);
  const stays = told("leaver", { user: LEE, organisation: "City Heart Clinic", ended: false });
  assert.equal(words(stays).at(-1), "act.leaver-stays");
  const enrolled = told("enrolled", { organisation: "City Heart Clinic", by: "someone" });
  assert.deepEqual([enrolled.who, ...words(enrolled)], ["administrator", "act.account.enrolled", "act.organisation"]);
  const issued = told("code-issued", { organisation: "City Heart Clinic", name: "Dr Lee", role: "physician" });
  assert.deepEqual(words(issued), ["act.account.code-issued", "act.organisation", "act.code-for"]);
});

test("what was given to a role and taken from it is told once for each role", () => {
  const [role, other] = ["physician", "nurse"];
  const given = ["medical", "personal"].flatMap((partition) => ["I", "J"].map((issuer) => ({ role, issuer, partition })));
  const told = event("acl", {
    seq: 1, acl: "a", granted: [], revoked: [], roles_granted: given, roles_revoked: [{ role: other, issuer: "I", partition: "medical" }],
  });
  const [taken, shared, ...rest] = entriesOf([told], NOTHING);
  assert.equal(rest.length, 0);
  assert.deepEqual(words(shared), ["act.role-shared", "act.role-shared-text"]);
  assert.deepEqual([shared.title.values, shared.parts], [{ role }, ["medical", "personal"]]);
  assert.deepEqual([taken.title, taken.parts], [{ words: "act.role-taken", values: { role: other } }, ["medical"]]);
});

test("what key nodes tell of the member alone is put down to the guardian who acted just before", () => {
  const acts = (action, time) => event("guardian-acts", { action, guardian: LEE }, { source: "portal", time });
  const own = (time) => access([item("medical", true)], { user: ADA }, { time });
  const found = entriesOf([acts("list", 1000), acl([{ user: LEE, partition: "medical" }], [], { time: 1001 }), acts("open", 1100), own(1101)], NOTHING);
  const named = found.filter(({ lines }) => lines.some((line) => line.words === "act.by-guardian" && line.member === LEE));
  assert.deepEqual(named.map(({ title }) => title.words), ["act.opened-own", "act.shared"]);
  const [noted] = found.filter(({ title }) => title.words === "act.account.guardian-acts");
  assert.deepEqual([noted.who, noted.lines[0].words], [LEE, "act.acts.open"]);
});

test("no guardian is named for what others did, what came long after, or what was of another kind", () => {
  const acts = (action, time) => event("guardian-acts", { action, guardian: LEE }, { source: "portal", time });
  const cases = [[acts("open", 1000), access([item("medical", true)], {}, { time: 1001 })], [acts("list", 1000), acl([], [], { time: 1061 })],
    [acts("list", 1000), access([item("medical", true)], { user: ADA }, { time: 1001 })], [acts("list", 1000), acl([], [], { time: 999 })]];
  for (const events of cases) {
    const lines = entriesOf(events, NOTHING).flatMap((one) => one.lines);
    assert.equal(lines.some((line) => line.words === "act.by-guardian"), false);
  }
});

test("handing an account over is told to everybody whom it concerns", () => {
  const portal = (type, told) => entriesOf([event(type, told, { source: "portal" })], NOTHING)[0];
  assert.deepEqual([portal("hand-over-offered", { guardian: LEE }).who, portal("hand-over-withdrawn", { guardian: LEE }).who, portal("hand-over-withdrawn", {}).who],
    [LEE, LEE, "account"]);
  const mine = portal("handed-over", { guardians: [LEE, 7] });
  assert.deepEqual([mine.who, mine.lines], [ADA, [{ words: "act.no-guardian", member: LEE }, { words: "act.no-guardian", member: "" }]]);
  assert.deepEqual(words(portal("dependant-handed-over", { dependant: LEE })), ["act.account.dependant-handed-over"]);
  const [changed] = entriesOf([event("registration", { changed: true, partitions: ["medical"] })], NOTHING);
  assert.deepEqual([changed.kind, changed.parts, words(changed)], ["account", [], ["act.account.keys-changed", "act.keys-changed-text"]]);
  const [reader] = entriesOf([event("keys-changed-of", { user: LEE })], NOTHING);
  assert.deepEqual([reader.kind, reader.who, words(reader)], ["sharing", LEE, ["act.new-keys", "act.new-keys-text"]]);
});

test("what comes after the account was handed over is no guardian's, and the list is signed anew", () => {
  const did = (action, time) => event("guardian-acts", { guardian: LEE, action }, { source: "portal", time });
  const found = entriesOf([
    did("list", 1000), acl([{ user: LEE, partition: "medical" }], [], { time: 1001 }), did("deposit", 1002),
    event("registration", { changed: true, partitions: ["medical"] }, { time: 1003 }),
    event("handed-over", { guardians: [LEE] }, { source: "portal", time: 1003 }),
    event("acl", { seq: 2, acl: "b", granted: [], revoked: [] }, { time: 1004 }),
    event("acl", { seq: 3, acl: "c", granted: [], revoked: [] }, { time: 1005 }),
    event("deposit", { record: RECORD, version: 1, partitions: ["medical"] }, { time: 1006 }),
  ], NOTHING).reverse();
  const guarded = found.filter((one) => one.lines.some((line) => line.words === "act.by-guardian"));
  assert.deepEqual(guarded.map((one) => one.title.words), ["act.shared"]);
  assert.deepEqual(found.map((one) => one.title.words).filter((one) => /limits|anew/.test(one)), ["act.signed-anew", "act.limits"]);
});
