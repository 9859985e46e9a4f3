/**
 * Seals, opens and reads records off the page's main thread: one message in, notes and one result out.
 *
 * It has no network and no memory of its own, and must never be given more than one task needs.
 * @module
 */
import { CryptoError } from "../crypto/errors.js";
import * as cipher from "../endpoint/cipher.js";
import { PartRefused } from "../endpoint/cipher.js";
import * as reader from "../reader/tasks.js";

/** @typedef {{id: number, operation: import("../endpoint/bench.js").Operation, task: any}} Asked */

/** @type {Record<string, (task: any, onNote: (note: string) => void) => any>} */
const OPERATIONS = {
  sealRecord: cipher.sealRecord,
  openAsUser: cipher.openAsUser,
  openAsOwner: cipher.openAsOwner,
  summarise: reader.summarise,
  layOut: reader.layOut,
  source: reader.source,
  bundle: reader.bundle,
};

/** @param {Asked} asked @returns {Promise<object>} the answer's members */
async function answer({ id, operation, task }) {
  try {
    return { result: await OPERATIONS[operation](task, (note) => postMessage({ id, note })) };
  } catch (error) {
    if (error instanceof PartRefused) return { refused: { message: error.message, partition: error.partition } };
    if (error instanceof CryptoError) return { refused: { message: error.message } };
    return { failed: error instanceof Error ? error.name : "unknown" };
  }
}

addEventListener("message", async ({ data }) => {
  postMessage({ id: data.id, ...(await answer(data)) });
});
