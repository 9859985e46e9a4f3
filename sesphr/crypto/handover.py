"""Handing an account over to the person whom it is about, and what new keys keep of the old ones.

The guardian seals the seed under a code that is read out or printed; whoever has the code makes a
new seed, and keeps the former one sealed under it, for what was encrypted before.
"""

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from sesphr.crypto import slots
from sesphr.crypto.encoding import check_deployment, check_octets, check_uuid, lp
from sesphr.crypto.errors import SlotError
from sesphr.crypto.kdf import hkdf
from sesphr.crypto.keys import FormerSeed


def fresh_code() -> str:
    """A code of 160 bits, eight groups of four; never stored."""
    return slots.format_code(secrets.token_bytes(20))


def find_of(code: str) -> str:
    """What finds the offer at the portal without telling it the code: 64 hexadecimal digits.

    Raises:
        SlotError: it cannot be a code.
    """
    return hkdf(slots.code_octets(code), lp(b"SeSPHR-v1 hand-over find")).hex()


def _offer_key(code: str, deployment: str, dependant: str) -> bytes:
    names = check_deployment(deployment).encode(), check_uuid(dependant).encode()
    return hkdf(slots.code_octets(code), lp(b"SeSPHR-v1 hand-over", *names))


def make_offer(seed: bytes, *, deployment: str, dependant: str, code: str) -> dict[str, Any]:
    """The slot in which a dependant's seed waits for whoever has the code."""
    return slots.make_keyed_slot(
        seed, slots.HAND_OVER, deployment=deployment, member=dependant, generation=1,
        slot_key=_offer_key(code, deployment, dependant),
    )  # fmt: skip


def open_offer(slot: Mapping[str, Any], *, deployment: str, dependant: str, code: str) -> bytes:
    """The dependant's seed.

    Raises:
        SlotError: another code, or of somebody else than this dependant.
    """
    if slot.get("member") != dependant:
        raise SlotError("not this dependant's slot")
    key = _offer_key(code, deployment, dependant)
    return slots.open_keyed_slot(slot, slots.HAND_OVER, deployment=deployment, slot_key=key)


def _former_key(seed: bytes, member: str) -> bytes:
    return hkdf(check_octets(seed, 32), lp(b"SeSPHR-v1 former", check_uuid(member).encode()))


def make_former(
    former: Iterable[FormerSeed], *, deployment: str, member: str, seed: bytes
) -> list[dict[str, Any]]:
    """The slots in which former seeds lie under the present one; `generation` is `below`."""
    key = _former_key(seed, member)
    return [
        slots.make_keyed_slot(
            one.seed, slots.FORMER, deployment=deployment, member=member, generation=one.below,
            slot_key=key,
        )
        for one in former
    ]  # fmt: skip


def open_former(
    found: Iterable[Mapping[str, Any]], *, deployment: str, member: str, seed: bytes
) -> tuple[FormerSeed, ...]:
    """A member's former seeds, oldest first.

    Raises:
        SlotError: one is somebody else's, or was sealed under another seed; or one comes twice.
    """
    key = _former_key(seed, member)
    opened = []
    for slot in found:
        if slot.get("member") != member:
            raise SlotError("not this member's slot")
        octets = slots.open_keyed_slot(slot, slots.FORMER, deployment=deployment, slot_key=key)
        opened.append(FormerSeed(slot["generation"], octets))
    opened.sort(key=lambda one: one.below)
    if len({one.below for one in opened}) != len(opened):
        raise SlotError("a former seed twice")
    return tuple(opened)
