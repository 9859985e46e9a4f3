"""`manage.py migrate_all`: every database of this process brought up to date."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from sesphr.roles import own_databases
from sesphr.schemas import create_missing


class Command(BaseCommand):
    """Migrates each alias; on MariaDB it makes schemas that are missing."""

    help = "Make and migrate every database of this process."

    def add_arguments(self, parser: CommandParser) -> None:
        """No questions are ever asked."""
        parser.add_argument(
            "--check", action="store_true", help="fail if a migration is not applied"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate in the order of the settings."""
        if not options["check"]:
            create_missing({alias: settings.DATABASES[alias] for alias in own_databases()})
        for alias in own_databases():
            call_command(
                "migrate",
                database=alias,
                interactive=False,
                verbosity=options["verbosity"] - 1,
                check_unapplied=options["check"],
            )
