/**
 * Dealing what a list needs: for each new reader D_i = B_U^f(i), for each partition that a rule gives
 * a role s_i = f(i), sealed to node i (protocol section 6).
 *
 * A key is dealt only to the keys that the owner's own list names and that this device has pinned.
 * @module
 */
import { secretInfo } from "../crypto/consent.js";
import { b64uEncode } from "../crypto/encoding.js";
import * as hpke from "../crypto/hpke.js";
import { sha256 } from "../crypto/kdf.js";
import * as pre from "../crypto/pre.js";
import { EndpointError, Impostor } from "./errors.js";
import { lookUp } from "./people.js";
import { keysOf } from "./rules.js";
import { payload, sign } from "./statement.js";

/** @typedef {import("./people.js").Person} Person */
/** @typedef {import("./rules.js").Pair} Pair */
/** @typedef {import("./rules.js").Rule} Rule */
/** @typedef {import("./session.js").Session} Session */
/**
 * What a list needs and the nodes were not dealt, of each epoch: keys for pairs, shares of partitions.
 * `secret`: the owner's new consent secret (20 octets; none: to be forgotten), if there is one.
 * @typedef {{pairs: readonly (Pair & {epoch: number})[], shares: readonly {partition: string, epoch: number}[],
 *   secret?: Uint8Array | null}} Lacking
 */

/** The owner has no key for these partitions: nothing was ever put into them. */
export class NoKey extends EndpointError {
  /** @override */
  name = "NoKey";

  /** @param {readonly string[]} partitions */
  constructor(partitions) {
    super("no-key");
    this.partitions = partitions;
  }
}

/**
 * @param {Person} own the owner's registered keys
 * @param {readonly string[]} partitions
 * @throws {NoKey}
 */
export function requireKeys(own, partitions) {
  const missing = partitions.filter((name) => own.epoch(name) === null);
  if (missing.length) throw new NoKey(missing);
}

/**
 * Deal a re-encryption key for each pair and shares of each partition; null when none is needed. Whoever
 * changed keys since the rule was made gets none: the owner shares anew.
 * @param {Session} session
 * @param {Uint8Array} acl the list's payload
 * @param {readonly Rule[]} rules the list's rules
 * @param {Lacking} lacking
 * @returns {Promise<string | null>} JWS
 * @throws {Impostor} changed keys: nothing was dealt
 */
export async function deal(session, acl, rules, { pairs, shares, secret = null }) {
  const digest = sha256(acl);
  const recipients = await recipientsOf(session, rules, pairs);
  if (recipients.length === 0 && shares.length === 0 && secret === null) return null;
  const deals = [];
  for (const { person, partition, epoch } of recipients) deals.push(await dealOne(session, digest, person, partition, epoch));
  const standing = [];
  for (const { partition, epoch } of shares) standing.push(await dealShares(session, partition, epoch));
  const consent = secret && (await sealedSecret(session, secret));
  const octets = payload(session.deployment.id, session.me.id, { acl: b64uEncode(digest), deals, standing, ...(consent && { consent }) });
  return sign(session.keys, "sesphr-deal", octets);
}

/** @param {Session} session @param {readonly Rule[]} rules @param {Lacking["pairs"]} missing */
async function recipientsOf(session, rules, missing) {
  /** @type {Map<string, Person | null>} */
  const people = new Map();
  for (const { member } of missing) {
    if (!people.has(member)) people.set(member, await lookUp(session, member));
  }
  return missing.flatMap((pair) => {
    const person = people.get(pair.member);
    // Suspended or departed: the nodes hold no keys for them.
    return person && isDealt(rules, pair, person) ? [{ person, ...pair }] : [];
  });
}

/**
 * The owner's own signed rule says with what key to deal, not the server.
 * @param {readonly Rule[]} rules @param {Pair} pair @param {Person} person
 * @returns {boolean} false where it names keys alone that they had before
 * @throws {Impostor} it names others
 */
function isDealt(rules, pair, person) {
  const named = [...keysOf(rules, pair)].filter((key) => !person.hadKey(key));
  if (named.length > 1 || named.some((key) => key !== person.key)) throw new Impostor(pair.member);
  return named.length === 1;
}

/**
 * Share 1/x_P,c among the nodes as D_i = B_U^f(i), each sealed to its node (eq. 14).
 * @param {Session} session
 * @param {Uint8Array} digest of the list's payload
 * @param {Person} person
 * @param {string} partition
 * @param {number} epoch
 */
async function dealOne({ deployment, keys }, digest, person, partition, epoch) {
  const { id: place, n, t } = deployment;
  const dealt = pre.deal(keys.partition(partition, epoch).secret, n, t);
  const sealed = await sealedToEach(deployment, (index, i) => ({
    info: pre.nodeInfo("delegation", { deployment: place, digest, partition, epoch, index }),
    octets: pre.directPoint(person.receive, dealt.shares[i]).encode(),
  }));
  return { member: person.member, key: person.key, partition, epoch, commitments: encoded(dealt.commitments), sealed };
}

/**
 * Share 1/x_P,c among the nodes for roles: s_i = f(i), each sealed to its node (section 6).
 * @param {Session} session
 * @param {string} partition
 * @param {number} epoch
 */
async function dealShares({ deployment, keys, me }, partition, epoch) {
  const { id: place, n, t } = deployment;
  const dealt = pre.deal(keys.partition(partition, epoch).secret, n, t);
  const sealed = await sealedToEach(deployment, (index, i) => ({
    info: pre.shareInfo({ deployment: place, owner: me.id, partition, epoch, index }),
    octets: dealt.shares[i].encode(),
  }));
  return { partition, epoch, commitments: encoded(dealt.commitments), sealed };
}

/**
 * The consent secret sealed to each node; to none where it is to be forgotten.
 * @param {Session} session @param {Uint8Array} secret
 */
async function sealedSecret({ deployment, me }, secret) {
  if (secret.length === 0) return [];
  return sealedToEach(deployment, (index) => ({
    info: secretInfo({ deployment: deployment.id, owner: me.id, index }), octets: secret,
  }));
}

/**
 * @param {Session["deployment"]} deployment
 * @param {(index: number, i: number) => {info: Uint8Array, octets: Uint8Array}} part of a node, by its index and place
 */
export function sealedToEach({ nodes }, part) {
  return Promise.all(nodes.map(async (node, i) => {
    const { info, octets } = part(node.index, i);
    const { enc, ciphertext } = await hpke.seal(node.hpke, info, octets);
    return { enc: b64uEncode(enc), ciphertext: b64uEncode(ciphertext) };
  }));
}

/** @param {readonly import("../crypto/groups.js").G1[]} commitments @returns {string[]} */
function encoded(commitments) {
  return commitments.map((one) => b64uEncode(one.encode()));
}
