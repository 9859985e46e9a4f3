/**
 * Sealing a record: partitions, the original file, and the parameters for each node.
 *
 * This is where an owner's partitions are encrypted; what comes out is ciphertext, signed, and R
 * parameters that only their node can read.
 * @module
 */
import { AttachmentSealer } from "../crypto/attachments.js";
import { concat, toHex, utf8 } from "../crypto/bytes.js";
import { b64uEncode } from "../crypto/encoding.js";
import { encapsulatePartition } from "../crypto/envelope.js";
import { run } from "./bench.js";
import { ORIGINAL } from "./records.js";
import { now } from "./statement.js";
import { turns } from "./turns.js";

/** @typedef {import("../crypto/bytes.js").Bytes} Bytes */
/** @typedef {import("../crypto/envelope.js").Place} Place */
/** @typedef {import("./cipher.js").PartToSeal} PartToSeal */
/** An imported file as it was: name without folders, media type, octets. @typedef {{name: string, type: string, octets: Uint8Array}} Original */
/** Public keys of the owner. @typedef {{partitions: Map<string, {epoch: number, key: Uint8Array}>}} OwnerKeys */
/**
 * Who seals for which nodes.
 * @typedef {{member: string, keys: import("../crypto/keys.js").MemberKeys,
 *   deployment: {id: string, nodes: readonly {index: number, hpke: Uint8Array}[]}}} Sealer
 */
/**
 * A sealed record's small parts; `partitions` are octets of plaintext by name, `original` of the file.
 * @typedef {{record: string, version: number, manifest: string, digest: string, sealed: string,
 *   attachments: {id: string, size: number, root: string}[], partitions: Record<string, number>,
 *   original: {name: string, size: number} | null}} Parts
 */
/** Takes the pieces of a larger part in order. @typedef {(name: string, octets: Uint8Array) => Promise<void>} Store */

const PHR = "urn:sesphr:phr:1";
const MAX_NAME = 200;
/** Octets of cipher stream that are handed on at a time. */
const PIECE = 2 ** 22;
const MEDIA_TYPE = /^[a-z0-9][a-z0-9.+-]*\/[a-z0-9][a-z0-9.+-]*$/i;

/**
 * Seal version 1 of a new record, or the next one of the record `onto`. Larger parts go to `store` (the document as `document`, each
 * attachment under its id); the small ones come back.
 * @param {Sealer} sealer
 * @param {Map<string, {epoch: number, key: Uint8Array}>} registered A_P,c (48 octets) of every partition
 * @param {{partitions: Map<string, Uint8Array>, original?: Original, onto?: import("./again.js").Onto}} content
 * @param {{store: Store, onStep: (step: string, detail?: object) => void}} handing
 * @returns {Promise<Parts>}
 * @throws {CryptoError} when something cannot be sealed, or the document would exceed 32 MiB
 */
export async function sealRecord(sealer, registered, { partitions, original, onto }, { store, onStep }) {
  const place = { deployment: sealer.deployment.id, owner: sealer.member, record: onto?.record ?? crypto.randomUUID(), version: onto?.version ?? 1 };
  const parts = [...partitions].map(([name, plaintext]) => partOf(sealer, registered, name, plaintext));
  const kept = original && (await sealOriginal(place, sealer, registered, original, { store, onStep }));
  if (kept) parts.push(kept);
  const sealed = await sealParts(sealer, place, parts, onStep, onto);
  for (let at = 0; at < sealed.document.length; at += PIECE) await store("document", sealed.document.slice(at, at + PIECE));
  return {
    record: place.record, version: place.version, manifest: sealed.manifest, digest: b64uEncode(sealed.digest), sealed: JSON.stringify(sealed.sealed),
    attachments: kept?.attachments ?? [], partitions: sizes(partitions), original: original ? described(original) : null,
  };
}

/**
 * @param {Sealer} sealer @param {Place} place @param {PartToSeal[]} parts
 * @param {(step: string, detail?: object) => void} onStep
 * @param {import("./again.js").Onto} [onto]
 * @returns {Promise<import("./cipher.js").SealedTask>}
 */
async function sealParts({ keys, deployment }, place, parts, onStep, onto = undefined) {
  const nodes = deployment.nodes.map(({ index, hpke }) => ({ index, hpke }));
  const task = { place, signingKey: keys.signingKey, iat: now(), parts, nodes, previous: onto?.previous, extra: onto?.extra };
  let done = 0;
  return run("sealRecord", task, (partition) => onStep("sealing", { partition, done: done++, total: parts.length }));
}

/**
 * @param {Sealer} sealer
 * @param {Map<string, {epoch: number, key: Uint8Array}>} registered
 * @param {string} partition
 * @param {Uint8Array} plaintext
 * @returns {PartToSeal}
 */
function partOf({ keys }, registered, partition, plaintext) {
  const { epoch, key } = registeredKey(registered, partition);
  return { partition, epoch, key, wrap: keys.partition(partition, epoch).wrap, plaintext };
}

/** @param {Map<string, {epoch: number, key: Uint8Array}>} registered @param {string} partition */
function registeredKey(registered, partition) {
  const found = registered.get(partition);
  if (!found) throw new TypeError(`no key is registered for ${partition}`);
  return found;
}

/**
 * Seal the file as the attachment of the partition `original`, whose element describes it.
 * @param {Place} place @param {Sealer} sealer
 * @param {Map<string, {epoch: number, key: Uint8Array}>} registered
 * @param {Original} original
 * @param {{store: Store, onStep: (step: string, detail?: object) => void}} handing
 * @returns {Promise<PartToSeal & {attachments: {id: string, size: number, root: string}[]}>}
 */
async function sealOriginal(place, { keys }, registered, original, { store, onStep }) {
  const { epoch, key } = registeredKey(registered, ORIGINAL);
  const own = keys.partition(ORIGINAL, epoch);
  const { k, r } = encapsulatePartition(place, ORIGINAL, epoch, own.public);
  const id = crypto.randomUUID();
  onStep("sealing", { partition: ORIGINAL });
  const { size, root } = await sealAttachment(k, id, original.octets, store);
  const plaintext = element(id, original, new Uint8Array(await crypto.subtle.digest("SHA-256", own8(original.octets))));
  return {
    partition: ORIGINAL, epoch, key, wrap: own.wrap, plaintext, r: r.encode(),
    attachments: [{ id, size, root: b64uEncode(root) }],
  };
}

/** @param {Uint8Array} octets @returns {Uint8Array<ArrayBuffer>} as WebCrypto's types want it */
const own8 = (octets) => /** @type {Uint8Array<ArrayBuffer>} */ (octets);

/** @param {Bytes} k @param {string} id @param {Uint8Array} octets @param {Store} store */
async function sealAttachment(k, id, octets, store) {
  const sealer = new AttachmentSealer(k, id);
  /** @type {Uint8Array[]} */
  let held = [];
  let size = 0;
  const pause = turns();
  for await (const chunk of sealer.seal([octets])) {
    await pause();
    held.push(chunk);
    size += chunk.length;
    if (size < PIECE) continue;
    await store(id, concat(...held));
    [held, size] = [[], 0];
  }
  if (size > 0) await store(id, concat(...held));
  return { size: sealer.size, root: sealer.root };
}

/** @param {Original} original @returns {{name: string, size: number}} */
function described({ name, octets }) {
  return { name: shownName(name), size: octets.length };
}

/** @param {string} name @returns {string} one that an XML attribute and any file system can hold */
export function shownName(name) {
  const plain = (name.split(/[/\\]/u).at(-1) ?? "").toWellFormed().replace(/[\p{C}\p{Zl}\p{Zp}\uFFFD]/gu, "");
  return [...plain].slice(-MAX_NAME).join("").trim() || ORIGINAL;
}

/**
 * @param {string} attachment id
 * @param {Original} original
 * @param {Uint8Array} digest SHA-256 of the file
 * @returns {Bytes} the partition `original`: it says what the attachment is
 */
function element(attachment, { name, type, octets }, digest) {
  const attributes = {
    attachment, "media-type": MEDIA_TYPE.test(type) ? type : "application/octet-stream", name: shownName(name),
    sha256: toHex(digest), size: String(octets.length),
  };
  const written = Object.entries(attributes).map(([attribute, value]) => `${attribute}="${escaped(value)}"`).join(" ");
  return utf8(`<partition xmlns="${PHR}" id="${ORIGINAL}"><original ${written}/></partition>`);
}

/** @param {string} text @returns {string} as the value of an XML attribute */
function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** @param {Map<string, Uint8Array>} partitions @returns {Record<string, number>} octets by name */
function sizes(partitions) {
  return Object.fromEntries([...partitions].map(([name, octets]) => [name, octets.length]));
}
