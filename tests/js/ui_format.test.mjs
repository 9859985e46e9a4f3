/** Dates, sizes and words as pages show them. */
import assert from "node:assert/strict";
import test from "node:test";

process.env.TZ = "Europe/London";
const format = await import("../../static/js/ui/format.js");
const messages = await import("../../static/js/ui/messages.js");
const table = await import("../../static/js/ui/table.js");
const people = await import("../../static/js/ui/people.js");

const morning = "2026-11-20T09:20:00Z";

test("dates and times are British, absolute and say their zone", () => {
  assert.equal(format.date(morning), "20 November 2026");
  assert.equal(format.shortDate(morning), "20 Nov 2026");
  assert.equal(format.time(morning), "09:20 GMT");
  assert.equal(format.time("2026-07-20T09:20:00Z"), "10:20 BST");
  assert.match(format.dateTime(morning), /^20 November 2026 at 09:20 GMT$/);
});

test("moments are dates, seconds or ISO text, and nothing else", () => {
  assert.equal(format.date(1_795_166_400), format.date(new Date(1_795_166_400_000)));
  assert.throws(() => format.date("soon"), RangeError);
  // An owner may sign any time; it must not break the pages of those with whom she shares.
  assert.match(format.shortDate(Number.MAX_SAFE_INTEGER), /275760$/);
});

test("relative words are for today and yesterday by the local calendar alone", () => {
  const now = new Date("2026-11-20T00:30:00Z");
  assert.equal(format.relative("2026-11-20T00:10:00Z", now), "today");
  assert.equal(format.relative("2026-11-19T23:50:00Z", now), "yesterday");
  assert.equal(format.relative("2026-11-18T23:50:00Z", now), "");
  assert.equal(format.relative("2026-11-21T00:50:00Z", now), "");
});

test("yesterday stays yesterday over the end of summer time", () => {
  const now = new Date("2026-10-26T12:00:00Z");
  assert.equal(format.relative("2026-10-25T00:30:00Z", now), "yesterday");
});

test("a record's date is as exact as the record says, and never moves to another day", () => {
  assert.equal(format.recordDate("2024"), "2024");
  assert.equal(format.recordDate("2024-08"), "August 2024");
  assert.equal(format.recordDate("2024-08-03"), "3 August 2024");
  assert.equal(format.recordDate("2024-08-03T23:30:00-09:00"), "3 August 2024");
  assert.equal(format.recordDate("about 2010"), "about 2010");
});

test("sizes have one to three digits and a unit", () => {
  assert.equal(format.size(0), "0 bytes");
  assert.equal(format.size(999), "999 bytes");
  assert.equal(format.size(184_000), "184 kB");
  assert.equal(format.size(1_240_000), "1.2 MB");
});

test("values go into words as text", () => {
  assert.equal(messages.format("Hello %(name)s, 100%% sure", { name: "<b>%(x)s</b>" }, "en-GB"), "Hello <b>%(x)s</b>, 100% sure");
  assert.equal(messages.format("%(n)s items", { n: 12_345 }, "en-GB"), "12,345 items");
  assert.equal(messages.format("Hello %(name)s", {}, "en-GB"), "Hello %(name)s");
});

test("values cannot turn the sentence around them", () => {
  const sentence = "Sent for %(purpose)s on %(when)s";
  const values = { purpose: "\u202etreatment\u2066", when: "1 May" };
  assert.equal(messages.format(sentence, values, "en"), "Sent for treatment on 1 May");
});

test("the number chooses the sentence, by the rules of the language", () => {
  const rows = { one: "%(n)s row", few: "%(n)s rows (few)", other: "%(n)s rows" };
  assert.equal(messages.format(rows, { n: 1 }, "en-GB"), "1 row");
  assert.equal(messages.format(rows, { n: 0 }, "en-GB"), "0 rows");
  assert.equal(messages.format(rows, { n: 3 }, "pl"), "3 rows (few)");
  assert.equal(messages.format({ other: "%(n)s rows" }, { n: 1 }, "en-GB"), "1 rows");
});

test("cells sort as numbers or by language, what is empty last", () => {
  assert.deepEqual(["10", "9", "", "2.5"].sort(table.compare), ["2.5", "9", "10", ""]);
  assert.deepEqual(["Zoe", "Änne", "adam"].sort(table.compare), ["adam", "Änne", "Zoe"]);
});

test("a row matches when every word occurs", () => {
  assert.ok(table.matches("Dr Jonathan Lee, Cardiology", ["lee", "card"]));
  assert.ok(!table.matches("Dr Jonathan Lee", ["lee", "card"]));
});

test("initials leave titles out", () => {
  assert.equal(people.initials("Dr Jonathan Lee"), "JL");
  assert.equal(people.initials("Ada"), "A");
  assert.equal(people.initials("  "), "");
});
