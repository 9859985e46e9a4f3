"""What the membership commands share: finding the member, wording what went wrong."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import selectors
from accounts.models import Member
from sesphr.ports.errors import PortError

BY = "command line"


class MembershipCommand(BaseCommand):
    """A command about one member, named by the exact login."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the member's e-mail address."""
        parser.add_argument("email", help="the member's login, an e-mail address")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it and print one line; a sentence and exit 1 otherwise."""
        login = options["email"].lower()
        member = selectors.by_login(login)
        if member is None:
            raise CommandError(f"Nobody is registered as {login}.")
        try:
            self.stdout.write(self.change(member, options))
        except PortError as error:
            raise CommandError(f"{login}: {error}") from error

    def change(self, member: Member, options: dict[str, Any]) -> str:
        """Change the membership; return the line that says so."""
        raise NotImplementedError
