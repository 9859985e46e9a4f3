/**
 * What was sealed and is on its way: kept on this device until the server acknowledges it.
 *
 * A parcel is written whole before its first octet is sent, so that after a crash, a reload or a lost
 * answer the very same octets go out and end as one record. Everything in here is ciphertext or public.
 * @module
 */
import { free } from "../crypto/bytes.js";
import { Integrity } from "./errors.js";

/** @typedef {{get(name: string): Promise<any>, has(name: string): Promise<boolean>, set(name: string, value: unknown): Promise<void>,
 *   remove(name: string): Promise<void>, locked<T>(name: string, run: () => Promise<T>): Promise<T>}} Keeper */
/** @typedef {import("./sealing.js").Parts} Parts */
/**
 * A complete parcel. `pieces`: how many each larger part has, by its name; `made`: Unix seconds.
 * @typedef {{key: string, id: string, made: number, parts: Parts, pieces: Record<string, number>}} Parcel
 */
/** drafts: what a crash may have left behind. @typedef {{parcels: Parcel[], drafts: string[]}} Index */

const INDEX = "outbox";
const MEDIA_TYPES = /** @type {Record<string, string>} */ ({ document: "application/xml" });

/** @param {Keeper} memory @returns {Promise<Index>} */
async function index(memory) {
  return (await memory.get(INDEX)) ?? { parcels: [], drafts: [] };
}

/** @param {string} id @param {string} part @param {number} number @returns {string} */
const nameOf = (id, part, number) => `${INDEX}/${id}/${part}/${number}`;

/**
 * Hold the outbox, swept of what crashes left behind; other tabs wait.
 * @template T
 * @param {Keeper} memory
 * @param {() => Promise<T>} run
 * @returns {Promise<T>}
 */
export function held(memory, run) {
  return memory.locked(INDEX, async () => {
    const { parcels, drafts } = await index(memory);
    for (const one of drafts) await sweep(memory, one);
    if (drafts.length) await memory.set(INDEX, { parcels, drafts: [] });
    return run();
  });
}

/**
 * @param {Keeper} memory
 * @param {string} draft parcel id and the names of its larger parts, separated by blanks
 */
async function sweep(memory, draft) {
  const [id, ...names] = draft.split(" ");
  for (const part of names) {
    let count = 0;
    while (await memory.has(nameOf(id, part, count))) count++;
    // The last one first: whoever is interrupted here finds the rest again by counting.
    while (count > 0) await memory.remove(nameOf(id, part, --count));
  }
}

/** @param {Keeper} memory @returns {Promise<Parcel[]>} oldest first */
export async function parcels(memory) {
  return (await index(memory)).parcels;
}

/** @param {Keeper} memory @param {string} key @returns {Promise<Parcel | undefined>} */
export async function find(memory, key) {
  return (await parcels(memory)).find((one) => one.key === key);
}

/**
 * Write a parcel, which is there at one stroke or not at all.
 * @param {Keeper} memory
 * @param {string} key
 * @param {number} made Unix seconds
 * @param {(store: import("./attachments.js").Store) => Promise<Parts>} seal
 * @returns {Promise<Parcel>}
 * @throws {Unsupported} `storage`: there is no room for it; what was written is gone again
 */
export async function add(memory, key, made, seal) {
  const id = crypto.randomUUID();
  /** @type {Record<string, number>} */
  const pieces = {};
  try {
    const parts = await seal(async (part, octets) => {
      if (!(part in pieces)) await noteDraft(memory, [id, ...Object.keys(pieces), part].join(" "));
      const number = pieces[part] ?? 0;
      await memory.set(nameOf(id, part, number), { octets });
      pieces[part] = number + 1;
    });
    const parcel = { key, id, made, parts, pieces };
    await memory.set(INDEX, { parcels: [...(await parcels(memory)), parcel], drafts: [] });
    return parcel;
  } catch (error) {
    // A full disk stays full while half a parcel lies on it; what cannot be swept now is swept next time.
    await sweep(memory, [id, ...Object.keys(pieces)].join(" ")).catch(() => {});
    throw error;
  }
}

/** @param {Keeper} memory @param {string} draft */
async function noteDraft(memory, draft) {
  await memory.set(INDEX, { parcels: await parcels(memory), drafts: [draft] });
}

/**
 * One piece of a larger part, for the caller alone.
 * @param {Keeper} memory
 * @param {Parcel} parcel
 * @param {string} part
 * @param {number} number from 0
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 * @throws {Integrity} `memory`: this device lost it
 */
export async function piece(memory, { id }, part, number) {
  const found = await memory.get(nameOf(id, part, number));
  if (found === undefined) throw new Integrity("memory");
  return found.octets;
}

/**
 * A larger part, put together without holding it whole twice.
 * @param {Keeper} memory
 * @param {Parcel} parcel
 * @param {string} part
 * @returns {Promise<Blob>}
 */
export async function blob(memory, parcel, part) {
  const found = [];
  for (let number = 0; number < parcel.pieces[part]; number++) {
    // Each piece becomes the browser's own at once, so that this page holds one at a time.
    const octets = await piece(memory, parcel, part, number);
    found.push(new Blob([octets]));
    free(octets);
  }
  return new Blob(found, { type: MEDIA_TYPES[part] ?? "application/octet-stream" });
}

/**
 * Forget a parcel: first its entry, so that a crash leaves a draft to sweep and no half parcel.
 * @param {Keeper} memory
 * @param {Parcel} parcel
 */
export async function remove(memory, parcel) {
  const rest = (await parcels(memory)).filter((one) => one.id !== parcel.id);
  const draft = [parcel.id, ...Object.keys(parcel.pieces)].join(" ");
  await memory.set(INDEX, { parcels: rest, drafts: [draft] });
  await sweep(memory, draft);
  await memory.set(INDEX, { parcels: rest, drafts: [] });
}
