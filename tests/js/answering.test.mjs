/** An owner's answer to what was added, with three key nodes of which two are enough. */
import assert from "node:assert/strict";
import test from "node:test";

import { utf8 } from "../../static/js/crypto/bytes.js";
import { b64Encode, b64uEncode } from "../../static/js/crypto/encoding.js";
import { encapsulatePartition, encryptRecord } from "../../static/js/crypto/envelope.js";
import { G2_GENERATOR, pair } from "../../static/js/crypto/groups.js";
import { MemberKeys } from "../../static/js/crypto/keys.js";
import { accept, decline } from "../../static/js/endpoint/answering.js";
import { Integrity } from "../../static/js/endpoint/errors.js";
import { registration } from "../../static/js/endpoint/registration.js";
import { own } from "../../static/js/endpoint/visiting.js";
import { DEPLOYMENT, MadeUpServer } from "./account_server.mjs";
import { answer, part, receipt, sessionOf } from "./made_up_nodes.mjs";

const [ADA, LAB, RECORD] = Array.from({ length: 3 }, () => crypto.randomUUID());
const [hers, his] = [1, 2].map((n) => MemberKeys.fromSeed(new Uint8Array(32).fill(n)));
const session = sessionOf(ADA, hers);
/** What an author wrote into her records, and what is listed of it. */
const written = async (author, authorKeys, version = 1) => {
  const place = { deployment: DEPLOYMENT, owner: ADA, record: RECORD, version };
  const { public: key, wrap } = hers.partition("medical", 1);
  const made = encapsulatePartition(place, "medical", 1, key);
  const drafts = [{ encapsulation: made, plaintext: utf8("<m>5.1</m>"), ...(author === ADA && { w: wrap }) }];
  const previous = version === 1 ? null : "A".repeat(43);
  const sealed = await encryptRecord(place, drafts, { author, authorKeys: authorKeys.signingKey, iat: 1, previous });
  const digest = b64uEncode(sealed.digest);
  return { sealed, version, point: author === ADA ? null : pair(made.R, G2_GENERATOR).encode(), proposal: { record: RECORD, digest, partitions: ["medical"] } };
};
const offered = await written(LAB, his);
const { proposal } = offered;
const refused = (error) => error instanceof Integrity && error.what === "receipt";

/** Opens the record, and answers with the receipts of these nodes. */
const serverOf = (indexes, { sealed, version, point, proposal: { digest } } = offered) => {
  const receipts = (kind) => (body) => ({ record: RECORD, state: "", receipts: indexes.map((index) => receipt(index, kind, body[kind], { id: ADA, keys: hers })) });
  const item = { record: RECORD, owner: ADA, version, manifest: digest, partitions: [part("medical", { point })] };
  return new MadeUpServer({
    "POST /access": ({ request }) => ({
      answers: [1, 2].map((index) => answer(index, own(session, request).digest, [item])),
      objects: [{ digest, manifest: sealed.manifest, document: b64Encode(sealed.document), partitions: {}, accept: null }],
    }),
    [`GET /directory/${LAB}`]: {
      member: LAB, name: "Lab", role: "laboratory", state: "authorised", checked: "", joined: 0,
      registrations: [registration(his, { deployment: DEPLOYMENT, member: LAB, partitions: [] }).jws],
    },
    [`POST /proposals/${RECORD}/accept`]: receipts("accept"), [`POST /proposals/${RECORD}/decline`]: receipts("deletion"),
  });
};

for (const [name, act] of [["accept", accept], ["decline", decline]]) {
  test(`one key node may be away when an owner has to ${name}, two may not`, async () => {
    for (const indexes of [[1, 2, 3], [1, 2], [3, 2]]) {
      const server = serverOf(indexes);
      await act(session, proposal);
      assert.equal(server.bodies(`POST /proposals/${RECORD}/${name}`).length, 1);
    }
    for (const indexes of [[], [2], [2, 2]]) {
      serverOf(indexes);
      await assert.rejects(act(session, proposal), refused);
    }
  });
}

test("nothing is accepted that is her own already, or a later version of something", async () => {
  for (const one of [await written(ADA, hers), await written(LAB, his, 2)]) {
    const server = serverOf([1, 2, 3], one);
    await assert.rejects(accept(session, one.proposal), (error) => error instanceof Integrity && error.what === "manifest");
    assert.deepEqual(server.bodies(`POST /proposals/${RECORD}/accept`), []);
  }
});
