/**
 * Depositing: seal once into this device's outbox, then send until it is acknowledged.
 *
 * Only ciphertext, signatures and public values leave this device.
 * @module
 */
import { toHex } from "../crypto/bytes.js";
import { b64uDecode, lp } from "../crypto/encoding.js";
import { CryptoError } from "../crypto/errors.js";
import { sha256 } from "../crypto/kdf.js";
import * as api from "./api.js";
import { digests } from "./attachments.js";
import { ApiError, Conflict, Integrity, Invalid, Superseded } from "./errors.js";
import { VERSIONS } from "./manifests.js";
import * as outbox from "./outbox.js";
import { acknowledging, checkReceipts } from "./receipts.js";
import { DEPOSITS, list, ORIGINAL } from "./records.js";
import { registerPartitions } from "./registration.js";
import { sealRecord, shownName } from "./sealing.js";
import { read } from "./shapes.js";
import { now } from "./statement.js";
import { upload } from "./uploading.js";

/** @typedef {import("./session.js").Session} Session */
/** @typedef {import("./outbox.js").Parcel} Parcel */
/** @typedef {import("./attachments.js").Attached} Attached */
/** @typedef {import("./attachments.js").Content} FileContent */
/** @typedef {import("./sealing.js").Plaintexts} Plaintexts */
/** The file as it was, name without folders. @typedef {{name: string, type: string, content: FileContent} | {name: string, type: string, octets: FileContent}} Original */
/**
 * What is deposited: one XML element by partition; the attachments of a partition in the order in
 * which its XML numbers them; the imported file itself; `onto`: the record whose next version it is.
 * @typedef {{partitions: Map<string, Uint8Array>, attachments?: ReadonlyMap<string, Attached[]>, original?: Original,
 *   onto?: import("./again.js").Onto, owner?: import("./people.js").Person}} Content
 * `owner`: to whose records it is added, if not one's own; it waits there for that owner's answer.
 */
/** @typedef {(step: string, detail?: object) => void} OnStep steps: sealing, signing, sending, receipts */
/** `signal` pauses it: what was sealed stays, and goes on where it was. @typedef {{onStep?: OnStep, signal?: AbortSignal}} Options */
/** What was acknowledged. @typedef {{record: string, version: number, receipts: string[]}} Deposited */
/**
 * A deposit that was not acknowledged yet; `made` in Unix seconds, sizes in octets.
 * @typedef {{key: string, record: string, made: number, partitions: Record<string, number>,
 *   original: {name: string, size: number} | null, owner?: string}} Waiting
 * owner: to whose records it is added, if not one's own
 */

/** What no repetition will make acceptable. */
const NEVER = new Set([400, 405, 413, 422]);
/** Nor what its owner declined, or does not let add (any more). */
const REFUSED = new Set(["declined", "may-not-add"]);

/**
 * Deposit a new record, or the next version of one. The same content, while an earlier deposit of it
 * was not acknowledged, sends that one again instead of making another.
 * @param {Session} session
 * @param {Content} content
 * @param {Options} [options]
 * @returns {Promise<Deposited>}
 * @throws {EndpointError} what was sealed stays for `resume`, unless it can never be accepted;
 *   `unreadable-file`: a file was changed or taken away meanwhile
 * @throws {Paused} @throws {Unsupported} `storage`: this device has no room for it
 * @throws {Invalid} `too-large`: over 32 MiB, or not what a record can hold
 * @throws {Superseded} the record has another such version already; nothing waits any more
 */
export async function deposit(session, content, { onStep = () => {}, signal } = {}) {
  const digestOf = digests(signal);
  const plain = await plaintexts(content, digestOf);
  const key = await parcelKey(plain, digestOf);
  return outbox.held(session.memory, async () => {
    const parcel = (await outbox.find(session.memory, key)) ?? (await sealed(session, key, plain, content.owner, { onStep, signal }));
    return send(session, parcel, { onStep, signal });
  });
}

/** @typedef {(content: FileContent) => Promise<Uint8Array>} DigestOf */

/** @param {Content} content @param {DigestOf} digestOf @returns {Promise<Plaintexts>} */
async function plaintexts({ partitions, attachments = new Map(), original, onto, owner }, digestOf) {
  for (const name of attachments.keys()) if (!partitions.has(name)) throw new TypeError(`no partition ${name} for its attachments`);
  const plain = { partitions, attachments: new Map(attachments), onto, ...(owner && { owner: owner.member }) };
  if (!original) return plain;
  const { name, type } = original;
  const content = "content" in original ? original.content : original.octets;
  return { ...plain, original: { name, type, content, digest: await digestOf(content) } };
}

/** @param {Plaintexts} content @param {DigestOf} digestOf @returns {Promise<string>} the same for the same content */
async function parcelKey({ partitions, attachments, original, onto, owner }, digestOf) {
  /** @type {[string, FileContent][]} */
  const named = [...partitions];
  for (const [name, list] of attachments) named.push(...list.map(({ content }, index) => /** @type {[string, FileContent]} */ ([`${name}/${index + 1}`, content])));
  const parts = original ? [lp(shownName(original.name), original.digest)] : [];
  // One after another: each may be a file that is read from the disk.
  for (const [name, content] of named) parts.push(lp(name, await digestOf(content)));
  const place = onto ? [`${onto.record} ${onto.version} ${onto.previous}`] : owner ? [owner] : [];
  return toHex(sha256(lp(...parts.map(toHex).sort(), ...place)));
}

/** @typedef {{onStep: OnStep, signal?: AbortSignal}} Handing */

/** @param {Session} session @param {string} key @param {Plaintexts} content @param {Content["owner"]} owner @param {Handing} handing @returns {Promise<Parcel>} */
async function sealed(session, key, content, owner, handing) {
  const { me, keys, deployment, memory } = session;
  const names = [...content.partitions.keys(), ...(content.original ? [ORIGINAL] : [])];
  const registered = owner ? keysOf(owner, names) : await registeredKeys(session, names);
  try {
    return await outbox.add(memory, key, now(), (store) =>
      sealRecord({ member: me.id, keys, deployment }, registered, content, { store, ...handing }));
  } catch (error) {
    if (error instanceof CryptoError) throw new Invalid("too-large", { cause: error });
    throw error;
  }
}

/**
 * The newest key of each partition; what is not registered yet is registered now.
 * @param {Session} session
 * @param {string[]} names
 * @returns {Promise<Map<string, {epoch: number, key: Uint8Array}>>}
 */
async function registeredKeys(session, names) {
  let person = await session.registered();
  const unknown = names.filter((name) => person.epoch(name) === null);
  if (unknown.length) person = await registerPartitions(session, person, unknown);
  return keysOf(person, names);
}

/** @param {import("./people.js").Person} person @param {string[]} names @returns {import("./sealing.js").Registered} the newest key of each */
function keysOf(person, names) {
  return new Map(names.map((name) => {
    const epoch = person.epoch(name);
    const point = epoch === null ? undefined : person.partitions.get(name)?.get(epoch);
    if (epoch === null || !point) throw new Integrity("registration");
    return [name, { epoch, key: point.encode() }];
  }));
}

/** @param {Session} session @param {Parcel} parcel @param {Handing} handing @returns {Promise<Deposited>} */
async function send(session, parcel, handing) {
  try {
    const done = await sendAll(session, parcel, handing);
    // What was added to another's records is none of one's own.
    if (!parcel.parts.owner) await noteDone(session, done, parcel.parts.digest);
    await outbox.remove(session.memory, parcel);
    return done;
  } catch (error) {
    if (error instanceof ApiError && (NEVER.has(error.status) || REFUSED.has(error.code))) await outbox.remove(session.memory, parcel);
    if (error instanceof Conflict && (await isSuperseded(session, parcel))) {
      await outbox.remove(session.memory, parcel);
      throw new Superseded(parcel.parts.record, error);
    }
    throw error;
  }
}

/** Noted before the parcel goes: a list then misses what no server shows any more, and an older version is none to open. @param {Session} session @param {Deposited} done @param {string} manifest */
async function noteDone({ memory }, { record, version }, manifest) {
  for (const name of [DEPOSITS, VERSIONS]) {
    await memory.update(name, (/** @type {Record<string, {version?: number}> | undefined} */ known) =>
      ((known?.[record]?.version ?? 0) > version ? known : { ...known, [record]: { version, manifest } }));
  }
}

/** A conflict may be this very deposit, still on its way from another tab: only another version ends it. @param {Session} session @param {Parcel} parcel */
async function isSuperseded(session, { parts }) {
  const head = (await list(session, { owner: session.me.id })).find(({ record }) => record === parts.record);
  return head !== undefined && head.version >= parts.version && head.manifest !== parts.digest;
}

/** @param {Session} session @param {Parcel} parcel @param {Handing} handing @returns {Promise<Deposited>} */
async function sendAll(session, parcel, { onStep, signal }) {
  const { parts } = parcel;
  const progress = meter(parcel, onStep);
  for (const entry of parts.attachments) {
    await upload(entry, sourceOf(session, parcel, entry.id), { onSent: progress(entry.size), signal });
  }
  const form = new FormData();
  form.set("manifest", parts.manifest);
  form.set("sealed", parts.sealed);
  form.set("document", await outbox.blob(session.memory, parcel, "document"), "document.xml");
  const onProgress = typeof XMLHttpRequest === "undefined" ? undefined : progress(0);
  const found = read("deposited", await api.postForm("/deposits", form, { onProgress, signal }));
  onStep("receipts");
  const { confirmed } = checkReceipts(session, found.receipts, { kind: "deposit", digest: b64uDecode(parts.digest, 32), owner: parts.owner });
  if (confirmed < acknowledging(session.deployment) || found.record !== parts.record) throw new Integrity("receipt");
  return { record: found.record, version: found.version, receipts: found.receipts };
}

/** @param {Session} session @param {Parcel} parcel @param {string} id @returns {import("./uploading.js").Source} */
function sourceOf({ memory }, parcel, id) {
  return { piece: (number) => outbox.piece(memory, parcel, id, number), whole: () => outbox.blob(memory, parcel, id) };
}

/**
 * Tells how many octets of all the server has.
 * @param {Parcel} parcel
 * @param {OnStep} onStep
 * @returns {(size: number) => (sent: number, total?: number) => void} for the next attachment; size 0: the record itself
 */
function meter({ parts }, onStep) {
  let before = 0;
  const attached = parts.attachments.reduce((sum, one) => sum + one.size, 0);
  onStep("sending", { sent: 0, total: attached });
  return (size) => {
    const start = before;
    before += size;
    return (sent, total = 0) => onStep("sending", { sent: start + sent, total: size ? attached : start + total });
  };
}

/** @param {Session} session @returns {Promise<Waiting[]>} deposits that are still on their way, oldest first */
export async function waiting(session) {
  return (await outbox.parcels(session.memory)).map(({ key, made, parts }) => ({
    key, record: parts.record, made, partitions: parts.partitions, original: parts.original, owner: parts.owner,
  }));
}

/**
 * Send what waits, with the very same octets.
 * @param {Session} session
 * @param {Options & {key?: string}} [options] key: this one only
 * @returns {Promise<Deposited[]>}
 * @throws {EndpointError} at the first that cannot be sent; it and those after it still wait
 */
export async function resume(session, { onStep = () => {}, signal, key } = {}) {
  return outbox.held(session.memory, async () => {
    const done = [];
    for (const parcel of await outbox.parcels(session.memory)) {
      if (key === undefined || key === parcel.key) done.push(await send(session, parcel, { onStep, signal }));
    }
    return done;
  });
}

/**
 * Forget a deposit that was not acknowledged; if it arrived all the same, it is in the list of records.
 * @param {Session} session
 * @param {string} key from `waiting`
 */
export async function discard(session, key) {
  await outbox.held(session.memory, async () => {
    const parcel = await outbox.find(session.memory, key);
    if (parcel) await outbox.remove(session.memory, parcel);
  });
}
