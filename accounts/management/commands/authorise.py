"""`manage.py authorise EMAIL [--checked TEXT]`: let a member take part.

It prints the fingerprint of the registered keys: whoever authorises can compare it with
the one on the person's own screen, and so knows whose keys these are.
"""

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import CommandParser

from accounts import selectors, services
from accounts.management.membership import BY, MembershipCommand
from accounts.models import Member


class Command(MembershipCommand):
    """Authorise a member; the address counts as confirmed."""

    help = "Let a member take part in SeSPHR; counts the e-mail address as confirmed."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address and what was checked."""
        super().add_arguments(parser)
        parser.add_argument("--checked", default="", help="what was checked of the person")

    def change(self, member: Member, options: dict[str, Any]) -> str:
        """Authorise; say since when, with which keys, and whether the address was confirmed."""
        registered = selectors.registrations(member.id)
        found = services.authorise(member=member, by=BY, checked=options["checked"])
        joined = datetime.fromtimestamp(found.joined or 0, UTC)
        lines = [f"Authorised {found.login} ({found.role}), joined {joined:%Y-%m-%d %H:%M:%S} UTC."]
        if registered:
            shown = selectors.fingerprint_of(registered[-1])
            lines.append(f"Fingerprint of the registered keys: {shown}")
        if member.confirmed_at is None:
            lines.append("The person had not confirmed this address; it counts as confirmed now.")
        return "\n".join(lines)
