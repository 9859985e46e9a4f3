"""`manage.py collect_orphans`: remove what no deposit referred to within a day."""

from typing import Any

from django.core.management.base import BaseCommand

from cloudstore import services
from sesphr import clock


class Command(BaseCommand):
    """Run it daily; it may run at any time, beside deposits, and be killed at any time."""

    help = "Remove documents, attachments and blobs that no deposit referred to within 24 hours."

    def handle(self, *args: Any, **options: Any) -> None:
        """Collect, then say how much went."""
        removed = services.collect(now=clock.now())
        self.stdout.write(f"Removed {removed} objects.")
