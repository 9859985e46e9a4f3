"""The errors of the kernel; no message ever holds a secret or plaintext."""


class CryptoError(Exception):
    """The base of all: input was refused, nothing was done."""


class DecodingError(CryptoError):
    """Octets or text are not the one canonical encoding of a value in range."""


class ProofError(CryptoError):
    """A proof of knowledge does not hold."""


class SignatureError(CryptoError):
    """A signature or its key is not acceptable."""


class StatementError(CryptoError):
    """A signed object's header, payload or issuer is not acceptable."""


class OpenError(CryptoError):
    """A document, an attachment or a key does not open; it never says why."""

    def __init__(self) -> None:
        """Take no message: a reason would tell an attacker how far he came."""
        super().__init__("cannot be opened")


class SlotError(CryptoError):
    """A key slot does not open or must not be made; says what to do when making."""


class MerkleError(CryptoError):
    """A Merkle path or position does not fit its root."""


class AclError(CryptoError):
    """An access control list, or a question put to it, is malformed."""


class DelegationError(CryptoError):
    """A dealt share, its commitments or its index are not right."""


class CredentialError(CryptoError):
    """A credential, an authority or a revocation list is not acceptable."""


class CredentialFormatError(CredentialError):
    """Not the one strict form of a credential, whoever signed it."""


class CredentialTrustError(CredentialError):
    """Well-formed, but not by a pinned authority, not of this holder, or not for this role."""
