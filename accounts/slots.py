"""Key slots as endpoints send and get them; what is sealed inside stays sealed."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import check_password

from accounts.models import KeySlot, SlotType
from sesphr.crypto.encoding import b64u_decode, b64u_encode
from sesphr.ports.errors import Invalid

SALT, SEALED = 16, 60
# Argon2id's bounds of protocol section 3; a client refuses anything else.
MEMORY, PASSES, LANES = (65536, 1048576), (3, 16), 1


@dataclass(frozen=True)
class NewSlot:
    """A slot that an endpoint made, checked for form, with its login secret (64 hex digits)."""

    member: UUID
    type: str
    generation: int
    salt: bytes
    params: dict[str, int]
    sealed: bytes
    login_secret: str = field(repr=False)


def parse(slot: Mapping[str, Any], login_secret: str, *, member: UUID) -> NewSlot:
    """Check a slot's form and whose it is.

    Raises:
        Invalid: it names another member, or its parameters do not belong to its type.
        DecodingError: salt or sealed seed have another length or are not base64url.
    """
    if slot["member"] != str(member):
        raise Invalid("The key slot names another member.")
    params = dict(slot["params"])
    if not _params_fit(slot["type"], params):
        raise Invalid("The key slot's parameters do not belong to its type.")
    return NewSlot(
        member=member,
        type=slot["type"],
        generation=slot["generation"],
        salt=b64u_decode(slot["salt"], SALT),
        params=params,
        sealed=b64u_decode(slot["sealed"], SEALED),
        login_secret=login_secret,
    )


def _params_fit(slot_type: str, params: dict[str, int]) -> bool:
    if slot_type != SlotType.PASSWORD:
        return not params
    return (
        set(params) == {"m", "t", "p"}
        and MEMORY[0] <= params["m"] <= MEMORY[1]
        and PASSES[0] <= params["t"] <= PASSES[1]
        and params["p"] == LANES
    )


def public(slot: KeySlot) -> dict[str, Any]:
    """Return a stored slot in the form of protocol section 3, without its login secret's hash."""
    return {
        "member": str(slot.member_id),
        "type": slot.type,
        "generation": slot.generation,
        "salt": b64u_encode(bytes(slot.salt)),
        "params": slot.params,
        "sealed": b64u_encode(bytes(slot.sealed)),
    }


def row(new: NewSlot, secret_hash: str) -> KeySlot:
    """Return the row that keeps a slot."""
    return KeySlot(
        member_id=new.member,
        type=new.type,
        generation=new.generation,
        salt=new.salt,
        params=new.params,
        sealed=new.sealed,
        secret_hash=secret_hash,
    )


def same(stored: KeySlot, new: NewSlot) -> bool:
    """Whether a slot is the stored one, its login secret apart."""
    return (
        (stored.generation, stored.params) == (new.generation, new.params)
        and hmac.compare_digest(stored.salt, new.salt)
        and hmac.compare_digest(stored.sealed, new.sealed)
    )


def identical(stored: KeySlot, new: NewSlot) -> bool:
    """Whether a slot is the stored one, login secret included (costs one password hash)."""
    return same(stored, new) and check_password(new.login_secret, stored.secret_hash)
