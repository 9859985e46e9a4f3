/**
 * Sealing a record: partitions, the original file, and the parameters for each node.
 *
 * This is where an owner's partitions are encrypted; what comes out is ciphertext, signed, and R
 * parameters that only their node can read.
 * @module
 */
import { toHex, utf8 } from "../crypto/bytes.js";
import { b64uEncode } from "../crypto/encoding.js";
import { encapsulatePartition } from "../crypto/envelope.js";
import { decodeG1 } from "../crypto/groups.js";
import { sealAttachment, sizeOf } from "./attachments.js";
import { run } from "./bench.js";
import { ORIGINAL } from "./records.js";
import { now } from "./statement.js";

/** @typedef {import("../crypto/bytes.js").Bytes} Bytes */
/** @typedef {import("../crypto/envelope.js").Place} Place */
/** @typedef {import("./attachments.js").Attached} Attached */
/** @typedef {import("./attachments.js").Entry} Entry */
/** @typedef {import("./attachments.js").Store} Store */
/** @typedef {import("./cipher.js").PartToSeal} PartToSeal */
/** An imported file as it was: name without folders, media type, SHA-256. @typedef {Attached & {digest: Uint8Array}} Original */
/** Public keys of the owner. @typedef {{partitions: Map<string, {epoch: number, key: Uint8Array}>}} OwnerKeys */
/**
 * Who seals for which nodes.
 * @typedef {{member: string, keys: import("../crypto/keys.js").MemberKeys,
 *   deployment: {id: string, nodes: readonly {index: number, hpke: Uint8Array}[]}}} Sealer
 */
/**
 * A sealed record's small parts; `partitions` are octets of plaintext by name, `original` of the file.
 * @typedef {{record: string, version: number, manifest: string, digest: string, sealed: string, attachments: Entry[],
 *   partitions: Record<string, number>, original: {name: string, size: number} | null, owner?: string}} Parts
 * owner: whose record it is, if not the author's
 */
/** @typedef {Map<string, {epoch: number, key: Uint8Array}>} Registered A_P,c (48 octets) by partition */
/**
 * What is sealed: one XML element by partition, its attachments in their order, the file itself.
 * @typedef {{partitions: Map<string, Uint8Array>, attachments: Map<string, Attached[]>, original?: Original,
 *   onto?: import("./again.js").Onto, owner?: string}} Plaintexts
 * owner: to whose records it is added, if not one's own; then no key is wrapped
 */
/** @typedef {{store: Store, onStep: (step: string, detail?: object) => void, signal?: AbortSignal}} Handing */
/** @typedef {(partition: string, octets: number) => void} OnSealed octets since the last call */

const PHR = "urn:sesphr:phr:1";
const MAX_NAME = 200;
/** Octets of the document that are handed on at a time. */
const PIECE = 2 ** 22;
const MEDIA_TYPE = /^[a-z0-9][a-z0-9.+-]*\/[a-z0-9][a-z0-9.+-]*$/i;

/**
 * Seal version 1 of a new record, or the next one of the record `onto`. Larger parts go to `store` (the document as `document`, each
 * attachment under its id); the small ones come back.
 * @param {Sealer} sealer
 * @param {Registered} registered of every partition
 * @param {Plaintexts} content
 * @param {Handing} handing
 * @returns {Promise<Parts>}
 * @throws {CryptoError} when something cannot be sealed, or the document would exceed 32 MiB
 * @throws {EndpointError} `unreadable-file`: a file was changed or taken away @throws {Paused}
 */
export async function sealRecord(sealer, registered, content, handing) {
  const place = { deployment: sealer.deployment.id, owner: content.owner ?? sealer.member, record: content.onto?.record ?? crypto.randomUUID(), version: content.onto?.version ?? 1 };
  const onSealed = meter(content, handing.onStep);
  const parts = [];
  for (const [name, plaintext] of content.partitions) {
    const attached = content.attachments.get(name) ?? [];
    parts.push({ ...(await withAttached(sealer, registered, place, name, attached, handing, onSealed)), plaintext });
  }
  if (content.original) parts.push(await sealOriginal(sealer, registered, place, content.original, handing, onSealed));
  const sealed = await sealParts(sealer, place, parts, onSealed, content.onto);
  for (let at = 0; at < sealed.document.length; at += PIECE) await handing.store("document", sealed.document.slice(at, at + PIECE));
  return {
    record: place.record, version: place.version, manifest: sealed.manifest, digest: b64uEncode(sealed.digest), sealed: JSON.stringify(sealed.sealed),
    attachments: parts.flatMap(({ attachments }) => attachments), partitions: sizes(content.partitions),
    original: content.original ? described(content.original) : null, ...(content.owner && { owner: content.owner }),
  };
}

/**
 * Tells how many octets of all are sealed.
 * @param {Plaintexts} content @param {Handing["onStep"]} onStep @returns {OnSealed}
 */
function meter({ partitions, attachments, original }, onStep) {
  const files = [...attachments.values()].flat().concat(original ?? []);
  const total = [...partitions.values()].reduce((sum, one) => sum + one.length, 0) + files.reduce((sum, one) => sum + sizeOf(one.content), 0);
  let done = 0;
  return (partition, octets) => onStep("sealing", { partition, done: (done += octets), total });
}

/**
 * @param {Sealer} sealer @param {Place} place @param {PartToSeal[]} parts @param {OnSealed} onSealed
 * @param {import("./again.js").Onto} [onto]
 * @returns {Promise<import("./cipher.js").SealedTask>}
 */
async function sealParts({ member, keys, deployment }, place, parts, onSealed, onto = undefined) {
  const nodes = deployment.nodes.map(({ index, hpke }) => ({ index, hpke }));
  const task = { place, signingKey: keys.signingKey, author: member, iat: now(), parts, nodes, previous: onto?.previous, extra: onto?.extra };
  const lengths = new Map(parts.map(({ partition, plaintext }) => [partition, partition === ORIGINAL ? 0 : plaintext.length]));
  return run("sealRecord", task, (partition) => onSealed(partition, lengths.get(partition) ?? 0));
}

/**
 * A partition's keys, with its attachments sealed under them; without any, its key is drawn later.
 * @param {Sealer} sealer @param {Registered} registered @param {Place} place @param {string} partition
 * @param {Attached[]} attached @param {Handing} handing @param {OnSealed} onSealed
 * @returns {Promise<Omit<PartToSeal, "plaintext"> & {attachments: Entry[]}>}
 */
async function withAttached({ member, keys }, registered, place, partition, attached, { store, signal }, onSealed) {
  const { epoch, key } = registeredKey(registered, partition);
  const part = { partition, epoch, key, ...(place.owner === member && { wrap: keys.partition(partition, epoch).wrap }) };
  if (!attached.length) return { ...part, attachments: [] };
  const { k, r } = encapsulatePartition(place, partition, epoch, decodeG1(key));
  const attachments = [];
  const onOctets = (/** @type {number} */ octets) => onSealed(partition, octets);
  for (const { content } of attached) attachments.push(await sealAttachment(k, content, { store, signal, onOctets }));
  return { ...part, r: r.encode(), attachments };
}

/** @param {Registered} registered @param {string} partition */
function registeredKey(registered, partition) {
  const found = registered.get(partition);
  if (!found) throw new TypeError(`no key is registered for ${partition}`);
  return found;
}

/**
 * Seal the file as the attachment of the partition `original`, whose element describes it.
 * @param {Sealer} sealer @param {Registered} registered @param {Place} place @param {Original} original
 * @param {Handing} handing @param {OnSealed} onSealed
 * @returns {Promise<PartToSeal & {attachments: Entry[]}>}
 */
async function sealOriginal(sealer, registered, place, original, handing, onSealed) {
  onSealed(ORIGINAL, 0);
  const part = await withAttached(sealer, registered, place, ORIGINAL, [original], handing, onSealed);
  return { ...part, plaintext: element(part.attachments[0].id, original) };
}

/** @param {Original} original @returns {{name: string, size: number}} */
function described({ name, content }) {
  return { name: shownName(name), size: sizeOf(content) };
}

/** @param {string} name @returns {string} one that an XML attribute and any file system can hold */
export function shownName(name) {
  const plain = (name.split(/[/\\]/u).at(-1) ?? "").toWellFormed().replace(/[\p{C}\p{Zl}\p{Zp}\uFFFD]/gu, "");
  return [...plain].slice(-MAX_NAME).join("").trim() || ORIGINAL;
}

/**
 * @param {string} attachment id
 * @param {Original} original
 * @returns {Bytes} the partition `original`: it says what the attachment is
 */
function element(attachment, { name, type, content, digest }) {
  const attributes = {
    attachment, "media-type": MEDIA_TYPE.test(type) ? type : "application/octet-stream", name: shownName(name),
    sha256: toHex(digest), size: String(sizeOf(content)),
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
