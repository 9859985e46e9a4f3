/**
 * Opening what was granted: manifest, author, octets, key, tag; plaintext only after all hold.
 *
 * Nothing is kept here. A failure is reported to the server, so that the owner and the administrator
 * see it, and raised; no partial plaintext ever leaves.
 * @module
 */
import { sha256 } from "@noble/hashes/sha2.js";

import { openStream } from "../crypto/attachments.js";
import { toHex, utf8Text } from "../crypto/bytes.js";
import { b64Decode, b64uDecode, b64uEncode } from "../crypto/encoding.js";
import { CryptoError } from "../crypto/errors.js";
import { readXml } from "../crypto/xml.js";
import { ask } from "./access.js";
import * as api from "./api.js";
import { room, run } from "./bench.js";
import { PartRefused } from "./cipher.js";
import { ApiError, EndpointError, Integrity } from "./errors.js";
import { lookUp, pin } from "./people.js";
import { ORIGINAL } from "./records.js";
import { read } from "./shapes.js";
import { asIntegrity, verify } from "./statement.js";
import { turns } from "./turns.js";

/** @typedef {import("../crypto/bytes.js").Bytes} Bytes */
/** @typedef {import("../crypto/schemas.js").Members} Members */
/** @typedef {import("./access.js").Opening} Opening */
/** @typedef {import("./access.js").Item} Item */
/** @typedef {import("./cipher.js").Plain} Plain */
/** @typedef {import("./session.js").Session} Session */
/** @typedef {(step: string, detail?: object) => void} OnStep steps: asked, agreed, received, decrypting */
/**
 * A record as opened. `date`: the day its owner gave it, or when the version was signed (Unix
 * seconds); `manifest`: the verified payload. Where all was refused, these and `owner` are null.
 * @typedef {{record: string, owner: string | null, version: number | null, date: number | null,
 *   manifest: Members | null, parts: Map<string, Bytes>, refused: string[]}} OpenedRecord
 */
/** An imported file as it was. @typedef {{name: string, type: string, size: number, blob: Blob}} OriginalFile */

const PHR = "urn:sesphr:phr:1";
const VERSIONS = "versions";

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
 * @param {{owner: string, purpose?: string, onStep?: OnStep}} options owner: whose they are meant to be;
 *   a list that puts one person's record under another's name must not be believed
 * @returns {Promise<OpenedRecord[]>} in the order of `items`
 * @throws {Integrity} anything is not what was signed, or somebody else's; it was reported
 */
export async function open(session, items, { owner, purpose = "treatment", onStep = () => {} }) {
  const wanted = items.map(({ record, partitions }) => ({ record, partitions: partitions.filter((name) => name !== ORIGINAL) }));
  const openings = await ask(session, wanted.filter((item) => item.partitions.length > 0), purpose, onStep);
  const total = openings.reduce((sum, one) => sum + one.allowed.length, 0);
  let done = 0;
  const onPart = (/** @type {string} */ partition) => onStep("decrypting", { partition, done: done++, total });
  const opened = new Map();
  await eachOf(openings, room(), async (opening) => {
    opened.set(opening.record, await openRecord(session, owner, opening, onPart));
  });
  return wanted.map((item) => described(item, opened.get(item.record)));
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

/** @param {Item} item @param {{payload: Members, plain: Map<string, Plain>} | undefined} opened @returns {OpenedRecord} */
function described({ record, partitions }, opened) {
  if (!opened) return { record, owner: null, version: null, date: null, manifest: null, parts: new Map(), refused: partitions };
  const { payload, plain } = opened;
  const parts = new Map([...plain].map(([name, { plaintext }]) => [name, plaintext]));
  const refused = partitions.filter((name) => !parts.has(name));
  return { record, owner: payload.owner, version: payload.version, date: payload.date ?? payload.iat, manifest: payload, parts, refused };
}

/**
 * @param {Session} session @param {string} owner whose it must be
 * @param {Opening} opening @param {(partition: string) => void} onPart
 * @returns {Promise<{payload: Members, plain: Map<string, Plain>}>}
 */
async function openRecord(session, owner, opening, onPart) {
  const payload = await reporting(opening, "manifest", async () => {
    if (opening.owner !== owner) throw new Integrity("record-owner");
    const { payload: found } = await manifest(session, opening);
    await checkNotOlder(session, opening);
    if (opening.allowed.some((name) => !Object.hasOwn(found.partitions, name))) throw new Integrity("access-answer");
    return found;
  });
  const mine = opening.owner === session.me.id;
  const plain = await (mine ? asOwner : asUser)(session, opening, payload, onPart);
  await rememberVersion(session, opening);
  return { payload, plain };
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
    await report(opening, place.partition ? "partition" : reason, place.partition);
    if (error instanceof Integrity) throw Object.assign(error, place);
    throw new RecordIntegrity(place.partition ? "partition" : reason, place, error);
  }
}

/** @param {Opening} opening @param {string} reason @param {string} [partition] */
async function report({ record, manifest: digest }, reason, partition = undefined) {
  try {
    read("reported", await api.post("/integrity-reports", { record, partition: partition ?? null, manifest: digest, reason }));
  } catch (error) {
    // A report that does not arrive must not hide the failure itself.
    if (!(error instanceof EndpointError)) throw error;
  }
}

/** @param {Session} session @param {Opening} opening @returns {Promise<import("../crypto/statements.js").Verified>} */
async function manifest(session, { stored, owner, record, version, manifest: digest }) {
  if (!stored) throw new Integrity("manifest");
  const directory = new Map([[owner, await ownerKey(session, owner)]]);
  const found = verify(stored.manifest, { typ: "sesphr-manifest", deployment: session.deployment.id, directory, what: "manifest" });
  const { payload } = found;
  const named = payload.owner === owner && payload.record === record && payload.version === version;
  if (!named || b64uEncode(found.digest) !== digest) throw new Integrity("manifest");
  return found;
}

/** @param {Session} session @param {string} owner @returns {Promise<Uint8Array>} their verification key, pinned from now on */
async function ownerKey(session, owner) {
  if (owner === session.me.id) return session.keys.verification;
  const person = await lookUp(session, owner);
  if (person === null) throw new ApiError(0, "owner-unknown");
  await pin(session, person);
  return person.verification;
}

/** @param {Session} session @param {Opening} opening */
async function checkNotOlder(session, { record, version, manifest: digest }) {
  const known = (await session.memory.get(VERSIONS))?.[record];
  if (!known) return;
  const other = version === known.version && digest !== known.manifest;
  if (version < known.version || other) throw new Integrity("record-older");
}

/** @param {Session} session @param {Opening} opening */
async function rememberVersion(session, { record, version, manifest: digest }) {
  const known = (await session.memory.get(VERSIONS))?.[record];
  if (known?.version === version && known.manifest === digest) return;
  await session.memory.update(VERSIONS, (/** @type {object | undefined} */ all) => ({ ...all, [record]: { version, manifest: digest } }));
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
    const opened = await run("openAsOwner", { document, manifest: payload, wraps });
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
async function asUser({ keys, deployment: { id, n, t } }, opening, payload, onPart) {
  const { owner, record, version, points, stored } = opening;
  const receiveSecret = keys.receiveSecret.encode();
  /** @type {Map<string, Plain>} */
  const found = new Map();
  for (const partition of opening.allowed) {
    onPart(partition);
    await reporting(opening, "partition", async () => {
      const entry = payload.partitions[partition];
      const context = { deployment: id, owner, record, version, partition, epoch: entry.epoch };
      const octets = octetsOf(stored?.partitions[partition]);
      const task = { n, t, receiveSecret, points: points.get(partition), context, entry, octets };
      found.set(partition, await run("openAsUser", task));
    }, partition);
  }
  return found;
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
  const [opening] = await ask(session, [{ record, partitions: [ORIGINAL] }], "own-copy", onStep);
  if (!opening) return null;
  const { payload, plain } = await openRecord(session, session.me.id, opening, () => onStep("decrypting", { partition: ORIGINAL }));
  const { k, plaintext } = /** @type {Plain} */ (plain.get(ORIGINAL));
  return reporting(opening, "attachment", async () => {
    const told = describedFile(plaintext);
    const entry = payload.partitions[ORIGINAL].attachments.find((/** @type {Members} */ one) => one.id === told.attachment);
    if (!entry) throw new Integrity("attachment");
    return fetchFile(opening, entry, k, told);
  }, ORIGINAL);
}

/**
 * @param {Opening} opening @param {Members} entry of the manifest @param {Bytes} k
 * @param {Record<string, string>} told what the partition says of the file
 * @returns {Promise<OriginalFile>}
 */
async function fetchFile({ request, tickets }, { id, size, root }, k, told) {
  const octets = await api.octets(`/attachments/${id}/content`, { request, tickets });
  const hash = sha256.create();
  /** @type {Blob[]} */
  const pieces = [];
  const pause = turns();
  for await (const piece of openStream(k, id, [octets], { size, root: b64uDecode(root, 32) })) {
    await pause();
    hash.update(piece);
    pieces.push(new Blob([piece]));
  }
  if (toHex(hash.digest()) !== told.sha256) throw new Integrity("attachment");
  const blob = new Blob(pieces, { type: told["media-type"] });
  return { name: told.name, type: told["media-type"], size: blob.size, blob };
}

/**
 * @param {Uint8Array} element of the partition `original`, as opened
 * @returns {Record<string, string>} its attributes: attachment, media-type, name, sha256, size
 */
function describedFile(element) {
  /** @type {Record<string, string>} */
  const found = {};
  readXml(utf8Text(element), {
    open: ({ uri, local, attributes }, depth) => {
      if (depth !== 2 || uri !== PHR || local !== ORIGINAL) return;
      for (const one of Object.values(attributes)) found[one.local] = one.value;
    },
  });
  return found;
}
