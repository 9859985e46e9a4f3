/**
 * The heavy half of sealing and opening, free of network, memory and DOM: plain data in and out, so
 * that it runs in a worker as well as here.
 *
 * What it is given holds secrets; what sealing gives back is ciphertext or public.
 * @module
 */
import { unwrapKey } from "../crypto/aes.js";
import { concat } from "../crypto/bytes.js";
import { b64Encode, b64uDecode } from "../crypto/encoding.js";
import { encapsulatePartition, encryptRecord, manifestEntry, openPartition, readParts } from "../crypto/envelope.js";
import { CryptoError, OpenError } from "../crypto/errors.js";
import { decodeG1, decodeGt, decodeScalar } from "../crypto/groups.js";
import * as hpke from "../crypto/hpke.js";
import { nodeInfo, ownerKeyOfAnswer, userKeyNamed } from "../crypto/pre.js";

/** @typedef {import("../crypto/bytes.js").Bytes} Bytes */
/** @typedef {import("../crypto/envelope.js").Place} Place */
/** @typedef {import("../crypto/envelope.js").SealedPart} SealedPart */
/** @typedef {import("../crypto/schemas.js").Members} Members */
/** @typedef {{id: string, size: number, root: string}} AttachmentEntry */
/**
 * A partition to seal. key: A_P,c (48 octets); wrap: w_P,c of its owner; r: fresh unless given (32 octets), for
 * a partition whose attachments were sealed before.
 * @typedef {{partition: string, epoch: number, key: Uint8Array, wrap?: Uint8Array,
 *   plaintext: Uint8Array, r?: Uint8Array, attachments?: AttachmentEntry[]}} PartToSeal
 */
/**
 * signingKey: the author's Ed25519 seed; author: if not the owner; nodes: their HPKE keys; previous: digest of the manifest
 * before (b64u), for a later version than the first; extra: as the manifest takes it.
 * @typedef {{place: Place, signingKey: Uint8Array, author?: string, iat: number, parts: PartToSeal[], previous?: string,
 *   extra?: {date?: number, open_from?: number, open_until?: number}, nodes: {index: number, hpke: Uint8Array}[]}} SealTask
 */
/**
 * sealed: R || proof for each node, by node index and partition, as the API takes it.
 * @typedef {{document: Bytes, manifest: string, digest: Bytes,
 *   sealed: Record<string, Record<string, {enc: string, ciphertext: string}>>}} SealedTask
 */
/**
 * A user's partition: points are the nodes' T_i (576 octets) by node index.
 * @typedef {{n: number, t: number, receiveSecret: Uint8Array, points: Map<number, Uint8Array>,
 *   context: Omit<import("../crypto/pre.js").Context, "rh">, entry: Members,
 *   octets: Uint8Array}} UserTask
 */
/**
 * What opens a partition that somebody else wrote: the key that the owner wrapped on accepting it, or
 * x_P,c and the nodes' e(R, g2) (576 octets each), of which any one will do.
 * @typedef {{wrapped: Uint8Array} | {secret: Uint8Array, points: Uint8Array[],
 *   context: Omit<import("../crypto/pre.js").Context, "rh">}} Given
 */
/** An owner's document; wraps: w_P,c by partition; given: of a record that somebody else wrote. @typedef {{document: Uint8Array, manifest: Members, wraps: Map<string, Uint8Array>, given?: Map<string, Given>}} OwnerTask */
/** A partition's key and its element. @typedef {{k: Bytes, plaintext: Bytes}} Plain */

/** One partition of a document does not open. */
export class PartRefused extends CryptoError {
  /** @override */
  name = "PartRefused";

  /** @param {string} partition */
  constructor(partition) {
    super("a partition cannot be opened");
    this.partition = partition;
  }
}

/**
 * Seal a version of a record, partition by partition.
 * @param {SealTask} task
 * @param {(partition: string) => void} [onPart] called before each
 * @returns {Promise<SealedTask>}
 * @throws {CryptoError} when something cannot be sealed, or the document would exceed 32 MiB
 */
export async function sealRecord({ place, signingKey, author = place.owner, iat, parts, nodes, previous = undefined, extra = {} }, onPart = () => {}) {
  const drafts = function* () {
    for (const part of parts) {
      onPart(part.partition);
      yield draftOf(place, part);
    }
  };
  const made = await encryptRecord(place, drafts(), { author, authorKeys: signingKey, iat, previous: previous ?? null, extra });
  const { document, manifest, digest, partitions } = made;
  return { document, manifest, digest, sealed: await sealForNodes(place.deployment, digest, partitions, nodes) };
}

/** @param {Place} place @param {PartToSeal} part @returns {import("../crypto/envelope.js").Draft} */
function draftOf(place, { partition, epoch, key, wrap, plaintext, r, attachments }) {
  const encapsulation = encapsulatePartition(place, partition, epoch, decodeG1(key), r && decodeScalar(r));
  return { encapsulation, plaintext, w: wrap, attachments };
}

/**
 * @param {string} deployment
 * @param {Uint8Array} digest of the manifest
 * @param {Map<string, SealedPart>} partitions
 * @param {{index: number, hpke: Uint8Array}[]} nodes
 */
async function sealForNodes(deployment, digest, partitions, nodes) {
  /** @type {SealedTask["sealed"]} */
  const sealed = {};
  for (const { index, hpke: key } of nodes) {
    sealed[index] = {};
    for (const [partition, { encapsulation: { R, epoch }, proof }] of partitions) {
      const info = nodeInfo("deposit", { deployment, digest, partition, epoch, index });
      const { enc, ciphertext } = await hpke.seal(key, info, concat(R.encode(), proof));
      sealed[index][partition] = { enc: b64Encode(enc), ciphertext: b64Encode(ciphertext) };
    }
  }
  return sealed;
}

/**
 * Open a partition with the nodes' answers: K = (prod T_i^lambda_i)^(1/x_U), then k, kc, the tag.
 * @param {UserTask} task
 * @returns {Promise<Plain & {wrong: number[]} | null>} wrong: the nodes whose answers do not fit; null when no
 *   t answers give the committed key
 * @throws {CryptoError} when anything is not what was signed
 */
export async function openAsUser({ n, t, receiveSecret, points, context, entry, octets }) {
  const { answers, wrong } = decoded(points);
  const bound = { ...context, rh: b64uDecode(entry.rh, 32) };
  const found = answers.size < t ? null : named(decodeScalar(receiveSecret), n, t, answers, bound, b64uDecode(entry.kc, 32));
  if (found === null) return null;
  return { k: found.k, plaintext: await openPartition(found.k, manifestEntry(entry), octets), wrong: [...wrong, ...found.wrong] };
}

/** @param {Map<number, Uint8Array>} points @returns {{answers: Map<number, import("../crypto/gt.js").GT>, wrong: number[]}} */
function decoded(points) {
  /** @type {Map<number, import("../crypto/gt.js").GT>} */
  const answers = new Map();
  const wrong = [];
  for (const [index, point] of points) {
    try {
      answers.set(index, decodeGt(point));
    } catch (error) {
      if (!(error instanceof CryptoError)) throw error;
      wrong.push(index);
    }
  }
  return { answers, wrong };
}

/** @param {Parameters<typeof userKeyNamed>} terms @returns {ReturnType<typeof userKeyNamed> | null} */
function named(...terms) {
  try {
    return userKeyNamed(...terms);
  } catch (error) {
    if (error instanceof OpenError) return null;
    throw error;
  }
}

/**
 * Open partitions of an own document with the wrapped keys; every part's octets are checked.
 * @param {OwnerTask} task
 * @returns {Promise<Map<string, Plain>>}
 * @throws {PartRefused} this partition is not what was signed @throws {CryptoError} the document is not
 */
export async function openAsOwner({ document, manifest, wraps, given }) {
  const parts = readParts(document, manifest);
  /** @type {Map<string, Plain>} */
  const found = new Map();
  for (const [name, wrap] of wraps) {
    const entry = manifest.partitions[name];
    found.set(name, await openOwn(name, parts.get(name), entry, async (wrapped) => (given ? givenKey(given.get(name), wrap, entry) : unwrapKey(wrap, wrapped ?? none()))));
  }
  return found;
}

/** @returns {never} */
function none() {
  throw new OpenError();
}

/**
 * @param {string} name
 * @param {import("../crypto/document.js").EncryptedPart | undefined} part
 * @param {Members} entry
 * @param {(wrapped: Bytes | null) => Promise<Bytes>} keyOf
 * @returns {Promise<Plain>}
 */
async function openOwn(name, part, entry, keyOf) {
  try {
    if (!part) throw new OpenError();
    const k = await keyOf(part.wrapped);
    return { k, plaintext: await openPartition(k, manifestEntry(entry), part.octets) };
  } catch (error) {
    throw error instanceof CryptoError ? new PartRefused(name) : error;
  }
}

/**
 * @param {Given | undefined} given
 * @param {Uint8Array} wrap
 * @param {Members} entry
 * @returns {Promise<Bytes>} k
 * @throws {CryptoError} neither the accept nor a node gives it
 */
async function givenKey(given, wrap, entry) {
  if (given && "wrapped" in given) return unwrapKey(wrap, given.wrapped);
  for (const point of given?.points ?? []) {
    try {
      const bound = { .../** @type {any} */ (given).context, rh: b64uDecode(entry.rh, 32) };
      return ownerKeyOfAnswer(decodeScalar(/** @type {any} */ (given).secret), decodeGt(point), bound, b64uDecode(entry.kc, 32));
    } catch (error) {
      // A node that lies must not keep her from what another one tells.
      if (!(error instanceof CryptoError)) throw error;
    }
  }
  throw new OpenError();
}
