"""Ed25519 (RFC 8032) as strictly as the protocol demands (section 2).

OpenSSL compares encode(S B - k A) with R, without the cofactor, so a non-canonical
R never passes; what it does not refuse is refused here: keys that are not
canonical or whose order divides 8, and S >= L whatever the library's version.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sesphr.crypto.encoding import check_octets
from sesphr.crypto.errors import DecodingError, SignatureError

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
# The y of a point of order 8; x does not matter, the orders of (x, y) and (-x, y) agree.
_Y8 = int.from_bytes(
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"
)
_SMALL_ORDER = frozenset({0, 1, _P - 1, _Y8 % 2**255, _P - _Y8 % 2**255})


def check_key(verification: bytes) -> bytes:
    """The key itself, when it is canonical and its order does not divide 8.

    Raises:
        SignatureError: otherwise; a key off the curve is found when verifying.
    """
    try:
        check_octets(verification, 32)
    except DecodingError:
        raise SignatureError("a verification key of wrong length") from None
    y = int.from_bytes(verification, "little") % 2**255
    if y >= _P or y in _SMALL_ORDER:
        raise SignatureError("a verification key that is not canonical or of small order")
    return verification


def sign(secret: bytes | Ed25519PrivateKey, message: bytes) -> bytes:
    """The signature's 64 octets, by a seed of 32 octets or a key."""
    if not isinstance(secret, Ed25519PrivateKey):
        secret = Ed25519PrivateKey.from_private_bytes(check_octets(secret, 32))
    return secret.sign(message)


def verify(verification: bytes, signature: bytes, message: bytes) -> None:
    """Check a signature.

    Raises:
        SignatureError: it does not hold, or key or signature are not strictly right.
    """
    check_key(verification)
    if len(signature) != 64 or int.from_bytes(signature[32:], "little") >= _L:
        raise SignatureError("a signature of wrong length or range")
    try:
        Ed25519PublicKey.from_public_bytes(verification).verify(signature, message)
    except (InvalidSignature, ValueError):
        raise SignatureError("the signature does not hold") from None
