/**
 * What was typed into the form for entering a record by hand: kept on this device, sealed, until it is
 * saved or thrown away. One tab at a time writes it.
 * @module
 */

const ENTRY = "hand-entry";

/** @typedef {import("./session.js").Session} Session */
/**
 * entry: a UUID of this record-to-be; typed: as the form has it; file: what was made of it, and of
 * which words, so that the same words give the same file again.
 * @typedef {{entry: string, typed: any, file?: {of: string, text: string}}} HandEntry
 */

/** @param {Session} session @returns {Promise<HandEntry | undefined>} undefined when nothing is kept */
export async function recallEntry({ memory }) {
  const found = await memory.get(ENTRY);
  return found?.entry ? found : undefined;
}

/** @param {Session} session @param {HandEntry} entry */
export async function keepEntry({ memory }, entry) {
  await memory.set(ENTRY, entry);
}

/**
 * Forget it, unless it has become another one meanwhile.
 * @param {Session} session @param {string} entry its UUID @param {string} [text] of the file that was saved: what was changed since stays
 */
export async function forgetEntry({ memory }, entry, text = undefined) {
  await memory.locked(ENTRY, async () => {
    const found = await memory.get(ENTRY);
    const changed = text !== undefined && (found?.file?.text !== text || found.file.of !== JSON.stringify(found.typed));
    if (found?.entry === entry && !changed) await memory.remove(ENTRY);
  });
}

/**
 * Keep other tabs of this member from the form for as long as this page lives.
 * @param {Session} session
 * @returns {Promise<boolean>} false when another tab has it
 */
export function holdEntry({ me }) {
  return new Promise((resolve, reject) => {
    navigator.locks.request(`sesphr hand-entry ${me.id}`, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock ? new Promise(() => {}) : undefined;
    }).catch(reject);
  });
}
