/**
 * The errors of the kernel: one small tree, so that a caller can tell bad input from a fault.
 *
 * Names are written out, because a bundle shortens those of classes.
 * Messages never hold secrets, plaintext or key material.
 * @module
 */

/** Base of every error that the kernel raises on purpose. */
export class CryptoError extends Error {
  /** @param {string} message what was wrong, without secrets */
  constructor(message) {
    super(message);
    this.name = "CryptoError";
  }
}

/** Octets or text that do not follow their encoding. */
export class DecodingError extends CryptoError {
  /** @override */
  name = "DecodingError";
}

/** A proof of knowledge that does not hold. */
export class ProofError extends CryptoError {
  /** @override */
  name = "ProofError";
}

/** A signature that does not hold. */
export class SignatureError extends CryptoError {
  /** @override */
  name = "SignatureError";
}

/** A signed object with a wrong header, payload or time. */
export class StatementError extends CryptoError {
  /** @override */
  name = "StatementError";
}

/** A key slot that does not open, or parameters and passwords that are refused. */
export class SlotError extends CryptoError {
  /** @override */
  name = "SlotError";
}

/** A Merkle path, checkpoint or note that does not hold. */
export class MerkleError extends CryptoError {
  /** @override */
  name = "MerkleError";
}

/** An access control list that is malformed or does not follow its predecessor. */
export class AclError extends CryptoError {
  /** @override */
  name = "AclError";
}

/** A dealt share or point that does not fit its commitments. */
export class DelegationError extends CryptoError {
  /** @override */
  name = "DelegationError";
}

/** A document, attachment or key that does not open. Every such failure looks the same. */
export class OpenError extends CryptoError {
  /** @override */
  name = "OpenError";

  constructor() {
    super("cannot be opened");
  }
}
