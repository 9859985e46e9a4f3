/**
 * Sealing and opening whole records (protocol section 4, steps 1 to 5, and reading).
 *
 * On every path, the owner's too: digest before decrypting, kc before GCM, no plaintext before the
 * tag is checked, and one error for every failure.
 * @module
 */
import { IV_LENGTH, seal, unseal, unwrapKey, wrapKey } from "./aes.js";
import { equal, fixed, randomBytes } from "./bytes.js";
import { buildDocument, checkElement, parseDocument } from "./document.js";
import { SUITE, b64uDecode, b64uEncode, canonicalJson } from "./encoding.js";
import { CryptoError, OpenError } from "./errors.js";
import { G1, GT, Scalar } from "./groups.js";
import { sha256 } from "./kdf.js";
import { MemberKeys } from "./keys.js";
import { checkPayload } from "./payloads.js";
import { commitment, deriveKeys, encapsulate } from "./pre.js";
import { prove } from "./proofs.js";
import { sign } from "./statements.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/** @typedef {import("./schemas.js").Members} Members */
/**
 * One partition to seal. A: the owner's key of it; w: its wrapping key when the owner is the author.
 * r, iv and proofRandom are fresh unless given.
 * @typedef {{partition: string, epoch: number, plaintext: Uint8Array, A: G1, w?: Uint8Array,
 *   attachments?: {id: string, size: number, root: string}[], r?: Scalar, iv?: Uint8Array,
 *   proofRandom?: Uint8Array}} PlainPart
 */
/**
 * @typedef {{deployment: string, owner: string, record: string, version: number, author: string,
 *   authorKeys: MemberKeys, iat: number, previous: string | null, partitions: PlainPart[],
 *   date?: number, openFrom?: number, openUntil?: number}} RecordToSeal
 */
/**
 * @typedef {{readonly R: G1, readonly K: GT, readonly rh: Bytes, readonly k: Bytes, readonly kc: Bytes,
 *   readonly octets: Bytes, readonly wrapped: Bytes | null, readonly proof: Bytes}} SealedPart
 */
/**
 * @typedef {{readonly document: Bytes, readonly payload: Bytes, readonly manifest: string,
 *   readonly digest: Bytes, readonly partitions: Map<string, SealedPart>}} SealedRecord
 */

/**
 * @param {Uint8Array} k 32 octets
 * @param {Uint8Array} plaintext one XML element
 * @param {Uint8Array} [iv] 12 octets, fresh unless given; never twice under one k
 * @returns {Promise<Bytes>} iv || ciphertext || tag
 * @throws {OpenError} when the plaintext is not what a reader would take
 */
export async function sealPartition(k, plaintext, iv = randomBytes(IV_LENGTH)) {
  checkElement(plaintext);
  return seal(k, iv, plaintext);
}

/**
 * @param {Uint8Array} k 32 octets
 * @param {{rh: Uint8Array, kc: Uint8Array, digest: Uint8Array, size: number}} entry of the manifest
 * @param {Uint8Array} octets iv || ciphertext || tag
 * @returns {Promise<Bytes>} the element's octets, unchanged
 * @throws {OpenError}
 */
export async function openPartition(k, { rh, kc, digest, size }, octets) {
  if (octets.length !== size || !equal(sha256(octets), digest)) throw new OpenError();
  if (!equal(commitment(k, rh), kc)) throw new OpenError();
  const plaintext = await unseal(k, octets);
  checkElement(plaintext);
  return plaintext;
}

/** @param {RecordToSeal} record @param {PlainPart} part @returns {Promise<SealedPart>} */
async function sealPart(record, part) {
  const { deployment, owner, record: id, version, author } = record;
  const { partition, epoch, A } = part;
  const { R, K, r } = encapsulate(A, part.r);
  const rh = sha256(R.encode());
  const { k, kc } = deriveKeys(K, { deployment, owner, record: id, version, partition, epoch, rh });
  const octets = await sealPartition(k, part.plaintext, part.iv);
  const wrapped = part.w ? await wrapKey(part.w, k) : null;
  const ctx = { owner, record: id, version, partition, epoch, author, digest: sha256(octets) };
  const { proof } = prove("deposit", { deployment, secret: r, base: A, ctx, random: part.proofRandom });
  return Object.freeze({ R, K, rh, k, kc, octets, wrapped, proof });
}

/** @param {RecordToSeal} record @param {Map<string, SealedPart>} sealed @returns {Members} */
function manifestPayload(record, sealed) {
  const entries = record.partitions.map(({ partition, epoch, attachments = [] }) => {
    const { rh, kc, octets } = /** @type {SealedPart} */ (sealed.get(partition));
    const digest = b64uEncode(sha256(octets));
    return [partition, { epoch, rh: b64uEncode(rh), kc: b64uEncode(kc), digest, size: octets.length, attachments }];
  });
  const optional = { date: record.date, open_from: record.openFrom, open_until: record.openUntil };
  return {
    suite: SUITE, deployment: record.deployment, iss: record.author, iat: record.iat, owner: record.owner,
    record: record.record, version: record.version, previous: record.previous,
    partitions: Object.fromEntries(entries),
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  };
}

/**
 * Seal a record: every partition, the document, and the signed manifest.
 * @param {RecordToSeal} record
 * @returns {Promise<SealedRecord>}
 * @throws {CryptoError} when an identifier, a plaintext or a number is not allowed
 */
export async function encryptRecord(record) {
  /** @type {Map<string, SealedPart>} */
  const partitions = new Map();
  for (const part of record.partitions) partitions.set(part.partition, await sealPart(record, part));
  if (partitions.size !== record.partitions.length) throw new OpenError();
  const payload = canonicalJson(manifestPayload(record, partitions));
  const manifest = sign(record.authorKeys, "sesphr-manifest", payload);
  return Object.freeze({
    document: buildDocument(partitions), payload, manifest, digest: sha256(payload), partitions,
  });
}

/** @param {Members} entry of the manifest @returns {{rh: Bytes, kc: Bytes, digest: Bytes, size: number}} */
export function manifestEntry({ rh, kc, digest, size }) {
  return { rh: b64uDecode(rh, 32), kc: b64uDecode(kc, 32), digest: b64uDecode(digest, 32), size };
}

/**
 * @param {{w: Uint8Array} | {k: Uint8Array}} key
 * @param {Bytes | null} wrapped
 * @returns {Promise<Bytes>} k
 */
async function partitionKey(key, wrapped) {
  if ("k" in key) return fixed(key.k, 32, "key");
  if (wrapped === null) throw new OpenError();
  return unwrapKey(key.w, wrapped);
}

/**
 * Read partitions of a document. The whole shell and every partition's octets are checked, whatever
 * keys there are.
 * @param {Uint8Array} document
 * @param {Members} manifest payload, already verified
 * @param {Map<string, {w: Uint8Array} | {k: Uint8Array}>} keys by partition: the owner's wrapping
 *   key, or the partition's key itself
 * @returns {Promise<Map<string, Bytes>>} plaintext of exactly the partitions in `keys`
 * @throws {OpenError}
 */
export async function readDocument(document, manifest, keys) {
  try {
    checkPayload("sesphr-manifest", manifest);
    const parts = parseDocument(document, Object.keys(manifest.partitions));
    checkOctets(parts, manifest);
    return await openParts(parts, manifest, keys);
  } catch (error) {
    throw error instanceof CryptoError ? new OpenError() : error;
  }
}

/** @param {Map<string, {octets: Bytes}>} parts @param {Members} manifest */
function checkOctets(parts, manifest) {
  for (const [partition, { octets }] of parts) {
    const { digest, size } = manifestEntry(manifest.partitions[partition]);
    if (octets.length !== size || !equal(sha256(octets), digest)) throw new OpenError();
  }
}

/**
 * @param {Map<string, {octets: Bytes, wrapped: Bytes | null}>} parts
 * @param {Members} manifest
 * @param {Map<string, {w: Uint8Array} | {k: Uint8Array}>} keys
 * @returns {Promise<Map<string, Bytes>>}
 */
async function openParts(parts, manifest, keys) {
  const out = new Map();
  for (const [partition, key] of keys) {
    const part = parts.get(partition);
    if (!part) throw new OpenError();
    const k = await partitionKey(key, part.wrapped);
    out.set(partition, await openPartition(k, manifestEntry(manifest.partitions[partition]), part.octets));
  }
  return out;
}
