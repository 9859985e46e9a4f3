/**
 * Works with passwords off the page's thread: Argon2id takes about a second and 64 MiB.
 *
 * Answers one message after the other: {id, ask, args} -> {id, value} or {id, failure, code}. What
 * goes wrong is told by the name of the kernel's error, never with anything of a secret.
 * @module
 */
import { CryptoError } from "../crypto/errors.js";
import { derive, makePasswordSlot } from "../crypto/slots.js";
import { judge } from "../crypto/strength.js";

/** @type {Record<string, (...args: any[]) => unknown>} */
const ASKED = { derive, judge, makePasswordSlot };

/** @param {MessageEvent<{id: number, ask: string, args: unknown[]}>} event */
async function answer({ data: { id, ask, args } }) {
  try {
    postMessage({ id, value: await ASKED[ask](...args) });
  } catch (error) {
    postMessage({ id, failure: error instanceof CryptoError ? error.name : "Error" });
  }
}

addEventListener("message", (event) => void answer(/** @type {MessageEvent} */ (event)));
