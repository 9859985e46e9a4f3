/** Lists of records: what a server that lies about them is found out by. */
import assert from "node:assert/strict";
import test from "node:test";

import { Integrity } from "../../static/js/endpoint/errors.js";
import { DEPOSITS, list } from "../../static/js/endpoint/records.js";
import { MadeUpServer } from "./account_server.mjs";

const [ADA, BEN, ONE, TWO] = Array.from({ length: 4 }, () => crypto.randomUUID());
const view = (record, more = {}) => ({ record, owner: ADA, owner_name: "Ada", version: 2, manifest: "A", date: 1, partitions: ["medical"], ...more });
const held = (deposits) => ({ get: async (name) => (name === DEPOSITS ? structuredClone(deposits) : undefined) });
const session = { me: { id: ADA }, memory: held({ [ONE]: { version: 2, manifest: "A" } }) };
const listing = (path, records) => new MadeUpServer({ [`GET /records${path}`]: { records } });
const stopped = (what) => (error) => error instanceof Integrity && error.what === what;

test("a list of one owner is of that owner, has no record twice, and none of one's own is missing or older", async () => {
  const [hers, all] = [{ owner: ADA }, {}];
  const cases = [
    [hers, [view(ONE), view(ONE)], "record-twice"], [all, [view(ONE), view(ONE)], "record-twice"],
    [hers, [view(ONE), view(TWO, { owner: BEN })], "record-owner"],
    [hers, [view(TWO)], "record-missing"], [hers, [], "record-missing"], [hers, [view(ONE, { version: 1 })], "record-older"],
  ];
  for (const [query, records, what] of cases) {
    listing(query.owner ? `?owner=${ADA}` : "", records);
    await assert.rejects(list(session, query), stopped(what), what);
  }
  listing(`?owner=${ADA}`, [view(ONE, { version: 3 }), view(TWO)]);
  assert.equal((await list(session, hers)).length, 2);
});

test("what another tab deposits while the list is on its way need not be in it", async () => {
  const deposits = { [ONE]: { version: 2, manifest: "A" } };
  new MadeUpServer({ [`GET /records?owner=${ADA}`]: () => {
    deposits[TWO] = { version: 1, manifest: "B" };
    return { records: [view(ONE)] };
  } });
  assert.deepEqual((await list({ ...session, memory: held(deposits) }, { owner: ADA })).map(({ record }) => record), [ONE]);
});
