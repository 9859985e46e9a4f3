"""For whom a member acts, who invited them, and who may be invited."""

from typing import Any
from uuid import UUID

from accounts import selectors, slots
from accounts.guardians import forms, offers
from accounts.guardians.models import Guardianship, HandOver
from accounts.models import Member, State
from sesphr import fanout
from sesphr.crypto.encoding import b64u_encode
from sesphr.crypto.statements import payload_of_unverified
from sesphr.ports.errors import NotFound


def dependants(member: Member) -> list[dict[str, Any]]:
    """Those for whom a member acts, by name, each with all its guardians."""
    rows = _live().filter(guardian=member).exclude(since=None).select_related("dependant")
    return [_dependant(row) for row in rows.order_by("dependant__name", "pk")]


def _live() -> Any:
    return Guardianship.objects.filter(live=True)


def _dependant(row: Guardianship) -> dict[str, Any]:
    one = row.dependant
    rows = _live().filter(dependant=one).select_related("guardian").order_by("made", "pk")
    return {
        "member": str(one.id),
        "login": one.login,
        "name": one.name,
        "state": one.state,
        "since": row.since,
        "guardians": [_guardian(other, row.guardian_id) for other in rows],
        "hand_over": _hand_over(one.id),
    }


def _hand_over(dependant: UUID) -> dict[str, Any] | None:
    row = offers.waiting(dependant)
    if row is None:
        return None
    return {
        "since": row.made,
        "expires": row.expires,
        "by": row.guardian.name,
        "begun": row.begun is not None,
    }


def offered(row: HandOver) -> dict[str, Any]:
    """What whoever has the code is given: the sealed seed, and what new keys follow.

    Raises:
        Unavailable: too few nodes answer.
    """
    member = row.dependant
    return {
        "member": str(member.id),
        "login": member.login,
        "name": member.name,
        "by": row.guardian.name,
        "slot": forms.public_offer(row),
        "registrations": selectors.registrations(member.id),
        "begun": row.begun is not None,
        "seq": list_of(member.id),
        "former": slots.former_of(member.id),
    }


def list_of(owner: UUID) -> int:
    """The number of an owner's access list in force; 0 before the first.

    Raises:
        Unavailable: too few nodes answer.
    """
    return fanout.newest(lambda node: _seq(node.acl(str(owner))), int)


def _seq(acl: str | None) -> int:
    return 0 if acl is None else int(payload_of_unverified(acl)["seq"])


def _guardian(row: Guardianship, viewer: UUID) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "member": str(row.guardian_id),
        "name": row.guardian.name,
        "login": row.guardian.login,
        "since": row.since,
        "mine": viewer in (row.guardian_id, row.invited_by_id),
    }


def invitations(member: Member) -> list[dict[str, Any]]:
    """Who asks a member to be a guardian, with the sealed seed; the newest first."""
    rows = _live().filter(guardian=member, since=None, invited_by__isnull=False)
    found = rows.select_related("dependant", "invited_by").order_by("-made", "pk")
    return [_invitation(row, row.invited_by) for row in found]


def _invitation(row: Guardianship, by: Member) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "dependant": str(row.dependant_id),
        "name": row.dependant.name,
        "by": by.name,
        "by_login": by.login,
        "by_member": str(by.id),
        "by_registrations": selectors.registrations(by.id),
        "registrations": selectors.registrations(row.dependant_id),
        "enc": b64u_encode(bytes(row.enc or b"")),
        "ciphertext": b64u_encode(bytes(row.ciphertext or b"")),
        "statement": row.statement,
    }


def is_ready(member: Member) -> bool:
    """Whether a member lets themselves be found as a second guardian."""
    return hasattr(member, "guardian_key")


def ready(login: str) -> dict[str, Any]:
    """Somebody who lets themselves be found, by exact login, with the keys to check.

    Raises:
        NotFound: nobody, or nobody who does.
    """
    found = Member.objects.filter(login=login, state=State.AUTHORISED).first()
    if found is None or not is_ready(found):
        raise NotFound("There is nobody whom you may invite under this name.")
    return {
        "member": str(found.id),
        "name": found.name,
        "role": found.role,
        "registrations": selectors.registrations(found.id),
        "statement": found.guardian_key.statement,
    }
