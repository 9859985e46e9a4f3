import assert from "node:assert/strict";
import { test } from "node:test";

import { kernel, uuid } from "./bundle.mjs";
import { given, kindOf, termsOf, withdrawn } from "../../static/js/endpoint/visits.js";
import { base32, otpauth } from "../../static/js/pages/consent-code/otpauth.js";
import { cardAddress } from "../../static/js/pages/emergency/address.js";

const issuer = kernel.encoding.b64uEncode(new Uint8Array(32));
const code = { role: "physician", issuer, partitions: ["medical"], hours: 24, signers: 0, history: true };
const emergency = { ...code, partitions: ["personal", "medical"], hours: 4, signers: 2 };
const ordinary = {
  id: uuid(1), who: { role: "physician", issuer }, partitions: ["medical"], actions: ["read"], purposes: [], valid_from: 0,
  valid_until: null, history: false, deny: false, emergency: null,
};

test("a code and an emergency are rules of their own beside the ordinary one", () => {
  const rules = given(given([ordinary], code), emergency);
  assert.deepEqual(rules.map(kindOf), [null, "code", "emergency"]);
  kernel.acl.checkRules({ default_partitions: [], rules });
  assert.deepEqual(termsOf(rules, "code"), [code]);
  assert.deepEqual(termsOf(rules, "emergency"), [{ ...emergency, partitions: ["medical", "personal"] }]);
  assert.deepEqual(given(rules, code), rules, "the same terms change nothing");
  const longer = given(rules, { ...code, hours: 2 });
  assert.deepEqual(termsOf(longer, "code").map(({ hours }) => hours), [2]);
  assert.deepEqual(withdrawn(withdrawn(rules, "code"), "emergency"), [ordinary]);
  const { hours: _, ...bare } = rules[1];
  assert.equal(termsOf([bare], "code")[0].hours, 24);
});

test("what an app reads", () => {
  assert.equal(base32(new TextEncoder().encode("12345678901234567890")), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
  assert.equal(otpauth("GEZD", "SeSPHR consent - Ada"), "otpauth://totp/SeSPHR%20consent%20-%20Ada?secret=GEZD&issuer=SeSPHR%20consent");
});

test("an emergency card says an address and an opaque id, and nothing else", () => {
  assert.equal(cardAddress("https://sesphr.example", uuid(7)), `https://sesphr.example/emergency/${uuid(7)}`);
  const { protocol, host, pathname, search, hash, username } = new URL(cardAddress("http://127.0.0.1:8000", uuid(7)));
  assert.deepEqual([protocol, host, search, hash, username], ["http:", "127.0.0.1:8000", "", "", ""]);
  assert.match(pathname, /^\/emergency\/[0-9a-f-]{36}$/);
});
