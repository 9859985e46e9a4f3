/**
 * Signed objects: compact JWS with one fixed header, keys from the directory only
 * (protocol section 2).
 *
 * Nothing here trusts a header: it is compared with the one header that is right.
 * @module
 */
import { toHex, utf8 } from "./bytes.js";
import { sign as signOctets, publicKey, verify as verifyOctets } from "./ed25519.js";
import { b64uDecode, b64uEncode, checkUuid, isInt, parseIjson } from "./encoding.js";
import { CryptoError, StatementError } from "./errors.js";
import { sha256 } from "./kdf.js";
import { checkChange } from "./keychange.js";
import { MemberKeys, thumbprint } from "./keys.js";
import { checkPayload } from "./payloads.js";
import { members } from "./schemas.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/** @typedef {import("./schemas.js").Members} Members */
/** Verification keys of 32 octets by member id. @typedef {ReadonlyMap<string, Uint8Array>} Directory */
/**
 * A statement whose signature, header and payload were checked.
 * @typedef {{readonly payload: Members, readonly octets: Bytes, readonly digest: Bytes,
 *   readonly name: string, readonly issuer: string, readonly jws: string}} Verified
 */

/** The longest statement that is read, in characters. */
const MAX_JWS = 48 * 1024 * 1024;

const EARLY = 120;
const LATE = 180;

/** @param {string} typ @param {Uint8Array} verification @returns {string} the header segment */
function header(typ, verification) {
  return b64uEncode(utf8(`{"alg":"EdDSA","typ":"${typ}","kid":"${thumbprint(verification)}"}`));
}

/**
 * @param {MemberKeys | Uint8Array} keys a member's keys, or an Ed25519 seed of 32 octets
 * @param {string} typ such as `sesphr-manifest`
 * @param {Uint8Array} payload I-JSON octets, signed as they are
 * @returns {string} compact JWS
 * @throws {StatementError | DecodingError} when the payload would not be accepted by a reader
 */
export function sign(keys, typ, payload) {
  const seed = keys instanceof MemberKeys ? keys.signingKey : keys;
  const body = members(parseIjson(payload));
  const verification = publicKey(seed);
  checkPayload(typ, body);
  checkOwnKey(typ, body, verification);
  const signed = `${header(typ, verification)}.${b64uEncode(payload)}`;
  return `${signed}.${b64uEncode(signOctets(seed, utf8(signed)))}`;
}

/**
 * A registration is of the key that signs it, or changes that key with proof of the new one.
 * @param {string} typ @param {Members} payload @param {Uint8Array} key that signs
 */
function checkOwnKey(typ, payload, key) {
  if (typ !== "sesphr-registration") return;
  if (Object.hasOwn(payload, "possession")) checkChange(payload, key);
  else if (payload.verification !== b64uEncode(key)) throw new StatementError("signed with another key than the registered one");
}

/**
 * The one of a member's verification keys, oldest first, that a statement says signed it; where none
 * fits it is the newest, with which the statement then fails.
 * @param {string} jws
 * @param {readonly Bytes[]} keys
 * @returns {Bytes}
 */
export function signer(jws, keys) {
  const newest = keys[keys.length - 1];
  try {
    const { kid } = members(parseIjson(b64uDecode(split(jws)[0])));
    return keys.find((key) => thumbprint(key) === kid) ?? newest;
  } catch (error) {
    if (error instanceof CryptoError) return newest;
    throw error;
  }
}

/** @param {unknown} jws @returns {[string, string, string]} */
function split(jws) {
  if (typeof jws !== "string" || jws.length > MAX_JWS) throw new StatementError("not a statement");
  const parts = jws.split(".");
  if (parts.length !== 3) throw new StatementError("a statement has three parts");
  return /** @type {[string, string, string]} */ (parts);
}

/**
 * The payload before any check of its signature: good for finding `iss`, and for nothing else.
 * @param {string} jws
 * @returns {Members}
 * @throws {StatementError | DecodingError}
 */
export function payloadOfUnverified(jws) {
  return members(parseIjson(b64uDecode(split(jws)[1])));
}

/**
 * @param {string} jws
 * @param {{typ: string, deployment: string, directory: Directory}} expected
 * @returns {Verified}
 * @throws {StatementError | SignatureError | DecodingError}
 */
export function verify(jws, { typ, deployment, directory }) {
  const [head, body, signature] = split(jws);
  const octets = b64uDecode(body);
  const payload = members(parseIjson(octets));
  const issuer = checkUuid(payload.iss);
  const key = directory.get(issuer);
  if (!key) throw new StatementError("the directory does not know the issuer");
  if (head !== header(typ, key)) throw new StatementError("another header than the one expected");
  verifyOctets(key, utf8(`${head}.${body}`), b64uDecode(signature, 64));
  checkPayload(typ, payload);
  if (payload.deployment !== deployment) throw new StatementError("another deployment");
  checkOwnKey(typ, payload, key);
  const digest = sha256(octets);
  return Object.freeze({ payload, octets, digest, name: toHex(digest), issuer, jws });
}

/**
 * An access request is taken from 120 s before its time to 180 s after it.
 * @param {number} iat Unix seconds
 * @param {number} now Unix seconds
 * @throws {StatementError}
 */
export function checkFresh(iat, now) {
  if (!isInt(iat) || !isInt(now) || now - iat < -EARLY || now - iat > LATE) {
    throw new StatementError("too old, or from the future");
  }
}

export { checkPayload };
