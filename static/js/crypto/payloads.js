/**
 * The payloads of the signed objects, one schema each, and what ties their members together.
 * @module
 */
import { checkRules } from "./acl.js";
import { SUITE, checkDeployment } from "./encoding.js";
import { StatementError } from "./errors.js";
import {
  b64u, boolean, byPartition, int, list, nullable, object, octets, oneOf, partition, pattern, refuse, text, unique, uuid,
} from "./schemas.js";

/** @typedef {import("./schemas.js").Check} Check */
/** @typedef {import("./schemas.js").Members} Members */

const MAX_PAIRS = 1000;
const MAX_DEALS = 10000;
const MAX_STANDING = 1000;
const MAX_NODES = 255;
// What one registration or one request may name: each costs its reader work.
const MAX_NAMES = 64;

/** @type {Check} */
const anything = () => {};

/** Members of every payload. */
const COMMON = {
  suite: oneOf(SUITE), deployment: (/** @type {unknown} */ id) => void checkDeployment(id), iss: uuid, iat: int(),
};

const digest = b64u(32);
const purpose = pattern(/^[a-z0-9-]{1,32}$/);

/** @param {Iterable<string>} keys */
function demandUnique(keys) {
  const all = [...keys];
  if (new Set(all).size !== all.length) refuse("an item stands twice");
}

const attachment = object({ id: uuid, size: int(16), root: digest });
const manifestPart = object({
  epoch: int(1), rh: digest, kc: digest, digest, size: int(28), attachments: list(attachment),
});

/** @param {Members} payload */
function manifestRules(payload) {
  if ((payload.version === 1) !== (payload.previous === null)) refuse("version 1, and no other, has no previous");
  /** @type {Members[]} */
  const parts = Object.values(payload.partitions);
  demandUnique(parts.flatMap((part) => part.attachments.map((/** @type {Members} */ one) => one.id)));
  const owners = ["date", "open_from", "open_until"].some((name) => Object.hasOwn(payload, name));
  if (owners && payload.iss !== payload.owner) refuse("only the owner sets a date or a window");
  if (Object.hasOwn(payload, "date") && payload.version !== 1) refuse("only version 1 has a date");
}

/** @param {Members} payload */
function requestRules(payload) {
  /** @type {Members[]} */
  const items = payload.items;
  const pairs = items.flatMap((item) => item.partitions.map((/** @type {string} */ name) => `${item.record} ${name}`));
  if (pairs.length > MAX_PAIRS) refuse("more than 1000 pairs");
  demandUnique(pairs);
  demandUnique((payload.codes ?? []).map((/** @type {Members} */ one) => one.owner));
}

/** @param {Members} payload */
function aclRules(payload) {
  if ((payload.seq === 1) !== (payload.previous === null)) refuse("the first list, and no other, has no previous");
  checkRules(payload);
}

/** @param {Members} payload */
function deploymentRules(payload) {
  const { n, t, nodes } = payload;
  if (t > n || nodes.length !== n) refuse("n nodes and 1 <= t <= n expected");
  nodes.forEach((/** @type {Members} */ node, /** @type {number} */ i) => {
    if (node.index !== i + 1) refuse("nodes are numbered from 1 in order");
  });
  demandUnique(nodes.map((/** @type {Members} */ node) => node.id));
}

/** @param {Members} payload */
function registrationRules(payload) {
  if ((payload.seq === 1) !== (payload.previous === null)) refuse("the first registration, and no other, has no previous");
  const changes = Object.hasOwn(payload, "possession");
  if (changes !== Object.hasOwn(payload, "acl")) refuse("half a key change");
  if (changes && payload.seq === 1) refuse("a first registration changes no keys");
  if (Object.keys(payload.partitions).length > MAX_NAMES) refuse("too many partitions");
}

/** @param {Members} payload */
function keyRequestRules(payload) {
  if (payload.partitions.length > MAX_NAMES) refuse("too many partitions");
}

/** @param {Members} payload */
function dealRules(payload) {
  demandUnique(payload.deals.map((/** @type {Members} */ one) => `${one.member} ${one.partition} ${one.epoch}`));
  demandUnique(payload.standing.map((/** @type {Members} */ one) => `${one.partition} ${one.epoch}`));
}

/** @param {Members} payload */
function answerRules(payload) {
  for (const item of payload.items) {
    for (const part of item.partitions) {
      if (part.decision === "deny" && part.answer !== null) refuse("a refusal with an answer");
    }
  }
}

const registered = object({ epoch: int(1), key: b64u(48), proof: b64u(80) });
const node = object({ index: int(1), id: uuid, verification: b64u(32), hpke: b64u(32) });
// A signed note's key name has neither white space nor a plus sign (C2SP signed-note).
const namedKey = object({ name: pattern(/^[!-*,-~]{1,200}$/), key: b64u(32) });
/** @param {number} octets of one polynomial, sealed to each node, beside its commitments */
const sealedToEach = (octets) => ({
  commitments: list(b64u(48), 0, MAX_NODES),
  sealed: list(object({ enc: b64u(32), ciphertext: b64u(octets + 16) }), 1, MAX_NODES),
});
const deal = object({ member: uuid, key: digest, partition, epoch: int(1), ...sealedToEach(96) });
const standing = object({ partition, epoch: int(1), ...sealedToEach(32) });
/** What was sealed to every node in order. @param {number} octets of each plaintext @param {number} [least] how many */
const sealed = (octets, least = 1) => list(object({ enc: b64u(32), ciphertext: b64u(octets + 16) }), least, MAX_NODES);
const codes = list(object({ owner: uuid, sealed: sealed(6) }), 1, MAX_PAIRS);
const answered = object({
  partition, decision: oneOf("allow", "deny"), rule: nullable(text(1, 100)), reason: text(1, 1000),
  answer: nullable(b64u(576)),
});
const answerItem = object({
  record: uuid, owner: nullable(uuid), version: nullable(int(1)), manifest: nullable(digest),
  partitions: list(answered, 1, MAX_PAIRS),
});
const logged = object({ stream: uuid, number: int(1), index: int(), entry: b64u(32) });
const ticketed = object({ manifest: digest, partitions: unique(partition), whole: boolean });

/**
 * @param {Record<string, Check>} required
 * @param {(payload: Members) => void} [rules]
 * @param {Record<string, Check>} [optional]
 * @returns {Check}
 */
function schema(required, rules = () => {}, optional = {}) {
  const shape = object({ ...COMMON, ...required }, optional);
  return (payload) => {
    shape(payload);
    rules(/** @type {Members} */ (payload));
  };
}

/** @type {Map<string, Check>} */
const SCHEMAS = new Map(Object.entries({
  "sesphr-manifest": schema({
    owner: uuid, record: uuid, version: int(1), previous: nullable(digest), partitions: byPartition(manifestPart, 1),
  }, manifestRules, { date: int(), open_from: int(), open_until: int() }),
  "sesphr-access-request": schema({
    nonce: b64u(16), purpose, items: list(object({ record: uuid, partitions: list(partition, 1) }), 1),
  }, requestRules, { codes }),
  "sesphr-emergency-cosign": schema({ request: digest, owner: uuid, reason: text(1, 1000) }),
  "sesphr-acl": schema({
    seq: int(1), previous: nullable(digest), default_partitions: anything, rules: anything,
  }, aclRules),
  "sesphr-deployment": schema({
    n: int(1), t: int(1), nodes: list(node, 1, MAX_NODES), log: namedKey, witnesses: list(namedKey),
  }, deploymentRules),
  "sesphr-registration": schema({
    verification: b64u(32), receive: b64u(96), receive_proof: b64u(128), partitions: byPartition(registered),
    seq: int(1), previous: nullable(digest),
  }, registrationRules, { possession: b64u(64), acl: int() }),
  "sesphr-deal": schema({
    acl: digest, deals: list(deal, 0, MAX_DEALS), standing: list(standing, 0, MAX_STANDING),
  }, dealRules, { consent: sealed(20, 0) }),
  "sesphr-key-request": schema({
    owner: uuid, partitions: unique(partition, 1), purpose: text(1, 100), reason: text(1, 1000),
    nonce: b64u(16), key: digest,
  }, keyRequestRules),
  "sesphr-credential-request": schema({
    role: purpose, organisation: text(1, 200), identity: octets(1, 8192),
  }),
  "sesphr-access-answer": schema({ request: digest, items: list(answerItem, 0, MAX_PAIRS), log: list(logged) }, answerRules),
  "sesphr-ticket": schema({
    key: digest, request: digest, owner: uuid, seq: int(), objects: list(ticketed), expires: int(),
  }),
  // The owner takes a contribution: k of each partition, wrapped under w_P,c (section 4).
  "sesphr-accept": schema({
    record: uuid, version: int(1), author: uuid, manifest: digest, wrapped: byPartition(b64u(40), 1),
  }),
  "sesphr-deletion": schema({ record: uuid, manifest: digest }),
  "sesphr-guardian-key": schema({ key: b64u(32) }),
  "sesphr-guardian-invitation": schema({ dependant: uuid, verification: digest, key: digest, guardian: uuid, sealed: digest }),
  "sesphr-receipt": schema({
    owner: uuid, kind: oneOf("acl", "deposit", "registration", "departure", "key-request", "credential", "accept", "deletion"),
    object: digest, seq: int(), effective: boolean,
  }),
}));

/**
 * Check a payload's members and suite; whether the deployment is the right one is the caller's question.
 * @param {string} typ
 * @param {unknown} payload
 * @throws {StatementError | AclError} also for a type that nobody issues
 */
export function checkPayload(typ, payload) {
  const check = SCHEMAS.get(typ);
  if (!check) throw new StatementError("unknown type of statement");
  check(payload);
}
