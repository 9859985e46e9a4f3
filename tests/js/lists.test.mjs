/** All lists so far: a chain without gaps, and what each changed; and a role's cell in the matrix. */
import assert from "node:assert/strict";
import test from "node:test";

import { Integrity } from "../../static/js/endpoint/errors.js";
import { chained, changesBetween } from "../../static/js/endpoint/lists.js";
import { applied, cellAbout, isIdle, overtaken, roleCell, roleId } from "../../static/js/endpoint/matrix.js";

const DOCTORS = { role: "physician", issuer: "I".repeat(43) };
const rule = (who, partitions, more = {}) => ({
  id: crypto.randomUUID(), who, partitions, actions: ["read"], purposes: [], valid_from: 0, valid_until: null,
  history: false, deny: false, emergency: null, ...more,
});
const LEE = { member: "00000000-0000-4000-8000-00000000000a", key: "K" };

function chain(...steps) {
  let previous = null;
  return steps.map((rules, i) => {
    const one = { seq: i + 1, previous, iat: 100 + i, rules, digest: `digest ${i + 1}` };
    previous = one.digest;
    return one;
  });
}

test("a whole chain tells what each list changed", () => {
  const given = rule(DOCTORS, ["medical", "personal"], { valid_until: 9 });
  const lists = chain([given], [given, rule(LEE, ["medical"])], [{ ...given, partitions: ["medical"] }]);
  const found = chained(lists, { seq: 3, digest: "digest 3" });
  const told = found.map(({ seq, added, removed }) => [seq, ...[added, removed].map((lines) => lines.map((line) => line.partition))]);
  assert.deepEqual(told, [[1, ["medical", "personal"], []], [2, ["medical"], []], [3, [], ["personal", "medical"]]]);
  assert.deepEqual(found[0].added[0], { who: DOCTORS, partition: "medical", kind: "grant", until: 9, history: false });
  assert.equal(found[1].signed, 101);
});

test("a list that is missing, foreign, twice or out of order is a stop; so is another end", () => {
  const lists = chain([], [], []);
  const [a, b, c] = lists;
  const head = { seq: 3, digest: "digest 3" };
  for (const wrong of [[b, c], [a, c], [a, b], [a, b, c, c], [b, a, c], [a, { ...b, digest: "other" }, c], []]) {
    assert.throws(() => chained(wrong, head), Integrity);
  }
  assert.throws(() => chained(lists, { seq: 3, digest: "other" }), Integrity);
  assert.throws(() => chained(lists, { seq: 4, digest: "digest 3" }), Integrity);
  assert.deepEqual(chained([], { seq: 0, digest: null }), []);
});

test("kinds of rules are told apart, and a rule with another id or order is the same", () => {
  const before = [rule(DOCTORS, ["a", "b"])];
  assert.deepEqual(changesBetween(before, [rule(DOCTORS, ["b"]), rule(DOCTORS, ["a"])]), { added: [], removed: [] });
  const { added } = changesBetween([], [
    rule(LEE, ["a"], { deny: true }), rule(DOCTORS, ["a"], { emergency: { hours: 2, signers: 1 } }),
    rule(DOCTORS, ["a"], { code: true }), rule(DOCTORS, ["a"]), rule(DOCTORS, ["c"], { actions: ["add"] }),
  ]);
  assert.deepEqual(added.map(({ kind }) => kind), ["deny", "emergency", "code", "grant"]);
});

test("a role's cell: what an ordinary rule says, and what stands besides", () => {
  const rules = [
    rule(DOCTORS, ["medical"], { valid_until: 50 }), rule(DOCTORS, ["medical"], { emergency: { hours: 4, signers: 2 } }),
    rule({ ...DOCTORS, issuer: "other" }, ["personal"]), rule(DOCTORS, ["personal"], { code: true }), rule(LEE, ["insurance"]),
  ];
  const cell = (name, now = 10) => roleCell(rules, DOCTORS, name, now);
  assert.deepEqual([cell("medical").state, cell("medical").until, cell("medical").emergency, cell("medical").code], ["shared", 50, 4, false]);
  assert.equal(cell("medical", 50).state, "ended");
  assert.deepEqual([cell("personal").state, cell("personal").special.state, cell("personal").code], ["none", "shared", true]);
  assert.equal(cell("insurance").state, "none");
});

test("changes of roles are applied, dropped when idle, and overtaken by other devices", () => {
  const change = { member: roleId(DOCTORS), key: "", role: DOCTORS, partition: "medical", take: false, until: 99, history: true };
  const other = { ...change, partition: "personal" };
  const after = applied([rule(LEE, ["medical"])], [change, other]);
  assert.deepEqual(after[1].who, DOCTORS);
  assert.deepEqual([after.length, after[1].partitions, after[1].valid_until, after[1].history], [2, ["medical", "personal"], 99, true]);
  assert.equal(isIdle(cellAbout(after, change, 10), change), true);
  assert.equal(isIdle(cellAbout(after, change, 10), { ...change, until: null }), false);
  const taken = applied(after, [{ ...change, take: true, until: null, history: false }]);
  assert.deepEqual(taken[1].partitions, ["personal"]);
  assert.deepEqual(taken[0].who, LEE);
  assert.deepEqual(overtaken([change, other], after, taken, 10), [change]);
});
