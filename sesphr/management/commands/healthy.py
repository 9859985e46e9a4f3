"""`manage.py healthy ADDRESS:PORT`: whether this role's server answers there; for health checks."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from sesphr.management.health import answers
from sesphr.settings.servers import serves_people


class Command(BaseCommand):
    """Asks as the server itself: nobody else may."""

    help = "Fail unless this role's server answers."
    requires_system_checks: list[str] = []  # noqa: RUF012 -- Django's type

    def add_arguments(self, parser: CommandParser) -> None:
        """Where it listens."""
        parser.add_argument("address", help="ADDRESS:PORT")

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask."""
        if serves_people(settings.SESPHR_ROLE):
            host = settings.ALLOWED_HOSTS[0]
            up = answers(f"http://{options['address']}", None, host)
        else:
            up = answers(f"https://{options['address']}", settings.SESPHR_DATA)
        if not up:
            raise CommandError(f"Nothing answers at {options['address']}.")
