/**
 * HPKE (RFC 9180) base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM, no AAD.
 *
 * It carries R parameters and dealt points to one node through hands that must not read them.
 * @module
 */
import { Aes256Gcm, CipherSuite, HkdfSha256 } from "@hpke/core";
import { DhkemX25519HkdfSha256 } from "@hpke/dhkem-x25519";
import { x25519 } from "@noble/curves/ed25519.js";

import { fixed } from "./bytes.js";
import { DecodingError, OpenError } from "./errors.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */

const suite = new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });

/** @returns {Promise<{secret: Bytes, public: Bytes}>} a fresh X25519 key pair, 32 octets each */
export async function generateKey() {
  const pair = await suite.kem.generateKeyPair();
  return {
    secret: new Uint8Array(await suite.kem.serializePrivateKey(pair.privateKey)),
    public: new Uint8Array(await suite.kem.serializePublicKey(pair.publicKey)),
  };
}

/** @param {Uint8Array} secretKey 32 octets @returns {Bytes} its public key, 32 octets */
export function publicKey(secretKey) {
  return new Uint8Array(x25519.getPublicKey(fixed(secretKey, 32, "HPKE secret key")));
}

/**
 * @param {Uint8Array} publicKey of the recipient, 32 octets
 * @param {Uint8Array} info
 * @param {Uint8Array} plaintext
 * @returns {Promise<{enc: Bytes, ciphertext: Bytes}>}
 * @throws {DecodingError} when the key is malformed or of small order
 */
export async function seal(publicKey, info, plaintext) {
  const own = fixed(publicKey, 32, "HPKE key");
  try {
    const recipientPublicKey = await suite.kem.deserializePublicKey(own.buffer);
    const sender = await suite.createSenderContext({ recipientPublicKey, info: new Uint8Array(info).buffer });
    const ciphertext = await sender.seal(new Uint8Array(plaintext).buffer);
    return { enc: new Uint8Array(sender.enc), ciphertext: new Uint8Array(ciphertext) };
  } catch {
    throw new DecodingError("not an HPKE key to seal to");
  }
}

/**
 * @param {Uint8Array} secretKey 32 octets
 * @param {Uint8Array} enc 32 octets
 * @param {Uint8Array} info
 * @param {Uint8Array} ciphertext
 * @returns {Promise<Bytes>} plaintext
 * @throws {OpenError | DecodingError}
 */
export async function unseal(secretKey, enc, info, ciphertext) {
  const sk = fixed(secretKey, 32, "HPKE secret key");
  const own = fixed(enc, 32, "encapsulated key");
  try {
    const recipientKey = await suite.kem.deserializePrivateKey(sk.buffer);
    const options = { recipientKey, enc: own.buffer, info: new Uint8Array(info).buffer };
    const recipient = await suite.createRecipientContext(options);
    return new Uint8Array(await recipient.open(new Uint8Array(ciphertext).buffer));
  } catch {
    throw new OpenError();
  }
}
