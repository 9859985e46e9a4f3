/** What an administrator is told of a removal: nothing that another sentence beside it makes untrue. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { actsFor, meaning, outcome } from "../../static/js/pages/organisation/departing.js";

const page = readFileSync(new URL("../../templates/pages/organisation.jinja", import.meta.url), "utf8");
const english = Object.fromEntries([...page.matchAll(/"(org\.[\w.-]+)": (?:_|plural)\("([^"]*)"/g)].map(([, key, words]) => [key, words]));
const keys = (sentences) => sentences.map(({ words }) => words);
const after = (state, ends, acts_for = 0) => ({ name: "Lee", state, leaving: { ends_membership: ends, nodes: 3 }, acts_for });

const ENDS = [
  [meaning("Lee", { ends_membership: true, acts_for: 0 }), meaning("Lee", { ends_membership: true, acts_for: 2 }), "org.remove.ends"],
  [outcome(after("left", true), 3), outcome(after("left", true, 2), 3), "org.removed"],
  [outcome(after("leaving", true), 1), outcome(after("leaving", true, 2), 1), "org.unfinished"],
];

test("whoever acts for nobody is signed out for good, whoever acts for somebody still signs in for that", () => {
  for (const [alone, acting, first] of ENDS) {
    assert.deepEqual(keys(alone), [first, "org.signed-out"]);
    assert.deepEqual(keys(acting), [first, "org.acts-for"]);
    assert.deepEqual(acting[1].values, { n: 2 });
  }
});

test("beside the one thing for which somebody still signs in no word says that nobody does", () => {
  assert.match(english["org.signed-out"], /signed out for good/);
  for (const [, acting] of ENDS) {
    const text = keys(acting).map((key) => english[key]).join(" ");
    assert.match(text, /can still sign in for one thing/);
    assert.doesNotMatch(text, /signed out|undefined/);
  }
});

test("who stays a member elsewhere is not signed out, finished or not", () => {
  const stays = [
    [meaning("Lee", { ends_membership: false, acts_for: 0 }), "org.remove.stays"],
    [outcome(after("left", false), 0), "org.removed-stays"],
    [outcome(after("leaving", false), 0), "org.unfinished-stays"],
  ];
  for (const [sentences, only] of stays) {
    assert.deepEqual(sentences, [{ words: only, values: { name: "Lee" } }]);
    assert.doesNotMatch(english[only], /signed out|key nodes have confirmed/);
  }
});

test("what was confirmed is told with its numbers; nobody in need of anybody is not mentioned", () => {
  assert.deepEqual(outcome(after("leaving", true), 2)[0].values, { name: "Lee", n: 2, nodes: 3 });
  assert.deepEqual(actsFor({ acts_for: 0 }), []);
});
