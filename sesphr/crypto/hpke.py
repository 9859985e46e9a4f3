"""HPKE (RFC 9180) in base mode: DHKEM(X25519), HKDF-SHA256, AES-256-GCM, no AAD.

Carries R parameters, proofs and shares to one SRS node past the portal.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from sesphr.crypto.encoding import check_octets
from sesphr.crypto.errors import DecodingError, OpenError

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def generate_key() -> tuple[bytes, bytes]:
    """A fresh (secret, public) pair, 32 octets each."""
    key = X25519PrivateKey.generate()
    return key.private_bytes_raw(), key.public_key().public_bytes_raw()


def public_key(secret: bytes) -> bytes:
    """The public key of a secret one, 32 octets each."""
    key = X25519PrivateKey.from_private_bytes(check_octets(secret, 32))
    return key.public_key().public_bytes_raw()


def seal(public: bytes, info: bytes, plaintext: bytes) -> tuple[bytes, bytes]:
    """Seal to a public key: (enc of 32 octets, ciphertext with its tag of 16).

    Raises:
        DecodingError: a public key of wrong length or small order.
    """
    key = X25519PublicKey.from_public_bytes(check_octets(public, 32))
    try:
        sealed = _SUITE.encrypt(plaintext, key, info)
    except (ValueError, InvalidTag):
        raise DecodingError("not a public key to seal to") from None
    return sealed[:32], sealed[32:]


def unseal(secret: bytes, enc: bytes, info: bytes, ciphertext: bytes) -> bytes:
    """The plaintext of what was sealed to this key under this info.

    Raises:
        DecodingError: a secret key or encapsulation of wrong length.
        OpenError: anything else that is not right, a small-order encapsulation included.
    """
    key = X25519PrivateKey.from_private_bytes(check_octets(secret, 32))
    sealed = check_octets(enc, 32) + check_octets(ciphertext)
    try:
        return _SUITE.decrypt(sealed, key, info)
    except (ValueError, InvalidTag):
        raise OpenError from None
