"""What the membership commands share: finding the member, wording what went wrong."""

from abc import ABC, abstractmethod
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import selectors
from accounts.models import Member
from sesphr import deployment
from sesphr.ports.errors import PortError

BY = "command line"


class MembershipCommand(BaseCommand, ABC):
    """A command about one member, named by the exact login."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the member's e-mail address."""
        parser.add_argument("email", help="the member's login, an e-mail address")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it and print one line; a sentence and exit 1 otherwise."""
        if not deployment.exists():
            raise CommandError(
                f"There is no SeSPHR in {settings.SESPHR_DATA}. Set SESPHR_DATA to the server's folder."
            )
        login = options["email"].lower()
        member = selectors.by_login(login)
        if member is None:
            raise CommandError(f"Nobody is registered as {login}.")
        try:
            self.stdout.write(self.change(member, options))
        except PortError as error:
            raise CommandError(f"{login}: {error}") from error

    @abstractmethod
    def change(self, member: Member, options: dict[str, Any]) -> str:
        """Change the membership; return the line that says so."""
