"""What is sent to hand an account over, checked as far as the portal can; seeds stay sealed.

The nodes check the signatures of the key change; here only that it is one, and whose.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.applications import address, first_slots, require_own
from accounts.guardians.models import FormerSlot, HandOver
from accounts.ids import keyed_hash
from accounts.slots import SEALED, NewSlot
from sesphr.crypto.encoding import b64u_decode, b64u_encode, parse_ijson
from sesphr.crypto.payloads import check_payload
from sesphr.ports.errors import Invalid

SALT = 16


@dataclass(frozen=True)
class Offer:
    """A dependant's seed as a guardian sealed it under a code, and by what that is found."""

    found_by: bytes
    salt: bytes
    sealed: bytes


@dataclass(frozen=True)
class TakeOver:
    """All that whoever has the code sends: new keys and what opens them; `digest` names it."""

    member: UUID
    login: str
    registration: str
    slots: tuple[NewSlot, ...]
    former: tuple[FormerSlot, ...]
    epochs: frozenset[int]
    digest: bytes


def hashed(find: str) -> bytes:
    """What an offer is kept under, 32 octets: the table does not tell by what it is found."""
    return keyed_hash("hand-over", find)


def parse_offer(find: str, slot: Mapping[str, Any], dependant: UUID) -> Offer:
    """Check what a guardian offers for form.

    Raises:
        Invalid, DecodingError: it names somebody else, or cannot be one.
    """
    if slot["member"] != str(dependant) or slot["params"]:
        raise Invalid("The key slot must be of this dependant.")
    sealed = b64u_decode(slot["sealed"], SEALED)
    return Offer(hashed(find), b64u_decode(slot["salt"], SALT), sealed)


def public_offer(row: HandOver) -> dict[str, Any]:
    """The slot that waits, for whoever has the code."""
    return {
        "member": str(row.dependant_id), "type": "hand-over", "generation": 1, "params": {},
        "salt": b64u_encode(bytes(row.salt or b"")), "sealed": b64u_encode(bytes(row.sealed or b"")),
    }  # fmt: skip


def parse_take_over(sent: Mapping[str, Any], member: UUID) -> TakeOver:
    """Check what is sent for this member.

    Raises:
        Invalid, DecodingError: with a sentence that says what is not acceptable.
    """
    login = address(sent["login"])
    return TakeOver(
        member=member,
        login=login,
        registration=sent["registration"],
        slots=first_slots(sent["slots"], member, login),
        former=tuple(_former(one, member) for one in sent["former"]),
        epochs=_epochs(sent["registration"], member),
        digest=keyed_hash("take-over", json.dumps(sent, sort_keys=True)),
    )


def _epochs(registration: str, member: UUID) -> frozenset[int]:
    """The epochs that a key change begins: one, or none for a member without partitions."""
    payload = parse_ijson(require_own(registration, member))
    check_payload("sesphr-registration", payload)
    if "possession" not in payload:
        raise Invalid("The registration must change the keys.")
    found = frozenset(one["epoch"] for one in payload["partitions"].values())
    if len(found) > 1:
        raise Invalid("New keys begin with the same epoch everywhere.")
    return found


def _former(slot: Mapping[str, Any], member: UUID) -> FormerSlot:
    if slot["member"] != str(member) or slot["params"]:
        raise Invalid("The slot of a former seed must be this member's.")
    return FormerSlot(
        member_id=member, below=slot["generation"],
        salt=b64u_decode(slot["salt"], SALT), sealed=b64u_decode(slot["sealed"], SEALED),
    )  # fmt: skip


def require_former(sent: TakeOver, known: Iterable[int]) -> None:
    """Demand every former seed that there was, by the epoch below which it holds, and the one that is
    replaced now: without it nothing of before could be opened any more.

    Raises:
        Invalid: one lacks, or the last does not reach up to the new keys.
    """
    before, last = sorted(known), sorted(one.below for one in sent.former)
    if last[:-1] != before or last[-1] in before:
        raise Invalid("Send all former seeds, and the one that the new one replaces.")
    if sent.epochs - {last[-1]}:
        raise Invalid("A former seed holds the epochs before those of the new keys.")


def packed(sent: TakeOver, hashes: Mapping[str, str], language: str) -> str:
    """What is kept of it until it is done, as JSON; of login secrets only their hashes."""
    return json.dumps({
        "registration": sent.registration,
        "language": language,
        "slots": [
            {
                "type": one.type, "generation": one.generation, "params": one.params,
                "salt": b64u_encode(one.salt), "sealed": b64u_encode(one.sealed),
                "secret_hash": hashes[one.type],
            }
            for one in sent.slots
        ],
        "former": [
            {
                "below": one.below, "salt": b64u_encode(one.salt),
                "sealed": b64u_encode(one.sealed),
            }
            for one in sent.former
        ],
    })  # fmt: skip


def unpacked(kept: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Slots as `packed` keeps them, with their octets."""
    octets = ("salt", "sealed")
    return [{**one, **{name: b64u_decode(one[name]) for name in octets}} for one in kept]
