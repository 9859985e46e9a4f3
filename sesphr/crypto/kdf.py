"""HKDF-SHA256 (RFC 5869), the only key derivation besides Argon2id."""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def hkdf(ikm: bytes, info: bytes, length: int = 32, salt: bytes = b"") -> bytes:
    """Derive `length` octets from `ikm` for the purpose that `info` names."""
    return HKDF(algorithm=SHA256(), length=length, salt=salt or None, info=info).derive(ikm)
