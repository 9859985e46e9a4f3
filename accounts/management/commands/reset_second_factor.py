"""`manage.py reset_second_factor EMAIL --checked TEXT`: for somebody who lost the authenticator."""

from typing import Any

from django.core.management.base import CommandParser

from accounts.management.membership import BY, MembershipCommand
from accounts.models import Member
from accounts.services import second_factor


class Command(MembershipCommand):
    """Remove a second factor; the person signs in with the password alone and sets up another."""

    help = "Remove the second factor of somebody who lost it, and end their sessions."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address and what was checked."""
        super().add_arguments(parser)
        parser.add_argument("--checked", required=True, help="what was checked of the person")

    def change(self, member: Member, options: dict[str, Any]) -> str:
        """Do it and say so."""
        if not second_factor.reset(member=member, by=BY, checked=options["checked"]):
            return f"{member.login} has no second factor; nothing was changed."
        return f"Removed the second factor of {member.login} and ended their sessions."
