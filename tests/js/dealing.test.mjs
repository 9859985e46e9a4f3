/** Dealing for roles: each node gets its own share, sealed to it alone and checkable against the commitments. */
import assert from "node:assert/strict";
import test from "node:test";

import { b64uDecode } from "../../static/js/crypto/encoding.js";
import * as groups from "../../static/js/crypto/groups.js";
import * as hpke from "../../static/js/crypto/hpke.js";
import { MemberKeys } from "../../static/js/crypto/keys.js";
import * as pre from "../../static/js/crypto/pre.js";
import { decodeScalar } from "../../static/js/crypto/scalar.js";
import { verify } from "../../static/js/crypto/statements.js";
import { deal, NoKey, requireKeys } from "../../static/js/endpoint/dealing.js";
import { lackingOf } from "../../static/js/endpoint/sharing.js";

const OWNER = "00000000-0000-4000-8000-000000000001";
const PLACE = "test.example";
const ACL = new TextEncoder().encode("{}");
const keys = MemberKeys.fromSeed(new Uint8Array(32).fill(3));

/** @param {number} n @param {number} t */
async function scene(n, t) {
  const nodes = [];
  for (let index = 1; index <= n; index++) {
    const { secret, public: publicKey } = await hpke.generateKey();
    nodes.push({ index, id: "", verification: new Uint8Array(32), hpke: publicKey, secret });
  }
  return { keys, me: { id: OWNER }, deployment: { id: PLACE, n, t, nodes } };
}

const dealt = async (session, shares) => {
  const jws = await deal(session, ACL, [], { pairs: [], shares });
  return verify(jws, { typ: "sesphr-deal", deployment: PLACE, directory: new Map([[OWNER, keys.verification]]) }).payload;
};

for (const [n, t] of [[1, 1], [3, 2]]) {
  test(`shares for ${n} nodes of which ${t} are enough`, async () => {
    const session = await scene(n, t);
    const shares = [{ partition: "medical", epoch: 2 }, { partition: "medical", epoch: 1 }, { partition: "personal", epoch: 2 }];
    const { deals, standing } = await dealt(session, shares);
    assert.deepEqual(deals, []);
    assert.deepEqual(standing.map(({ partition, epoch, sealed }) => [{ partition, epoch }, sealed.length]), shares.map((share) => [share, n]));
    const [{ commitments, sealed }] = standing;
    const A = keys.partition("medical", 2).public;
    for (const { index, secret } of session.deployment.nodes) {
      const scope = { deployment: PLACE, owner: OWNER, partition: "medical", epoch: 2, index };
      const open = (changed) => {
        const { enc, ciphertext } = sealed[index - 1];
        return hpke.unseal(secret, b64uDecode(enc), pre.shareInfo({ ...scope, ...changed }), b64uDecode(ciphertext));
      };
      const share = decodeScalar(await open({}));
      pre.checkStanding({ A, index, n, t, commitments: commitments.map((E) => groups.decodeG1(b64uDecode(E))), share });
      for (const wrong of [{ partition: "personal" }, { epoch: 1 }, { index: index + 1 }, { deployment: "other" }]) {
        await assert.rejects(open(wrong));
      }
    }
  });
}

test("a partition without a key is named, and nothing is dealt", async () => {
  const own = { epoch: (name) => (name === "empty" ? null : 2) };
  assert.throws(() => requireKeys(own, ["medical", "empty"]), (error) => error instanceof NoKey && error.partitions.join() === "empty");
  const session = await scene(1, 1);
  assert.equal(await deal(session, ACL, [], { pairs: [], shares: [] }), null);
});

test("what is lacking is what the rules need and the nodes were not dealt", () => {
  const rule = (who, partitions) => ({
    id: crypto.randomUUID(), who, partitions, actions: ["read"], purposes: [], valid_from: 0, valid_until: null,
    history: false, deny: false, emergency: null,
  });
  const rules = [
    rule({ role: "physician", issuer: "I" }, ["medical", "insurance"]),
    { ...rule({ role: "nurse", issuer: "I" }, ["personal"]), emergency: { hours: 1, signers: 2 } },
    { ...rule({ role: "nurse", issuer: "I" }, ["prescription"]), deny: true },
    { ...rule({ role: "nurse", issuer: "I" }, ["prescription"]), actions: ["add"] },
    rule({ member: "m", key: "k" }, ["medical", "personal"]),
  ];
  const head = {
    held: [{ member: "m", partition: "medical", epoch: 1 }, { member: "m", partition: "personal", epoch: 2 }],
    shares: [{ partition: "medical", epoch: 1 }, { partition: "other", epoch: 1 }],
  };
  const once = { epochs: (name) => (name === "personal" ? [1, 2] : [1]) };
  assert.deepEqual(lackingOf(head, rules, once), {
    pairs: [{ member: "m", partition: "personal", epoch: 1 }],
    shares: [{ partition: "insurance", epoch: 1 }, { partition: "personal", epoch: 1 }, { partition: "personal", epoch: 2 }],
  });
  const never = { epochs: () => [] };
  assert.deepEqual(lackingOf(head, rules, never), { pairs: [], shares: [] });
});
