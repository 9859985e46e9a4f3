/**
 * What an owner calls the parts of her record, as this device remembers it.
 *
 * The names stand sealed, here and inside the partitions; servers know the ids alone. A device that did
 * not give them learns them when it opens a record.
 * @module
 */

const NAMES = "part-names";

/** @typedef {{memory: import("./memory.js").Memory}} Keeper */

/** @param {Keeper} session @returns {Promise<Map<string, string>>} by the part's id; "" for one that is called as usual again */
export async function recallNames({ memory }) {
  return new Map(Object.entries((await memory.get(NAMES)) ?? {}));
}

/**
 * Remember names in place of those that were known.
 * @param {Keeper} session @param {Iterable<[string, string]>} names by the part's id; "" for the usual one
 * @returns {Promise<void>}
 */
export async function rememberNames({ memory }, names) {
  const changes = [...names];
  if (!changes.length) return;
  await memory.update(NAMES, (/** @type {Record<string, string> | undefined} */ known) => ({ ...known, ...Object.fromEntries(changes) }));
}
