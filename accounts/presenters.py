"""What pages show of a member."""

from collections.abc import Iterable
from typing import Any

from accounts.models import Member, Organisation
from accounts.organisations.models import ENROLLED
from accounts.organisations.selectors import administered

# Not part of anybody's initials.
TITLES = ("dr", "prof", "mr", "mrs", "ms", "mx", "sr", "br")


def shown(member: Member) -> dict[str, Any]:
    """Return what the header of a page tells members of themselves."""
    return {
        "id": str(member.id),
        "name": member.name,
        "role": member.role,
        "state": member.state,
        "caring": member.caring,
        "initials": initials(member.name),
        "organisations": [{"id": one.pk, "name": one.name} for one in _administered(member)],
    }


def _administered(member: Member) -> Iterable[Organisation]:
    """Organisations that a member administers; patients and the portal's administrators none."""
    return administered(member) if member.role in ENROLLED else ()


def initials(name: str) -> str:
    """Return the first letters of the first and the last word of a name, titles left out."""
    words = [word for word in name.split() if word.lower().rstrip(".") not in TITLES]
    words = words or name.split()
    return "".join(word[0].upper() for word in (words[:1] + words[1:][-1:]))
