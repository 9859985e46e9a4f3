/**
 * Asking a role authority for a credential: an identity certificate of one's own key, and a signed
 * request about it, which proves that one has the key. The twin of the client's `credential request`.
 * @module
 */
import { concat, randomBytes, utf8 } from "../crypto/bytes.js";
import * as ed25519 from "../crypto/ed25519.js";
import { b64uEncode } from "../crypto/encoding.js";
import { now, payload, sign } from "./statement.js";

/** @typedef {import("../crypto/bytes.js").Bytes} Bytes */
/** @typedef {import("../crypto/keys.js").MemberKeys} MemberKeys */
/** @typedef {import("./session.js").Session} Session */

const DAY = 24 * 3600;
/** Longer than any credential that is issued for it. */
const LIFE = 1095 * DAY;
const hex = (/** @type {string} */ text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const ED25519 = hex("300506032b6570");
const COMMON_NAME = hex("0603550403");
/** basicConstraints without cA and keyUsage digitalSignature, both critical: X.509's extensions field. */
const EXTENSIONS = hex("a320301e300c0603551d130101ff04023000300e0603551d0f0101ff040403020780");

/** @param {number} tag @param {...Uint8Array} parts @returns {Bytes} one DER value of up to 65,535 octets */
function der(tag, ...parts) {
  const contents = concat(...parts);
  const { length } = contents;
  if (length < 0x80) return concat(Uint8Array.of(tag, length), contents);
  if (length < 0x100) return concat(Uint8Array.of(tag, 0x81, length), contents);
  return concat(Uint8Array.of(tag, 0x82, length >> 8, length & 0xff), contents);
}

/** @param {number} seconds before 2050 @returns {Bytes} a UTCTime */
const utcTime = (seconds) => der(0x17, utf8(`${new Date(seconds * 1000).toISOString().replace(/[-:T]|\.\d+/g, "").slice(2)}`));

/**
 * A version 3 certificate of a member's verification key, signed with that key (RFC 5280).
 * @param {MemberKeys} keys
 * @param {string} member id
 * @param {number} time Unix seconds
 * @returns {Bytes} DER
 */
export function identityCertificate(keys, member, time) {
  const name = der(0x30, der(0x31, der(0x30, COMMON_NAME, der(0x0c, utf8(member)))));
  const serial = randomBytes(16);
  serial[0] = (serial[0] & 0x3f) | 0x40;
  const key = der(0x30, ED25519, der(0x03, Uint8Array.of(0), keys.verification));
  const signed = der(
    0x30, hex("a003020102"), der(0x02, serial), ED25519, name,
    der(0x30, utcTime(time - DAY), utcTime(time + LIFE)), name, key, EXTENSIONS,
  );
  const signature = ed25519.sign(keys.signingKey, signed);
  return der(0x30, signed, ED25519, der(0x03, Uint8Array.of(0), signature));
}

/**
 * The signed request that a role authority wants to see.
 * @param {Session} session
 * @param {{role: string, organisation: string}} wanted
 * @returns {string} compact JWS
 */
export function credentialRequest(session, { role, organisation }) {
  const { keys, me, deployment } = session;
  const identity = b64uEncode(identityCertificate(keys, me.id, now()));
  return sign(keys, "sesphr-credential-request", payload(deployment.id, me.id, { role, organisation, identity }));
}
