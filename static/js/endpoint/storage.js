/**
 * The browser's database of this site: what is written here may lie on a disk for years.
 *
 * Only the vault and the memory use it; everything in it is sealed or a key that cannot be taken out.
 * @module
 */
import { Unsupported } from "./errors.js";

const DATABASE = "sesphr";
const VERSION = 1;

/** @typedef {"vault" | "memory"} Store */
/** @type {Store[]} */
const STORES = ["vault", "memory"];

/** @type {Promise<IDBDatabase> | null} */
let opened = null;

/** @returns {Promise<IDBDatabase>} */
function database() {
  opened ??= open();
  opened.catch(() => (opened = null));
  return opened;
}

/** @returns {Promise<IDBDatabase>} */
function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, VERSION);
    request.onupgradeneeded = () => STORES.forEach((name) => request.result.createObjectStore(name));
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      // Another tab may bring a newer version of this site; it must not have to wait for this one.
      request.result.onversionchange = () => {
        request.result.close();
        opened = null;
      };
      request.result.onclose = () => (opened = null);
      resolve(request.result);
    };
  });
}

/**
 * @template T
 * @param {Store} store
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest<T>} ask
 * @returns {Promise<T>} once the transaction is on disk
 * @throws {Unsupported} `storage`: the browser keeps nothing, as some do in private windows
 */
async function transact(store, mode, ask) {
  try {
    const found = await database();
    return await new Promise((resolve, reject) => {
      const transaction = found.transaction(store, mode, { durability: "strict" });
      const request = ask(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error ?? request.error);
    });
  } catch (error) {
    throw new Unsupported("storage", { cause: error });
  }
}

/** @param {Store} store @param {string} name @returns {Promise<any>} undefined when there is none */
export function read(store, name) {
  return transact(store, "readonly", (entries) => entries.get(name));
}

/** @param {Store} store @param {string} name @returns {Promise<boolean>} whether there is one, without reading it */
export async function has(store, name) {
  return (await transact(store, "readonly", (entries) => entries.count(name))) > 0;
}

/** @param {Store} store @param {string} name @param {unknown} value @returns {Promise<unknown>} */
export function write(store, name, value) {
  return transact(store, "readwrite", (entries) => entries.put(value, name));
}

/** @param {Store} store @param {string} name @returns {Promise<unknown>} */
export function remove(store, name) {
  return transact(store, "readwrite", (entries) => entries.delete(name));
}

/**
 * Hold a lock of this name in all tabs. Not reentrant.
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} run
 * @returns {Promise<T>}
 */
export async function locked(name, run) {
  return navigator.locks.request(`sesphr ${name}`, run);
}
