/** Dates, sizes and words as pages show them. */
import assert from "node:assert/strict";
import test from "node:test";

process.env.TZ = "Europe/London";
const format = await import("../../static/js/ui/format.js");
const messages = await import("../../static/js/ui/messages.js");
const direction = await import("../../static/js/ui/direction.js");
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

const [FSI, PDI, RLM] = ["\u2068", "\u2069", "\u200f"];

test("a value is kept apart from a sentence that runs the other way", () => {
  assert.equal(messages.format("يشارك %(name)s معك", { name: "Ada" }, "ar"), `${RLM}يشارك ${FSI}Ada${PDI} معك`);
  assert.equal(messages.format("%(name)s shares", { name: "أحمد" }, "en-GB"), `${FSI}أحمد${PDI} shares`);
  assert.equal(messages.format("%(name)s shares", { name: "Ada" }, "ar"), `${FSI}Ada${PDI} shares`, "no words in Arabic yet");
});

test("what a sentence of ours isolates stays so in another; what a value leaves open does not", () => {
  const inner = messages.format("%(name)s shares", { name: "أحمد" }, "en-GB");
  assert.equal(messages.format("Again: %(what)s", { what: inner }, "en-GB"), `Again: ${FSI}${inner}${PDI}`);
  for (const bad of ["\u2067x", "x\u2069", "\u2069x\u2067", "\u2068\u2068x\u2069", "\u202ex\u2069"]) {
    assert.equal(messages.format("%(a)s!", { a: bad }, "en-GB"), "x!");
  }
  assert.equal(messages.format("%(a)s!", { a: "\u2066\u202ex\u2069" }, "en-GB"), "\u2066x\u2069!");
});

test("numbers, dates and sizes have the digits of records in every language", () => {
  for (const tag of ["en-GB", "es", "de", "fr", "hi", "ar"]) {
    globalThis.document = { documentElement: { lang: tag } };
    const made = [
      format.date(morning), format.dateTime(morning), format.shortDate(morning), format.weekday(morning), format.number(1_234_567.5),
      format.size(1_240_000), messages.format("%(n)s", { n: 42 }, tag), format.recordDate("2024-08-03"),
    ];
    for (const text of made) assert.doesNotMatch(text, /(?![0-9])\p{Nd}/u, `${tag}: ${text}`);
    assert.match(format.date(morning), /2026/);
    assert.match(format.list(["a", "b"]), /^a.+b$/);
  }
  delete globalThis.document;
});

test("Arabic sentences are chosen by six rules", () => {
  const words = Object.fromEntries(["zero", "one", "two", "few", "many", "other"].map((name) => [name, name]));
  const chosen = (/** @type {number} */ n) => messages.format(words, { n }, "ar");
  assert.deepEqual([0, 1, 2, 3, 10, 11, 99, 100, 102, 103].map(chosen),
    ["zero", "one", "two", "few", "few", "many", "many", "other", "other", "few"]);
});

/** @param {string} dir @param {(Node | string)[]} content @param {Record<string, string>} [has] */
function directed(dir, content, has = {}) {
  const attributes = { ...has };
  const element = {
    hasAttribute: (/** @type {string} */ name) => name in attributes,
    setAttribute: (/** @type {string} */ name, /** @type {string} */ value) => { attributes[name] = value; },
  };
  globalThis.document = /** @type {any} */ ({ documentElement: { dir } });
  direction.direct(/** @type {any} */ (element), content);
  delete globalThis.document;
  return attributes.dir;
}

test("an element of text alone finds its own direction where that may be another than the page's", () => {
  assert.equal(directed("rtl", ["Metformin"]), "auto");
  assert.equal(directed("ltr", ["Metformin"]), undefined);
  assert.equal(directed("ltr", ["أحمد"]), "auto");
  assert.equal(directed("rtl", ["Metformin"], { dir: "ltr" }), "ltr");
  assert.equal(directed("rtl", []), undefined);
  assert.equal(directed("rtl", ["a", /** @type {any} */ ({})]), undefined);
});
