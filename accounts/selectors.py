"""Reads: what may be told of a login, of a member, and to whom.

What the asker may not know and what is not there read alike, and cost about
the same.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django_otp import user_has_device

from accounts.ids import DEFAULT_PARAMS, member_id, slot_salt
from accounts.models import KeySlot, Member, Role, SlotType, State
from sesphr import clock, fanout
from sesphr.crypto.encoding import b64u_decode, b64u_encode
from sesphr.crypto.keys import fingerprint
from sesphr.crypto.statements import payload_of_unverified
from sesphr.ports.errors import NotFound
from sesphr.ports.srs import SrsNode

FORGETTABLE_AFTER = 30 * 24 * 3600
NOBODY = "There is nobody whom you may see under this name."


def by_login(login: str) -> Member | None:
    """Return whoever has this login."""
    return Member.objects.filter(login=login).first()


def slots_of(login: str) -> dict[str, KeySlot]:
    """Return a login's slots by type, with their member; none for logins of nobody."""
    found = KeySlot.objects.select_related("member").filter(member__login=login)
    return {slot.type: slot for slot in found}


def generations(member: UUID) -> dict[str, int]:
    """Return the generation of each of a member's key slots, by type."""
    return dict(KeySlot.objects.filter(member=member).values_list("type", "generation"))


def parameters(login: str) -> dict[str, Any]:
    """Return what an endpoint needs to derive login secrets and to make slots.

    It depends on the login alone, but for the member of an account that was handed over, which keeps
    its id: who asks for ever, at any moment of any other account, sees the same.
    """
    salts = {kind: b64u_encode(slot_salt(login, kind)) for kind in SlotType.values}
    return {
        "member": str(member_of(login)),
        "password": {"salt": salts[SlotType.PASSWORD], "params": DEFAULT_PARAMS},
        "recovery": {"salt": salts[SlotType.RECOVERY]},
    }


def member_of(login: str) -> UUID:
    """Return the id of whoever has, or will have, a login; one lookup for known and unknown alike."""
    found = Member.objects.filter(login=login).values_list("pk", flat=True).first()
    return member_id(login) if found is None else found


def me(member: Member) -> dict[str, Any]:
    """Return what members may know of their own account."""
    return {
        "id": str(member.id),
        "login": member.login,
        "name": member.name,
        "role": member.role,
        "state": member.state,
        "confirmed": member.confirmed_at is not None,
        "joined": member.joined,
        "second_factor": user_has_device(member, confirmed=True),
    }


def registrations(member: UUID) -> list[str]:
    """Return a member's signed registrations, from the node that knows most of them.

    They prove themselves: whoever reads them checks the signatures.

    Raises:
        Unavailable: no node answers.
    """
    found = fanout.newest(lambda node: node.registrations(str(member)), len, least=1)
    return list(found)


def fingerprint_of(registration: str) -> str:
    """Return the fingerprint of a registration's keys, as endpoints show it; a member's last one counts.

    The nodes have checked the registration; here it is only read.
    """
    payload = payload_of_unverified(registration)
    verification = b64u_decode(payload["verification"], 32)
    return fingerprint(verification, b64u_decode(payload["receive"], 96))


def forgettable() -> QuerySet[Member]:
    """Return applications that nobody confirmed or authorised for 30 days, oldest first."""
    old = clock.now() - FORGETTABLE_AFTER
    found = Member.objects.filter(state=State.PENDING, confirmed_at=None, authorised_at=None)
    return found.filter(registered_at__lt=old).order_by("registered_at", "id")


@dataclass(frozen=True)
class Entry:
    """What the directory tells of a member."""

    member: Member
    registrations: list[str]


def directory_entry(*, asker: Member, member: UUID) -> Entry:
    """Return a member whom the asker may see: oneself; an authorised member who owns no
    records; an owner who lets the asker read or add something; whoever wrote something that
    the asker may read.

    Raises:
        NotFound: nobody, or nobody whom the asker may see.
    """
    found = Member.objects.filter(pk=member).first()
    if not _visible(asker, member, found) or found is None:
        raise NotFound(NOBODY)
    return Entry(found, registrations(found.id))


def directory_entry_by_login(*, asker: Member, login: str) -> Entry:
    """Return the same by login, which must match exactly."""
    entry = directory_entry(asker=asker, member=member_of(login))
    # The made-up login of an account that was handed over names nobody any more.
    if entry.member.login != login:
        raise NotFound(NOBODY)
    return entry


def _visible(asker: Member, member: UUID, found: Member | None) -> bool:
    if asker.id == member:
        return True
    if not asker.is_authorised:
        return False
    plain = found is not None and found.role not in (Role.OWNER, Role.ADMINISTRATOR)
    if found is not None and plain and found.state == State.AUTHORISED:
        return True
    # Asked for unknown ids too, so that an owner who hides and nobody cost the same.
    shown = fanout.gather(lambda node: _shows(node, asker.id, member), fanout.to_read())
    return any(shown.answers.values())


def _shows(node: SrsNode, asker: UUID, owner: UUID) -> bool:
    return bool(
        node.records(str(asker), str(owner))
        or node.addable(str(asker), str(owner))
        or node.wrote_for(str(owner), str(asker))
    )
