"""`manage.py collect_orphans`: remove what no deposit referred to within a day."""

from typing import Any

from django.core.management.base import BaseCommand

from cloudstore import orphans
from sesphr import clock


class Command(BaseCommand):
    """Run it daily; it may run at any time, beside deposits, and be killed at any time."""

    help = (
        "Remove what no deposit refers to: documents that no key node knows, as settle_deposits at"
        " the portal found, attachments and blobs."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Collect, then say how much went."""
        removed = orphans.collect(now=clock.now())
        self.stdout.write(f"Removed {removed} objects.")
