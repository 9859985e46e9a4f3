"""Key slots as endpoints send and get them; what is sealed inside stays sealed."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import check_password

from accounts.ids import DEFAULT_PARAMS, SALT_LENGTH, slot_salt
from accounts.models import FormerSlot, KeySlot, SlotType
from sesphr.crypto.encoding import b64u_decode, b64u_encode
from sesphr.ports.errors import Invalid

SEALED = 60


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


def parse(slot: Mapping[str, Any], login_secret: str, *, member: UUID, login: str) -> NewSlot:
    """Check a slot's form, whose it is, and that it has the salt and parameters of its login.

    A slot of other ones could not be opened: what is answered before sign-in is fixed.

    Raises:
        Invalid: it names another member, or has other parameters or another salt.
        DecodingError: salt or sealed seed have another length or are not base64url.
    """
    if slot["member"] != str(member):
        raise Invalid("The key slot names another member.")
    params = dict(slot["params"])
    _require_params(slot["type"], params)
    salt = b64u_decode(slot["salt"], SALT_LENGTH)
    if not hmac.compare_digest(salt, slot_salt(login, slot["type"])):
        raise Invalid("The key slot must have the salt that sign-in/parameters gives.")
    return NewSlot(
        member=member,
        type=slot["type"],
        generation=slot["generation"],
        salt=salt,
        params=params,
        sealed=b64u_decode(slot["sealed"], SEALED),
        login_secret=login_secret,
    )


def _require_params(slot_type: str, params: dict[str, int]) -> None:
    if slot_type == SlotType.PASSWORD:
        if params != DEFAULT_PARAMS:
            wanted = ", ".join(f"{name}={value}" for name, value in DEFAULT_PARAMS.items())
            raise Invalid(f"A password slot must have the parameters {wanted}.")
    elif params:
        raise Invalid("A recovery slot has no parameters.")


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


def former_of(member: UUID) -> list[dict[str, Any]]:
    """Return a member's former seeds, each sealed under the present one, oldest first."""
    return [
        {
            "member": str(member),
            "type": "former",
            "generation": one.below,
            "salt": b64u_encode(one.salt),
            "params": {},
            "sealed": b64u_encode(one.sealed),
        }
        for one in FormerSlot.objects.filter(member=member).order_by("below")
    ]


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
