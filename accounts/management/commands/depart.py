"""`manage.py depart EMAIL`: end a membership for ever, with all keys that others granted to it."""

from typing import Any

from accounts import services
from accounts.management.membership import BY, MembershipCommand
from accounts.models import Member


class Command(MembershipCommand):
    """End a membership for ever, with all keys that others granted to it."""

    help = "End a membership for ever, with all keys that others granted to it."

    def change(self, member: Member, options: dict[str, Any]) -> str:
        """Do it and say so."""
        return f"Departed {services.depart(member=member, by=BY).login}."
