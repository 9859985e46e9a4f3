"""What a guardian's endpoint sends, checked as far as the portal can; sealed seeds stay sealed."""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.applications import check_name, digest_of_first
from accounts.guardians.models import Guardianship
from accounts.ids import member_id
from sesphr.crypto.encoding import b64u_decode, b64u_encode
from sesphr.ports.errors import Invalid

DOMAIN = "dependant.invalid"
LOGIN = re.compile(r"[a-z0-9-]{1,40}\.[a-z2-7]{10}@dependant\.invalid")
SALT, SEALED = 16, 60


@dataclass(frozen=True)
class GuardianSlot:
    """A dependant's seed as an endpoint sealed it for one guardian, checked for form."""

    generation: int
    salt: bytes
    sealed: bytes


@dataclass(frozen=True)
class Dependant:
    """A dependant's registration that may go to the nodes; `digest` names the statement."""

    member: UUID
    login: str
    name: str
    registration: str
    digest: bytes
    slot: GuardianSlot


def parse(*, login: str, name: str, registration: str, slot: Mapping[str, Any]) -> Dependant:
    """Check a dependant's registration.

    Raises:
        Invalid, DecodingError: with a sentence that says what is not acceptable.
    """
    if not LOGIN.fullmatch(login):
        raise Invalid(f"A dependant's login is a word, ten letters, and @{DOMAIN}.")
    member = member_id(login)
    return Dependant(
        member=member,
        login=login,
        name=check_name(name),
        registration=registration,
        digest=digest_of_first(registration, member),
        slot=parse_slot(slot, member),
    )


def parse_slot(slot: Mapping[str, Any], dependant: UUID) -> GuardianSlot:
    """Check a guardian's slot for form.

    Raises:
        Invalid, DecodingError: it names somebody else, or cannot be one.
    """
    if slot["member"] != str(dependant) or slot["type"] != "guardian" or slot["params"]:
        raise Invalid("The key slot must be a guardian's, of this dependant.")
    return GuardianSlot(
        slot["generation"], b64u_decode(slot["salt"], SALT), b64u_decode(slot["sealed"], SEALED)
    )


def public(one: Guardianship) -> dict[str, Any]:
    """The slot of an active guardianship, for its guardian alone."""
    return {
        "member": str(one.dependant_id),
        "type": "guardian",
        "generation": one.generation,
        "salt": b64u_encode(bytes(one.salt or b"")),
        "params": {},
        "sealed": b64u_encode(bytes(one.sealed or b"")),
    }


def same(one: Guardianship, slot: GuardianSlot) -> bool:
    """Whether a slot is the one that is kept."""
    return one.generation == slot.generation and hmac.compare_digest(
        bytes(one.sealed or b""), slot.sealed
    )
