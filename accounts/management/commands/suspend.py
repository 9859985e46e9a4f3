"""`manage.py suspend EMAIL`: refuse everything that a member asks until they are authorised again."""

from typing import Any

from accounts import services
from accounts.management.membership import BY, MembershipCommand
from accounts.models import Member


class Command(MembershipCommand):
    """Refuse everything that a member asks until they are authorised again."""

    help = "Refuse everything that a member asks until they are authorised again."

    def change(self, member: Member, options: dict[str, Any]) -> str:
        """Do it and say so."""
        return f"Suspended {services.suspend(member=member, by=BY).login}."
