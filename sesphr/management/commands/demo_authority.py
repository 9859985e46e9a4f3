"""`manage.py demo_authority`: the authority that certifies the demo's people, for nodes to pin."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from sesphr.management.demo_roles import make_authority


class Command(BaseCommand):
    """Prints the path of what nodes pin."""

    help = "Make the demo's role authority, unless it is there, and say where its certificate is."

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it."""
        if not settings.SESPHR_DEMO:
            raise CommandError("The demo's authority belongs to the demo's settings only.")
        self.stdout.write(str(make_authority(self.stderr)))
