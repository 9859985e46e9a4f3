/** Three key nodes, of which two are enough, and the log, for the endpoint under Node: what they sign. */
import { b64uEncode } from "../../static/js/crypto/encoding.js";
import { publicKey } from "../../static/js/crypto/ed25519.js";
import { formatCheckpoint, signNote } from "../../static/js/crypto/log.js";
import { leafHash } from "../../static/js/crypto/merkle.js";
import { payload, sign, verify } from "../../static/js/endpoint/statement.js";
import { DEPLOYMENT } from "./account_server.mjs";

const LOG = "log.made-up.example";
const uuid = (n) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const seedOf = (n) => new Uint8Array(32).fill(200 + n);
const STREAM = uuid(990);
const ENTRY = new Uint8Array(32).fill(5);

const nodes = [1, 2, 3].map((index) => ({ index, id: uuid(900 + index), hpke: publicKey(seedOf(index)) }));
/** As `loadDeployment` gives it. */
export const place = {
  id: DEPLOYMENT, n: 3, t: 2, nodes, nodeKeys: new Map(nodes.map(({ index, id }) => [id, publicKey(seedOf(index))])),
  log: { name: LOG, key: publicKey(seedOf(0)) },
};

/** A member's session as far as requests and receipts need it; it remembers nothing. */
export const sessionOf = (me, keys) => {
  const ownKeys = new Map([[me, keys.verification]]);
  return { me: { id: me }, keys, deployment: place, ownKeys, ownKeysOf: () => ownKeys, memory: { get: async () => undefined, update: async () => {} } };
};

const signed = (index, typ, members) => sign(seedOf(index), typ, payload(DEPLOYMENT, uuid(900 + index), members));

/** One node's receipt for an object of this digest. */
export const receiptOf = (index, kind, digest, owner) =>
  signed(index, "sesphr-receipt", { owner, kind, object: b64uEncode(digest), seq: 1, effective: true });

/** One node's receipt for a statement. */
export const receipt = (index, kind, jws, owner) => {
  const keys = new Map([[owner.id, owner.keys.verification]]);
  const { digest } = verify(jws, { typ: `sesphr-${kind}`, deployment: DEPLOYMENT, directory: keys, what: kind });
  return receiptOf(index, kind, digest, owner.id);
};

/**
 * One node's answer to a request, with its event in a log of this one.
 * @param {number} index @param {Uint8Array} request its digest @param {object[]} items
 */
export const answer = (index, request, items) => {
  const log = [{ stream: STREAM, number: 1, index: 0, entry: b64uEncode(ENTRY) }];
  const checkpoint = signNote(LOG, seedOf(0), publicKey(seedOf(0)), formatCheckpoint(LOG, 1, leafHash(ENTRY)));
  return { answer: signed(index, "sesphr-access-answer", { request: b64uEncode(request), items, log }), tickets: [], proofs: [{ index: 0, size: 1, path: [], checkpoint }] };
};

/** What a node says of one partition: allowed where there is something to open it with, denied for a reason otherwise. */
export const part = (partition, { point = null, reason = "" } = {}) =>
  reason ? { partition, decision: "deny", rule: null, reason, answer: null }
    : { partition, decision: "allow", rule: null, reason: "rule", answer: point && b64uEncode(point) };
