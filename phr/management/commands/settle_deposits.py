"""`manage.py settle_deposits`: find out whether what waits at the cloud was ever committed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from phr.services import settling
from sesphr.ports.errors import PortError


class Command(BaseCommand):
    """Run it daily, before `collect_orphans` at the cloud, which removes nothing that it did not settle."""

    help = "Ask all key nodes about documents that wait at the cloud, and have it keep theirs."

    def handle(self, *args: Any, **options: Any) -> None:
        """Settle; exit 1 when something is left to be asked again."""
        try:
            found = settling.settle()
        except PortError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Kept {found.kept} documents; no key node knows {found.unknown}.")
        if found.left:
            raise CommandError(
                f"{found.left} documents wait on: every key node must answer, and nothing of them"
                " may be missing."
            )
