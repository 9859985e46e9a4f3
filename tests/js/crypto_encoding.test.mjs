import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { kernel, octets } from "./bundle.mjs";

const { encoding, bytes, DecodingError } = kernel;
const refused = (act) => assert.throws(act, DecodingError);

test("strict JSON refuses what JSON.parse takes", () => {
  for (const text of [
    '{"a":1,"a":2}', '{"a":1,"\\u0061":2}', '{"a":{"b":1,"b":1}}', "1.0", "1e3", "-0", "9007199254740992", "01", "+1",
    '"\\ud800"', '"\\udc00\\ud800"', "\ufeff1", " \u00a01", "[1,]", '{"a":1,}', "1 2", "", "nul", "NaN", "'a'",
    '"\u0001"', '"\\x"', '"a', "[", "{", '{"a"}', '{a:1}', "[1 2]", "// c\n1", "Infinity", "-", "--1",
  ]) refused(() => encoding.parseIjson(octets(text)), text);
});

test("strict JSON refuses octets that are not UTF-8", () => {
  for (const bad of [[0xff], [0x22, 0xc0, 0xaf, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22], [0x22, 0xe2, 0x82, 0x22]]) {
    refused(() => encoding.parseIjson(Uint8Array.from(bad)));
  }
});

test("nesting ends at 64 objects and lists, and a deep bomb is refused quickly", () => {
  const nested = (depth) => octets("[".repeat(depth) + "1" + "]".repeat(depth));
  assert.ok(encoding.parseIjson(nested(64)));
  refused(() => encoding.parseIjson(nested(65)));
  refused(() => encoding.parseIjson(octets("[".repeat(5_000_000))));
  refused(() => encoding.parseIjson(octets('{"a":'.repeat(1_000_000))));
});

test("long texts neither overflow a stack nor take long", () => {
  const long = "a".repeat(8_000_000);
  assert.equal(encoding.parseIjson(octets(`"${long}"`)), long);
  assert.equal(encoding.parseIjson(octets(`"${"\\n".repeat(2_000_000)}"`)).length, 2_000_000);
  refused(() => encoding.parseIjson(octets(`"${long}`)));
});

test("the name __proto__ is a name like any other", () => {
  const value = encoding.parseIjson(octets('{"__proto__":{"admin":true}}'));
  assert.equal(value.admin, undefined);
  assert.equal(bytes.utf8Text(encoding.canonicalJson(value)), '{"__proto__":{"admin":true}}');
  refused(() => encoding.parseIjson(octets('{"__proto__":1,"__proto__":2}')));
});

test("canonical JSON sorts by UTF-16 code units and refuses what it cannot write", () => {
  const value = { "\u{1f600}": 1, "\ufb33": 2, "\u0080": 3, "": 4, b: [true, null, -5], a: "\u2028\"\\\n" };
  assert.equal(bytes.utf8Text(encoding.canonicalJson(value)),
    '{"":4,"a":"\u2028\\"\\\\\\n","b":[true,null,-5],"\u0080":3,"\u{1f600}":1,"\ufb33":2}');
  for (const bad of [1.5, -0, 2 ** 53, NaN, undefined, "\ud800", { "\udc00": 1 }, new Date(), () => 1, 1n]) {
    refused(() => encoding.canonicalJson(bad));
  }
});

const json = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: "small" }, fc.constant(null), fc.boolean(), fc.maxSafeInteger(),
    fc.string({ unit: "binary" }), fc.array(tie("value")), fc.dictionary(fc.string({ unit: "binary" }), tie("value"))),
})).value;

const plain = (value) => JSON.parse(JSON.stringify(value));

test("canonical JSON reads back as it was, and is a fixed point", () => {
  fc.assert(fc.property(json.filter((value) => !JSON.stringify(value).includes("-0")), (value) => {
    const written = encoding.canonicalJson(plain(value));
    assert.deepEqual(plain(encoding.parseIjson(written)), plain(value));
    assert.deepEqual(encoding.canonicalJson(encoding.parseIjson(written)), written);
  }));
});

test("whatever strict JSON takes, JSON.parse reads alike", () => {
  const pieces = fc.array(fc.constantFrom("{", "}", "[", "]", ",", ":", '"a"', '"b"', "1", "-1", "0", "true", "null", " ", "1.5", '"\\u0061"'), { maxLength: 12 });
  fc.assert(fc.property(pieces, (parts) => {
    const text = parts.join("");
    let value;
    try {
      value = encoding.parseIjson(octets(text));
    } catch (error) {
      assert.ok(error instanceof DecodingError);
      return;
    }
    assert.deepEqual(plain(value), JSON.parse(text));
  }), { numRuns: 2000 });
});

test("base64url and base64 have one spelling of every octet string", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (value) => {
    assert.deepEqual(encoding.b64uDecode(encoding.b64uEncode(value)), new Uint8Array(value));
    assert.deepEqual(encoding.b64Decode(encoding.b64Encode(value)), new Uint8Array(value));
  }));
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom(..."AQgwZz09-_+/= \n\u00e9"), maxLength: 10 }), (text) => {
    for (const [decode, encode] of [[encoding.b64uDecode, encoding.b64uEncode], [encoding.b64Decode, encoding.b64Encode]]) {
      let value;
      try {
        value = decode(text);
      } catch (error) {
        assert.ok(error instanceof DecodingError);
        continue;
      }
      assert.equal(encode(value), text);
    }
  }), { numRuns: 3000 });
});

test("ids end where they end", () => {
  const id = "390597f8-182b-4387-8564-9c4ba805d4a6";
  assert.equal(encoding.checkUuid(id), id);
  for (const bad of [`${id}\n`, `\n${id}`, id.toUpperCase(), null, 5, {}, [id]]) refused(() => encoding.checkUuid(bad));
  for (const bad of ["", "a".repeat(33), "a\n", "A", "\u0131", "_", "__proto__"]) refused(() => encoding.checkPartition(bad));
  for (const bad of ["", "A", "a@b\n", "a b", "a".repeat(255)]) refused(() => encoding.checkLogin(bad));
});

test("numbers that are no I-JSON integers are refused wherever a number goes", () => {
  for (const bad of [-1, -0, 1.5, 2 ** 53, NaN, "1", null, true, 1n]) refused(() => encoding.dec(bad));
});
