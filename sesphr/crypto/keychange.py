"""A member's new keys: what the new key signs, so that nobody registers another's key as their own.

The registration itself is signed with the old key (protocol section 3).
"""

from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sesphr.crypto import ed25519
from sesphr.crypto.encoding import (
    b64u_decode,
    check_deployment,
    check_int,
    check_octets,
    check_uuid,
    dec,
    lp,
)
from sesphr.crypto.errors import StatementError


def message(*, deployment: str, member: str, seq: int, old: bytes) -> bytes:
    """What the new key signs.

    Raises:
        DecodingError: a value of another form.
    """
    return lp(
        b"SeSPHR-v1 key change", check_deployment(deployment).encode(), check_uuid(member).encode(),
        dec(check_int(seq, 2)), check_octets(old, 32),
    )  # fmt: skip


def prove(new: Ed25519PrivateKey, *, deployment: str, member: str, seq: int, old: bytes) -> bytes:
    """The `possession` of a registration that changes keys, 64 octets."""
    return ed25519.sign(new, message(deployment=deployment, member=member, seq=seq, old=old))


def check(payload: Mapping[str, Any], old: bytes) -> None:
    """Demand that whoever changes keys has the new one, and that it is another than the old.

    Raises:
        StatementError: it is the same key. SignatureError: the proof is not the new key's.
    """
    new = b64u_decode(payload["verification"], 32)
    if new == old:
        raise StatementError("a key change to the same key")
    signed = message(
        deployment=payload["deployment"], member=payload["iss"], seq=payload["seq"], old=old
    )
    ed25519.verify(ed25519.check_key(new), b64u_decode(payload["possession"], 64), signed)
