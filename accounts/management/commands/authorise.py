"""`manage.py authorise EMAIL [--checked TEXT]`: let a member take part."""

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import CommandParser

from accounts import services
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
        """Authorise and say since when."""
        found = services.authorise(member=member, by=BY, checked=options["checked"])
        joined = datetime.fromtimestamp(found.joined or 0, UTC)
        return f"Authorised {found.login} ({found.role}), joined {joined:%Y-%m-%d %H:%M:%S} UTC."
