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
import { CryptoError, DecodingError, OpenError } from "./errors.js";
/** @import { G1, GT, Scalar } from "./groups.js" */
import { sha256 } from "./kdf.js";
/** @import { MemberKeys } from "./keys.js" */
import { checkPayload } from "./payloads.js";
import { commitment, deriveKeys, encapsulate } from "./pre.js";
import { prove } from "./proofs.js";
import { sign } from "./statements.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/** @typedef {import("./schemas.js").Members} Members */
/** Which version of which record. @typedef {{deployment: string, owner: string, record: string, version: number}} Place */
/**
 * A partition's fresh key material: made first, because attachments are sealed under k.
 * @typedef {Readonly<{place: Place, partition: string, epoch: number, A: G1, r: Scalar, R: G1, K: GT,
 *   rh: Bytes, k: Bytes, kc: Bytes}>} Encapsulation
 */
/**
 * One partition to seal. w: the wrapping key when the owner is the author; attachments: manifest
 * entries; iv and proofRandom are fresh unless given.
 * @typedef {{encapsulation: Encapsulation, plaintext: Uint8Array, w?: Uint8Array,
 *   attachments?: {id: string, size: number, root: string}[], iv?: Uint8Array,
 *   proofRandom?: Uint8Array}} Draft
 */
/**
 * previous: base64url digest of the manifest before, null for version 1; extra: the owner's `date`,
 * `open_from` and `open_until`.
 * authorKeys: a member's keys, or their Ed25519 seed alone.
 * @typedef {{author: string, authorKeys: MemberKeys | Uint8Array, iat: number, previous: string | null,
 *   extra?: {date?: number, open_from?: number, open_until?: number}}} Authorship
 */
/**
 * R and proof go sealed to the nodes; k stays here.
 * @typedef {Readonly<{encapsulation: Encapsulation, octets: Bytes, wrapped: Bytes | null, proof: Bytes}>} SealedPart
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
  checkCipher({ digest, size }, octets);
  return openChecked(k, { rh, kc }, octets);
}

/** @param {{digest: Uint8Array, size: number}} entry @param {Uint8Array} octets @throws {OpenError} */
function checkCipher({ digest, size }, octets) {
  if (octets.length !== size || !equal(sha256(octets), digest)) throw new OpenError();
}

/**
 * @param {Uint8Array} k
 * @param {{rh: Uint8Array, kc: Uint8Array}} entry
 * @param {Uint8Array} octets whose size and digest were checked
 * @returns {Promise<Bytes>}
 */
async function openChecked(k, { rh, kc }, octets) {
  if (!equal(commitment(k, rh), kc)) throw new OpenError();
  const plaintext = await unseal(k, octets);
  checkElement(plaintext);
  return plaintext;
}

/**
 * Fresh R, K, k and kc for one partition of one version (steps 1 and 2).
 * @param {Place} place
 * @param {string} partition
 * @param {number} epoch
 * @param {G1} A the owner's key of it
 * @param {Scalar} [r] fresh unless given
 * @returns {Encapsulation}
 */
export function encapsulatePartition(place, partition, epoch, A, r) {
  const made = encapsulate(A, r);
  const rh = sha256(made.R.encode());
  const keys = deriveKeys(made.K, { ...place, partition, epoch, rh });
  return Object.freeze({ place: { ...place }, partition, epoch, A, ...made, rh, ...keys });
}

/** @param {Draft} draft @param {string} author @returns {Promise<SealedPart>} */
async function sealPart({ encapsulation, plaintext, w, iv, proofRandom }, author) {
  const { place: { deployment, ...place }, partition, epoch, A, r, k } = encapsulation;
  const octets = await sealPartition(k, plaintext, iv);
  const wrapped = w ? await wrapKey(w, k) : null;
  const ctx = { ...place, partition, epoch, author, digest: sha256(octets) };
  const { proof } = prove("deposit", { deployment, secret: r, base: A, ctx, random: proofRandom });
  return Object.freeze({ encapsulation, octets, wrapped, proof });
}

/** @param {SealedPart} part @param {Draft} draft @returns {Members} */
function newEntry({ encapsulation: { epoch, rh, kc }, octets }, { attachments = [] }) {
  const digest = b64uEncode(sha256(octets));
  return { epoch, rh: b64uEncode(rh), kc: b64uEncode(kc), digest, size: octets.length, attachments };
}

/**
 * Seal one version of a record: every partition, the document, and the signed manifest.
 * @param {Place} place
 * @param {Iterable<Draft>} drafts in document order; each is taken when its turn comes
 * @param {Authorship} authorship
 * @returns {Promise<SealedRecord>}
 * @throws {CryptoError} when an identifier, a plaintext or a number is not allowed
 */
export async function encryptRecord(place, drafts, { author, authorKeys, iat, previous, extra = {} }) {
  /** @type {Map<string, SealedPart>} */
  const partitions = new Map();
  /** @type {Members} */
  const entries = {};
  for (const draft of drafts) {
    const { partition, place: own } = draft.encapsulation;
    if (!samePlace(own, place) || partitions.has(partition)) throw new DecodingError("partition of another record, or twice");
    const part = await sealPart(draft, author);
    partitions.set(partition, part);
    entries[partition] = newEntry(part, draft);
  }
  const payload = canonicalJson({
    suite: SUITE, ...place, iss: author, iat, previous, partitions: entries, ...extra,
  });
  const manifest = sign(authorKeys, "sesphr-manifest", payload);
  const document = writeDocument(partitions, author === place.owner);
  return Object.freeze({ document, payload, manifest, digest: sha256(payload), partitions });
}

/** @param {Place} a @param {Place} b @returns {boolean} */
function samePlace(a, b) {
  return a.deployment === b.deployment && a.owner === b.owner && a.record === b.record && a.version === b.version;
}

/**
 * A contributor's document carries no wrapped key: the owner's accept does.
 * @param {Map<string, SealedPart>} parts
 * @param {boolean} byOwner
 * @returns {Bytes}
 */
function writeDocument(parts, byOwner) {
  return buildDocument([...parts].map(([name, { octets, wrapped }]) =>
    [name, { octets, wrapped: byOwner ? wrapped : null }]));
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
    return await openParts(readParts(document, manifest), manifest, keys);
  } catch (error) {
    throw error instanceof CryptoError ? new OpenError() : error;
  }
}

/**
 * The encrypted parts of a document, each of the size and digest that the manifest names.
 * @param {Uint8Array} document
 * @param {Members} manifest payload of a verified manifest
 * @returns {Map<string, import("./document.js").EncryptedPart>}
 * @throws {OpenError}
 */
export function readParts(document, manifest) {
  const parts = parseDocument(document, Object.keys(manifest.partitions));
  for (const [partition, { octets }] of parts) {
    checkCipher(manifestEntry(manifest.partitions[partition]), octets);
  }
  return parts;
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
    out.set(partition, await openChecked(k, manifestEntry(manifest.partitions[partition]), part.octets));
  }
  return out;
}
