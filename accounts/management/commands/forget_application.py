"""`manage.py forget_application [EMAIL]`: remove an old application, or list all such."""

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import CommandParser

from accounts import selectors, services
from accounts.management.membership import BY, MembershipCommand
from accounts.models import Member


class Command(MembershipCommand):
    """Remove somebody who registered, but neither confirmed nor was ever authorised."""

    help = (
        "Remove an application that is older than 30 days, whose address was never confirmed and"
        " that was never authorised; without an address, list them. The account and its key slots"
        " go from the portal. The registration stays at the SRS nodes: a node keeps what was never"
        " activated, so only the endpoint that made those keys can register this login again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take an address, or none to list."""
        parser.add_argument("email", nargs="?", help="the login; without it, list")

    def handle(self, *args: Any, **options: Any) -> None:
        """Remove one, or list all with the day on which they registered."""
        if options["email"] is not None:
            super().handle(*args, **options)
            return
        for member in selectors.forgettable():
            day = datetime.fromtimestamp(member.registered_at, UTC)
            self.stdout.write(f"{day:%Y-%m-%d} {member.login} ({member.role})")

    def change(self, member: Member, options: dict[str, Any]) -> str:
        """Remove the application and say so."""
        login = member.login
        services.forget_application(member=member, by=BY)
        return f"Forgot the application of {login}; the nodes keep its registration."
