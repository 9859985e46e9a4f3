/**
 * Key slots: the seed sealed under a password, a printed recovery code or a passkey (protocol
 * section 3); or under a key that is known already: those sign in nobody.
 *
 * The password and the code never leave the endpoint; the portal sees the login secret alone.
 * Argon2id takes about a second and 64 MiB: run it in a Worker.
 * @module
 */
import { argon2id } from "@noble/hashes/argon2.js";

import { seal, unseal } from "./aes.js";
import { fixed, randomBytes, utf8 } from "./bytes.js";
import { SUITE, b64uDecode, b64uEncode, checkDeployment, checkInt, checkLogin, checkUuid, dec, isInt, lp, sameNames } from "./encoding.js";
import { CryptoError, SlotError } from "./errors.js";
import { hkdf, sha256 } from "./kdf.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/** @typedef {"guardian" | "former" | "hand-over"} KeyedType */
/** @typedef {"password" | "recovery" | "passkey" | KeyedType} SlotType */
/** Argon2id parameters: m in KiB. @typedef {{m: number, t: number, p: number}} Argon2Params */
/** @typedef {{deployment: string, login: string, member: string}} Identity */
/** @typedef {{readonly slotKey: Bytes, readonly loginSecret: Bytes}} SlotKeys */
/**
 * salt: base64url of 16 octets; sealed: base64url of nonce || ciphertext || tag, 60 octets.
 * @typedef {{member: string, type: SlotType, generation: number, salt: string,
 *   params: Argon2Params | {}, sealed: string}} Slot
 */

/** The least that a client takes, and what it makes new slots with. */
export const DEFAULT_PARAMS = Object.freeze({ m: 65536, t: 3, p: 1 });

/** Sealed under a key that is derived elsewhere. */
const KEYED = new Set(["guardian", "former", "hand-over"]);

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/**
 * @param {unknown} value
 * @returns {Argon2Params}
 * @throws {SlotError} before any hashing
 */
function checkParams(value) {
  const params = /** @type {Argon2Params} */ (checkMembers(value, ["m", "t", "p"]));
  const inside = (/** @type {number} */ n, /** @type {number} */ least, /** @type {number} */ most) =>
    isInt(n) && n >= least && n <= most;
  if (!inside(params.m, 65536, 1048576) || !inside(params.t, 3, 16) || !inside(params.p, 1, 1)) {
    throw new SlotError("Argon2id parameters outside the limits");
  }
  return params;
}

/** @param {unknown} value @param {string[]} names @returns {object} an object of exactly these members */
function checkMembers(value, names) {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isObject || !sameNames(Object.keys(value), names)) {
    throw new SlotError("a slot's members are wrong");
  }
  return value;
}

/** @param {string} type @param {unknown} params @returns {string} as it stands in the AAD */
function paramsText(type, params) {
  if (type === "password") {
    const { m, t, p } = checkParams(params);
    return `m=${m},t=${t},p=${p}`;
  }
  if (type !== "recovery" && type !== "passkey" && !KEYED.has(type)) throw new SlotError("unknown type of slot");
  checkMembers(params, []);
  return "";
}

/**
 * @param {string} type
 * @param {unknown} params
 * @throws {SlotError} unless an endpoint takes them; below the least they would be an attack
 */
export function checkSlotParams(type, params) {
  paramsText(type, params);
}

/** @param {Identity} identity @param {Bytes} salt @param {Argon2Params} params @param {string} password */
function stretch({ deployment, login }, salt, params, password) {
  if (typeof password !== "string" || !password.isWellFormed()) throw new SlotError("not a password");
  const full = sha256(lp(deployment, checkLogin(login), salt));
  try {
    const { m, t, p } = params;
    return new Uint8Array(argon2id(utf8(password.normalize("NFC")), full, { m, t, p, dkLen: 32 }));
  } catch {
    throw new SlotError("Argon2id needs more memory than there is");
  }
}

/**
 * @param {string} code as typed: case, spaces and hyphens do not matter
 * @returns {Bytes} 20 octets
 * @throws {SlotError}
 */
export function parseRecoveryCode(code) {
  const letters = typeof code === "string" ? code.replace(/[ -]/g, "") : "";
  if (!/^[A-Za-z2-7]{32}$/.test(letters)) throw new SlotError("a recovery code has 32 letters and digits 2 to 7");
  const bits = Array.from(letters.toUpperCase(), (c) => ALPHABET.indexOf(c).toString(2).padStart(5, "0")).join("");
  return Uint8Array.from({ length: 20 }, (_, i) => Number.parseInt(bits.slice(8 * i, 8 * i + 8), 2));
}

/** @param {Uint8Array} octets 20 @returns {string} eight groups of four, RFC 4648 base32 */
export function formatRecoveryCode(octets) {
  const bits = Array.from(fixed(octets, 20, "code"), (octet) => octet.toString(2).padStart(8, "0")).join("");
  const letters = (bits.match(/.{5}/g) ?? []).map((five) => ALPHABET[Number.parseInt(five, 2)]).join("");
  return (letters.match(/.{4}/g) ?? []).join("-");
}

/**
 * @param {string} type
 * @param {Identity & {salt: Bytes, params: unknown, secret: any}} options checked, the secret apart
 * @returns {Bytes} 32 octets
 */
function rootKey(type, { salt, params, secret, ...identity }) {
  if (type === "password") return stretch(identity, salt, /** @type {Argon2Params} */ (params), secret);
  if (type === "passkey") return fixed(secret, 32, "PRF output");
  const info = lp("SeSPHR-v1 recovery", identity.deployment, identity.member);
  return hkdf(parseRecoveryCode(secret), info, 32, salt);
}

/**
 * What a secret, the salt and the parameters lead to; needed for signing in, before the sealed part
 * is at hand.
 * @param {string} type `password`, `recovery` or `passkey`
 * @param {Identity & {salt: Uint8Array, params: unknown, secret: string | Uint8Array}} options
 *   salt: 16 octets; secret: the password, the code as typed, or a passkey's 32 PRF octets
 * @returns {SlotKeys} 32 octets each
 * @throws {SlotError | DecodingError} parameters below the least are refused before hashing
 */
export function derive(type, { deployment, login, member, salt, params, secret }) {
  const identity = { deployment: checkDeployment(deployment), login, member: checkUuid(member) };
  const own = fixed(salt, 16, "salt");
  paramsText(type, params);
  if (KEYED.has(type)) throw new SlotError("such a slot signs in nobody");
  const a = rootKey(type, { ...identity, salt: own, params, secret });
  return Object.freeze({ slotKey: hkdf(a, "slot"), loginSecret: hkdf(a, "login") });
}

/** @param {string} deployment @param {Omit<Slot, "sealed">} slot @returns {Bytes} */
function associatedData(deployment, { member, type, generation, salt, params }) {
  const number = dec(checkInt(generation, 1, "generation"));
  return lp(SUITE, deployment, member, type, number, b64uDecode(salt, 16), paramsText(type, params));
}

/**
 * @param {Uint8Array} seed
 * @param {Identity & {generation: number}} who
 * @param {{type: SlotType, params: Argon2Params | {}, secret: string | Uint8Array, salt: Bytes}} how
 * @returns {Promise<{slot: Slot, loginSecret: Bytes}>}
 */
async function makeSlot(seed, who, { type, params, secret, salt }) {
  const keys = derive(type, { ...who, salt, params, secret });
  const open = { member: who.member, type, generation: who.generation, salt: b64uEncode(salt), params };
  return { slot: await sealSlot(seed, who.deployment, keys.slotKey, open), loginSecret: keys.loginSecret };
}

/** @param {Uint8Array} seed @param {string} deployment @param {Uint8Array} key @param {Omit<Slot, "sealed">} open @returns {Promise<Slot>} */
async function sealSlot(seed, deployment, key, open) {
  const sealed = await seal(fixed(key, 32, "slot key"), randomBytes(12), fixed(seed, 32, "seed"), associatedData(deployment, open));
  return { ...open, sealed: b64uEncode(sealed) };
}

/**
 * Seal a seed under a key that is known already; the slot signs in nobody.
 * @param {Uint8Array} seed 32 octets
 * @param {KeyedType} type
 * @param {{deployment: string, member: string, generation: number, slotKey: Uint8Array}} options member: whose
 *   seed it is; slotKey: 32 octets
 * @returns {Promise<Slot>}
 * @throws {DecodingError} a value of another form
 */
export async function makeKeyedSlot(seed, type, { deployment, member, generation, slotKey }) {
  const salt = b64uEncode(randomBytes(16));
  return sealSlot(seed, checkDeployment(deployment), slotKey, { member: checkUuid(member), type, generation, salt, params: {} });
}

/**
 * @param {Slot} slot
 * @param {KeyedType} type of which it must be
 * @param {{deployment: string, member: string, slotKey: Uint8Array}} options member: whose it must be
 * @returns {Promise<Bytes>} the seed
 * @throws {SlotError} another's, of another type or under another key @throws {DecodingError}
 */
export async function openKeyedSlot(slot, type, { member, ...options }) {
  if (slot.type !== type || slot.member !== member) throw new SlotError("another slot than was asked for");
  return openDerived(slot, options);
}

/**
 * Refuse a password that is guessed too cheaply. Asked when a slot is made, never when one is opened.
 * @param {string} password
 * @param {...string} hints words that its owner is known by
 * @returns {Promise<void>}
 * @throws {SlotError} with advice
 */
export async function checkPasswordStrength(password, ...hints) {
  if (typeof password !== "string" || password === "" || !password.isWellFormed()) throw new SlotError("Enter a password.");
  const { weakness } = await import("./strength.js");
  const advice = weakness(password, ...hints);
  if (advice !== null) throw new SlotError(`This password is too easy to guess. ${advice}`.trim());
}

/** @param {Uint8Array | null} given @returns {Bytes} */
function saltOrFresh(given) {
  return given === null ? randomBytes(16) : fixed(given, 16, "salt");
}

/**
 * Seal a seed under a password.
 * @param {Uint8Array} seed 32 octets
 * @param {Identity & {password: string, generation: number, params?: Argon2Params,
 *   salt?: Uint8Array | null, hints?: string[]}} options salt: 16 octets, where the portal fixes
 *   them; fresh random when null; hints: words that the password must not lean on, such as the name
 * @returns {Promise<{slot: Slot, loginSecret: Bytes}>}
 * @throws {SlotError | DecodingError} SlotError when the password is easily guessed
 */
export async function makePasswordSlot(seed, { password, params = DEFAULT_PARAMS, salt = null, hints = [], ...who }) {
  await checkPasswordStrength(password, ...hints, who.login);
  const how = /** @type {const} */ ({ type: "password", params: { ...params }, secret: password });
  return makeSlot(seed, who, { ...how, salt: saltOrFresh(salt) });
}

/** @returns {string} a fresh recovery code of 160 bits: to be printed, never stored */
export function freshRecoveryCode() {
  return formatRecoveryCode(randomBytes(20));
}

/**
 * Seal a seed under a recovery code.
 * @param {Uint8Array} seed 32 octets
 * @param {Identity & {generation: number, salt?: Uint8Array | null, code?: string}} options salt: 16
 *   octets, fresh random when null; code: from freshRecoveryCode where it was shown before
 * @returns {Promise<{slot: Slot, loginSecret: Bytes, code: string}>} code: to be printed, never stored
 * @throws {SlotError | DecodingError} a value of another form
 */
export async function makeRecoverySlot(seed, { salt = null, code = freshRecoveryCode(), ...who }) {
  const how = /** @type {const} */ ({ type: "recovery", params: {}, secret: code });
  return { ...(await makeSlot(seed, who, { ...how, salt: saltOrFresh(salt) })), code };
}

/**
 * The PRF input that a passkey slot's salt asks the authenticator for.
 * @param {Uint8Array} salt 16 octets
 * @returns {Bytes} 32 octets
 */
export function passkeyInput(salt) {
  return sha256(lp("SeSPHR-v1 passkey", fixed(salt, 16, "salt")));
}

/**
 * Seal a seed under a passkey.
 * @param {Uint8Array} seed 32 octets
 * @param {Identity & {generation: number, salt: Uint8Array, prf: Uint8Array}} options prf: the
 *   authenticator's output for passkeyInput(salt), 32 octets
 * @returns {Promise<{slot: Slot, loginSecret: Bytes}>}
 */
export function makePasskeySlot(seed, { salt, prf, ...who }) {
  return makeSlot(seed, who, { type: "passkey", params: {}, secret: prf, salt: fixed(salt, 16, "salt") });
}

/**
 * Open a slot with a key that was derived before, so that Argon2id runs once for a sign-in.
 * @param {Slot} slot
 * @param {{deployment: string, slotKey: Uint8Array}} options slotKey: from derive, 32 octets
 * @returns {Promise<Bytes>} the seed
 * @throws {SlotError | DecodingError}
 */
export async function openDerived(slot, { deployment, slotKey }) {
  checkMembers(slot, ["member", "type", "generation", "salt", "params", "sealed"]);
  const sealed = b64uDecode(slot.sealed, 60);
  const aad = associatedData(checkDeployment(deployment), { ...slot, member: checkUuid(slot.member) });
  try {
    return await unseal(fixed(slotKey, 32, "slot key"), sealed, aad);
  } catch (error) {
    if (error instanceof CryptoError) throw new SlotError("the slot does not open");
    throw error;
  }
}

/**
 * Open a slot.
 * @param {Slot} slot
 * @param {{deployment: string, login: string, secret: string | Uint8Array}} options
 * @returns {Promise<{seed: Bytes, loginSecret: Bytes}>}
 * @throws {SlotError | DecodingError}
 */
export async function openSlot(slot, { deployment, login, secret }) {
  checkMembers(slot, ["member", "type", "generation", "salt", "params", "sealed"]);
  // What is malformed is refused before the costly hashing.
  b64uDecode(slot.sealed, 60);
  associatedData(checkDeployment(deployment), { ...slot, member: checkUuid(slot.member) });
  const { slotKey, loginSecret } = derive(slot.type, { ...slot, deployment, login, salt: b64uDecode(slot.salt, 16), secret });
  return { seed: await openDerived(slot, { deployment, slotKey }), loginSecret };
}
