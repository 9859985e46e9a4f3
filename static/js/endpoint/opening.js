/**
 * Opening what was granted: manifest, author, octets, key, tag; plaintext only after all hold.
 *
 * Nothing is kept here. A failure is reported to the server, so that the owner and the administrator
 * see it, and raised; no partial plaintext ever leaves.
 * @module
 */
import { utf8Text } from "../crypto/bytes.js";
import { b64Decode } from "../crypto/encoding.js";
import { CryptoError, OpenError } from "../crypto/errors.js";
import { readXml } from "../crypto/xml.js";
import { ask, askEverybody } from "./access.js";
import * as api from "./api.js";
import { AttachedFile } from "./attached.js";
import { expect, room, run } from "./bench.js";
import { PartRefused } from "./cipher.js";
import { Download } from "./downloading.js";
import { ApiError, Conflict, EndpointError, Integrity } from "./errors.js";
import { givenTo } from "./given.js";
import { Manifests } from "./manifests.js";
import { ORIGINAL } from "./records.js";
import { read } from "./shapes.js";
import { asIntegrity } from "./statement.js";
import { notNow } from "./verdicts.js";

/** @typedef {import("../crypto/bytes.js").Bytes} Bytes */
/** @typedef {import("../crypto/schemas.js").Members} Members */
/** @typedef {import("./access.js").Opening} Opening */
/** @typedef {import("./access.js").Item} Item */
/** @typedef {import("./cipher.js").Plain} Plain */
/** @typedef {import("./session.js").Session} Session */
/** @typedef {(step: string, detail?: object) => void} OnStep steps: asked, agreed, received, decrypting */
/**
 * A record as opened. `date`: the day its owner gave it, or when the version was signed (Unix
 * seconds); `manifest`: the verified payload, `digest` its name; `written`: by whom, if it was not its
 * owner, and when she signed that she takes it. Where nothing was opened, these and `owner` are null. `away`: what
 * nobody refused, and too few nodes can open right now.
 * @typedef {{record: string, owner: string | null, version: number | null, date: number | null,
 *   manifest: Members | null, digest: string | null, written: Written | null, parts: Map<string, Bytes>, refused: string[], away: string[]}} OpenedRecord
 */
/** Who wrote a record of somebody else; `accepted`: Unix seconds, null while it waits. @typedef {{author: string, accepted: number | null}} Written */
/** What a record is once it is checked and open. @typedef {{payload: Members, accepted: number | null, digest: string, plain: Map<string, Plain>}} OpenRecord */
/** @typedef {import("./attachments.js").Entry} Entry */
/** @typedef {import("./attached.js").Told} Told */
/** A partition of a record, whose it is meant to be, and why it is opened. @typedef {{owner: string, record: string, partition: string, purpose: string, proposed?: boolean}} Where proposed: its owner has not accepted it yet */
/** An imported file as it was. @typedef {{name: string, type: string, size: number, blob: Blob}} OriginalFile */

const PHR = "urn:sesphr:phr:1";
/** How deep stands what describes a file: in `original` alone, elsewhere in a source. */
const DEPTHS = { original: 2, attachment: 3 };

/** Something of a record is not what was signed: which record, and which partition where one alone is concerned. */
export class RecordIntegrity extends Integrity {
  /**
   * @param {string} what
   * @param {{record: string, partition?: string}} place
   * @param {unknown} [cause]
   */
  constructor(what, { record, partition }, cause) {
    super(what, cause);
    this.record = record;
    this.partition = partition;
  }
}

/**
 * Open partitions of records, with one signed request for all.
 * @param {Session} session
 * @param {Item[]} items each record once; `original` is left out, `fetchOriginal` is for that
 * @param {{owner: string, purpose?: string, onStep?: OnStep, onRecord?: (opened: OpenedRecord) => void, proposed?: boolean}} options owner: whose they are meant to be;
 *   a list that puts one person's record under another's name must not be believed; onRecord: told of
 *   each record as soon as it is opened; proposed: what others added and she has not accepted
 * @returns {Promise<OpenedRecord[]>} in the order of `items`
 * @throws {Integrity} anything is not what was signed, or somebody else's; it was reported
 * @throws {ApiError} `unavailable`: nothing can be opened right now, though not all of it was refused
 */
export async function open(session, items, { owner, purpose = "treatment", onStep = () => {}, onRecord = () => {}, proposed = false }) {
  const wanted = items.map(({ record, partitions }) => ({ record, partitions: partitions.filter((name) => name !== ORIGINAL) }));
  expect(wanted.length);
  const { openings, away } = await ask(session, wanted.filter((item) => item.partitions.length > 0), purpose, onStep);
  const total = openings.reduce((sum, one) => sum + one.allowed.length, 0);
  const awayOf = (/** @type {Item} */ { record }) => away.find((one) => one.record === record)?.partitions ?? [];
  let done = 0;
  const onPart = (/** @type {string} */ partition) => onStep("decrypting", { partition, done: done++, total });
  const opened = new Map();
  const manifests = new Manifests(session, owner, { proposed });
  try {
    await eachOf(openings, room(), async (opening) => {
      const { record } = opening;
      const item = /** @type {Item} */ (wanted.find((one) => one.record === record));
      const found = described(item, awayOf(item), await openRecord(session, manifests, opening, onPart));
      opened.set(record, found);
      onRecord(found);
    });
  } finally {
    await manifests.keep();
  }
  return wanted.map((item) => opened.get(item.record) ?? described(item, awayOf(item)));
}

/**
 * Some at a time, in their order; after a failure none is begun.
 * @template T @param {T[]} all @param {number} atOnce @param {(one: T) => Promise<void>} act
 */
async function eachOf(all, atOnce, act) {
  const waiting = all.values();
  let failed = false;
  const lane = async () => {
    for (const one of waiting) {
      if (failed) return;
      await act(one).catch((error) => { failed = true; throw error; });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

/** @param {Item} item @param {string[]} away @param {OpenRecord} [opened] @returns {OpenedRecord} */
function described({ record, partitions }, away, opened) {
  const closed = partitions.filter((name) => !away.includes(name));
  if (!opened) return { record, owner: null, version: null, date: null, manifest: null, digest: null, written: null, parts: new Map(), refused: closed, away };
  const { payload, accepted, digest, plain } = opened;
  const written = payload.iss === payload.owner ? null : { author: payload.iss, accepted };
  const parts = new Map([...plain].map(([name, { plaintext }]) => [name, plaintext]));
  const refused = closed.filter((name) => !parts.has(name));
  return { record, owner: payload.owner, version: payload.version, date: payload.date ?? payload.iat, manifest: payload, digest, written, parts, refused, away };
}

/**
 * @param {Session} session @param {Manifests} manifests
 * @param {Opening} opening @param {(partition: string) => void} onPart
 * @returns {Promise<OpenRecord>}
 */
async function openRecord(session, manifests, opening, onPart) {
  const { payload, accepted } = await reporting(opening, "manifest", async () => {
    const found = await manifests.check(opening);
    if (opening.allowed.some((name) => !Object.hasOwn(found.payload.partitions, name))) throw new Integrity("access-answer");
    return found;
  });
  const mine = opening.owner === session.me.id;
  const plain = await (mine ? asOwner : asUser)(session, opening, payload, onPart);
  for (const node of opening.wrong) await report(opening, "node-answer", { node });
  manifests.note(opening);
  return { payload, accepted, digest: opening.manifest, plain };
}

/**
 * Report an integrity failure inside, then let it go on.
 * @template T
 * @param {Opening} opening
 * @param {string} reason of a-z and hyphens
 * @param {() => Promise<T>} check
 * @param {string} [partition]
 * @returns {Promise<T>}
 */
async function reporting(opening, reason, check, partition) {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof Integrity || error instanceof CryptoError)) throw error;
    const place = { record: opening.record, partition: error instanceof PartRefused ? error.partition : partition };
    await report(opening, place.partition ? "partition" : reason, { partition: place.partition });
    if (error instanceof Integrity) throw Object.assign(error, place);
    throw new RecordIntegrity(place.partition ? "partition" : reason, place, error);
  }
}

/** @param {Opening} opening @param {string} reason @param {{partition?: string, node?: number}} place a part; the node whose answer does not fit */
async function report({ record, manifest: digest }, reason, { partition, node }) {
  try {
    const body = { record, partition: partition ?? null, manifest: digest, reason };
    read("reported", await api.post("/integrity-reports", node === undefined ? body : { ...body, node }));
  } catch (error) {
    // A report that does not arrive must not hide the failure itself.
    if (!(error instanceof EndpointError)) throw error;
  }
}

/**
 * With the owner's wrapping keys, and without the nodes.
 * @param {Session} session @param {Opening} opening @param {Members} payload
 * @param {(partition: string) => void} onPart
 * @returns {Promise<Map<string, Plain>>}
 */
async function asOwner(session, opening, payload, onPart) {
  return reporting(opening, "document", async () => {
    const document = octetsOf(opening.stored?.document);
    const wraps = new Map(opening.allowed.map((name) => [name, session.keys.partition(name, payload.partitions[name].epoch).wrap]));
    const given = givenTo(session, opening, payload);
    const opened = await run("openAsOwner", { document, manifest: payload, wraps, given });
    opening.allowed.forEach(onPart);
    return opened;
  });
}

/**
 * K = (prod T_i^lambda_i)^(1/x_U), then k, kc, the tag.
 * @param {Session} session @param {Opening} opening @param {Members} payload
 * @param {(partition: string) => void} onPart
 * @returns {Promise<Map<string, Plain>>}
 */
async function asUser(session, opening, payload, onPart) {
  const { owner, record, version } = opening;
  const { keys, deployment: { id, n, t } } = session;
  const receiveSecret = keys.receiveSecret.encode();
  /** @type {Map<string, Plain>} */
  const found = new Map();
  for (const partition of opening.allowed) {
    onPart(partition);
    await reporting(opening, "partition", async () => {
      const entry = payload.partitions[partition];
      const context = { deployment: id, owner, record, version, partition, epoch: entry.epoch };
      const task = () => ({
        n, t, receiveSecret, points: opening.points.get(partition), context, entry,
        octets: octetsOf(opening.stored?.partitions[partition]),
      });
      const { wrong, ...plain } = (await run("openAsUser", task())) ?? (await again(session, opening, task));
      wrong.forEach((/** @type {number} */ index) => opening.wrong.add(index));
      found.set(partition, plain);
    }, partition);
  }
  return found;
}

/**
 * What came from the nodes that were quick does not give the key: the answers of all nodes, then.
 * @param {Session} session @param {Opening} opening whose points are replaced @param {() => object} task
 * @returns {Promise<Plain & {wrong: number[]}>}
 * @throws {OpenError} they do not give it either
 */
async function again(session, opening, task) {
  if (!opening.everybody) {
    const other = await askEverybody(session, opening);
    if (other?.manifest !== opening.manifest) throw new Integrity("nodes-disagree");
    other.wrong.forEach((index) => opening.wrong.add(index));
    Object.assign(opening, { points: other.points, tickets: other.tickets, everybody: true });
    if (opening.allowed.every((name) => opening.points.has(name))) {
      const found = await run("openAsUser", task());
      if (found) return found;
    }
  }
  throw new OpenError();
}

/** @param {string | null | undefined} text @returns {Bytes} the octets of the API's base64 @throws {Integrity} */
function octetsOf(text) {
  if (typeof text !== "string") throw new Integrity("cloud");
  return asIntegrity("cloud", () => b64Decode(text));
}

/**
 * The imported file of an own record, as it was; null where the record has none.
 * @param {Session} session
 * @param {string} record
 * @param {{onStep?: OnStep}} [options]
 * @returns {Promise<OriginalFile | null>}
 * @throws {Integrity} it is not what was deposited; it was reported
 */
export async function fetchOriginal(session, record, { onStep = () => {} } = {}) {
  const where = { owner: session.me.id, record, partition: ORIGINAL, purpose: "own-copy" };
  const found = await openedPart(session, where, onStep);
  if (!found) return null;
  const file = await fileOf(session, where, found, (plaintext, entries) => {
    const { attachment, name, "media-type": type, sha256, size } = describedFiles(plaintext, ORIGINAL)[0] ?? {};
    return { entry: entries.find((one) => one.id === attachment), told: { name, type, sha256, size: Number(size) } };
  });
  const blob = await file.whole();
  file.close();
  return { name: file.told.name, type: file.told.type, size: blob.size, blob };
}

/**
 * Open an attachment of a partition, for looking at it or to keep it. The opening is an event of its
 * own in the owner's activity.
 * @param {Session} session
 * @param {Where} where
 * @param {{number: number, sha256: string}} wanted its place in the partition's list, from 1, and what
 *   the partition that is on show says it is
 * @param {{onStep?: OnStep}} [options]
 * @returns {Promise<AttachedFile>}
 * @throws {Integrity} anything is not what was signed; it was reported
 * @throws {Conflict} the record has changed since @throws {ApiError} `refused`, `unavailable`
 */
export async function openAttachment(session, where, { number, sha256 }, { onStep = () => {} } = {}) {
  const found = await openedPart(session, where, onStep);
  if (!found) throw new ApiError(403, "refused");
  return fileOf(session, where, found, (plaintext, entries) => {
    const told = describedFiles(plaintext, "attachment").find((one) => one.number === String(number));
    if (told?.sha256 !== sha256) throw new Conflict(409, "conflict");
    return { entry: entries[number - 1], told: { name: told.name, type: told.type, sha256, size: Number(told.size) } };
  });
}

/**
 * @param {Session} session @param {Where} where @param {OnStep} onStep
 * @returns {Promise<{opening: Opening, payload: Members, plain: Plain} | null>} null when it was refused
 */
async function openedPart(session, { partition, ...where }, onStep) {
  const found = await openedParts(session, { ...where, partitions: [partition] }, onStep);
  return found && { ...found, plain: /** @type {Plain} */ (found.plain.get(partition)) };
}

/**
 * Partitions of one record with their keys.
 * @param {Session} session @param {{owner: string, record: string, partitions: string[], purpose: string, proposed?: boolean}} where
 * @param {OnStep} [onStep]
 * @returns {Promise<{opening: Opening, payload: Members, plain: Map<string, Plain>} | null>} null when all was refused
 * @throws {Integrity} anything is not what was signed; it was reported
 * @throws {ApiError} `unavailable`: some of it cannot be opened right now
 */
export async function openedParts(session, { owner, record, partitions, purpose, proposed }, onStep = () => {}) {
  const { openings: [opening], away } = await ask(session, [{ record, partitions }], purpose, onStep);
  if (away.length) throw notNow();
  if (!opening) return null;
  const manifests = new Manifests(session, owner, { proposed });
  const { payload, plain } = await openRecord(session, manifests, opening, (partition) => onStep("decrypting", { partition }));
  await manifests.keep();
  return { opening, payload, plain };
}

/**
 * @param {Session} session @param {Where} where
 * @param {{opening: Opening, payload: Members, plain: Plain}} found
 * @param {(plaintext: Bytes, entries: Entry[]) => {entry: Entry | undefined, told: Told}} pick of the manifest's list
 * @returns {Promise<AttachedFile>}
 */
function fileOf(session, where, { opening, payload, plain: { k, plaintext } }, pick) {
  /** @type {import("./attached.js").Reporting} */
  const guarded = (check) => reporting(opening, "attachment", check, where.partition);
  return guarded(async () => {
    const { entry, told } = pick(plaintext, payload.partitions[where.partition].attachments);
    if (!entry) throw new Integrity("attachment");
    const download = new Download(entry.id, entry.size, permissionOf(opening), () => askAgain(session, where, opening));
    return new AttachedFile(k, entry, told, { download, reporting: guarded });
  });
}

/** @param {Opening} opening @returns {import("./downloading.js").Permission} */
const permissionOf = ({ request, tickets }) => ({ request, tickets });

/**
 * What the nodes gave lasts a minute; whoever looks longer is asked for anew.
 * @param {Session} session @param {Where} where @param {Opening} before
 */
async function askAgain(session, { record, partition, purpose }, before) {
  const { openings: [opening] } = await ask(session, [{ record, partitions: [partition] }], purpose, () => {});
  if (!opening) throw new ApiError(403, "refused");
  if (opening.manifest !== before.manifest) throw new Conflict(409, "conflict");
  return permissionOf(opening);
}

/**
 * @param {Uint8Array} element of a partition, as opened
 * @param {keyof typeof DEPTHS} name of the elements that describe files
 * @returns {Record<string, string>[]} their attributes
 */
function describedFiles(element, name) {
  /** @type {Record<string, string>[]} */
  const found = [];
  readXml(utf8Text(element), {
    open: ({ uri, local, attributes }, depth) => {
      if (depth !== DEPTHS[name] || uri !== PHR || local !== name) return;
      found.push(Object.fromEntries(Object.values(attributes).map((one) => [one.local, one.value])));
    },
  });
  return found;
}
