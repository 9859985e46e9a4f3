/**
 * The seed while somebody is signed in: sealed in the browser's database (protocol section 3).
 *
 * The key is made of two halves: one in the browser that no script can take out, and the session
 * share, which the server drops at sign-out and after idle minutes. Neither opens anything alone, so
 * a closed browser keeps nothing useful. The seed must never be written anywhere unsealed.
 * @module
 */
import { gcmDecrypt, gcmEncrypt, IV_LENGTH } from "../crypto/aes.js";
import { concat, fixed, randomBytes, utf8 } from "../crypto/bytes.js";
import { lp } from "../crypto/encoding.js";
import { OpenError } from "../crypto/errors.js";
import * as storage from "./storage.js";

/** @typedef {import("../crypto/bytes.js").Bytes} Bytes */
/** base: HKDF key that cannot be extracted; sealed: IV, ciphertext, tag. @typedef {{base: CryptoKey, sealed: Bytes}} Sealed */
/** share: 32 octets from the server; member and deployment bind the seed to whose it is. @typedef {{share: Uint8Array, deployment: string, member: string}} Opening */

/** Whose seed: of whoever signed in, or of the dependant for whom they act. @typedef {"seed" | "dependant"} Kept */

const OWN = "seed";
const DEPENDANT = "dependant";
const INFO = utf8("SeSPHR-v1 page");

/** @param {CryptoKey} base @param {Uint8Array} share @returns {Promise<CryptoKey>} */
function pageKey(base, share) {
  const kdf = { name: "HKDF", hash: "SHA-256", salt: fixed(share, 32, "session share"), info: INFO };
  return crypto.subtle.deriveKey(kdf, base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

/** @returns {Promise<CryptoKey>} */
async function freshBase() {
  const octets = randomBytes(32);
  const base = await crypto.subtle.importKey("raw", octets, "HKDF", false, ["deriveKey"]);
  octets.fill(0);
  return base;
}

/** @param {Opening} opening @returns {Bytes} */
function associated({ deployment, member }) {
  return lp("SeSPHR-v1 vault", deployment, member);
}

/**
 * Seal a seed under a fresh base key.
 * @param {Uint8Array} seed 32 octets
 * @param {Opening} opening
 * @returns {Promise<Sealed>}
 */
export async function seal(seed, opening) {
  const base = await freshBase();
  const iv = randomBytes(IV_LENGTH);
  const key = await pageKey(base, opening.share);
  return { base, sealed: concat(iv, await gcmEncrypt(key, iv, fixed(seed, 32, "seed"), associated(opening))) };
}

/**
 * @param {Sealed} found
 * @param {Opening} opening
 * @returns {Promise<Bytes>} the seed
 * @throws {OpenError} another share, member or deployment
 */
export async function unseal({ base, sealed }, opening) {
  const key = await pageKey(base, opening.share);
  return gcmDecrypt(key, sealed.subarray(0, IV_LENGTH), sealed.subarray(IV_LENGTH), associated(opening));
}

/**
 * Keep a seed for the pages of this session, in place of whatever was kept before.
 * @param {Uint8Array} seed 32 octets
 * @param {Opening} opening
 * @param {Kept} [name]
 * @returns {Promise<void>}
 * @throws {Unsupported} `storage`: this browser keeps nothing
 */
export async function keep(seed, opening, name = OWN) {
  await storage.write("vault", name, await seal(seed, opening));
}

/**
 * The seed that is kept. One that this share does not open is another session's: it is wiped.
 * @param {Opening} opening
 * @param {Kept} [name]
 * @returns {Promise<Bytes | null>} null when there is none
 * @throws {Unsupported} `storage`
 */
export async function open(opening, name = OWN) {
  const found = await storage.read("vault", name);
  if (found === undefined) return null;
  try {
    return await unseal(found, opening);
  } catch (error) {
    if (!(error instanceof OpenError)) throw error;
    await (name === OWN ? wipe() : forgetDependant());
    return null;
  }
}

/** @returns {Promise<boolean>} whether anything is kept, be it stale @throws {Unsupported} `storage` */
export async function holds() {
  return (await storage.read("vault", OWN)) !== undefined || (await storage.read("vault", DEPENDANT)) !== undefined;
}

/** Forget base keys and sealed seeds. @returns {Promise<void>} */
export async function wipe() {
  await storage.remove("vault", OWN);
  await forgetDependant();
}

/** Forget the seed of a dependant for whom somebody acted here. @returns {Promise<void>} */
export async function forgetDependant() {
  await storage.remove("vault", DEPENDANT);
}
