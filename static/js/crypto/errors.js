/**
 * The errors of the kernel: one small tree, so that a caller can tell bad input from a fault.
 *
 * Messages never hold secrets, plaintext or key material.
 * @module
 */

/** Base of every error that the kernel raises on purpose. */
export class CryptoError extends Error {
  /** @param {string} message what was wrong, without secrets */
  constructor(message) {
    super(message);
    this.name = new.target.name;
  }
}

/** Octets or text that do not follow their encoding. */
export class DecodingError extends CryptoError {}

/** A proof of knowledge that does not hold. */
export class ProofError extends CryptoError {}

/** A signature that does not hold. */
export class SignatureError extends CryptoError {}

/** A signed object with a wrong header, payload or time. */
export class StatementError extends CryptoError {}

/** A key slot that does not open, or parameters and passwords that are refused. */
export class SlotError extends CryptoError {}

/** A Merkle path, checkpoint or note that does not hold. */
export class MerkleError extends CryptoError {}

/** An access control list that is malformed or does not follow its predecessor. */
export class AclError extends CryptoError {}

/** A dealt share or point that does not fit its commitments. */
export class DelegationError extends CryptoError {}

/** A document, attachment or key that does not open. Every such failure looks the same. */
export class OpenError extends CryptoError {
  constructor() {
    super("cannot be opened");
  }
}
