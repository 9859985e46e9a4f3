"""`manage.py init_deployment`: the deployment's keys and signed configuration, made once."""

from typing import Any

from django.core.management.base import BaseCommand

from sesphr import clock, deployment


class Command(BaseCommand):
    """Makes what is missing; never replaces a key."""

    help = "Make this deployment's keys and its signed configuration, unless they are there."
    requires_system_checks: list[str] = []  # noqa: RUF012 -- Django's type

    def handle(self, *args: Any, **options: Any) -> None:
        """Make them, and say whether anything was made."""
        made = deployment.create(clock.now())
        found = deployment.get_deployment()
        word = "made" if made else "is already there"
        self.stdout.write(f"Deployment {found.id} ({found.t} of {found.n} nodes) {word}.")
