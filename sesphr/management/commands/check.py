"""`manage.py check`: Django's checks and ours, those for production always included."""

from typing import Any

from django.core.management.commands.check import Command as DjangoCheck

from sesphr.roles import own_databases


class Command(DjangoCheck):
    """Django's command, which leaves the deployment checks out unless told otherwise."""

    def handle(self, *app_labels: Any, **options: Any) -> None:
        """Run every check on every database that can be reached."""
        options["deploy"] = True
        options["databases"] = options["databases"] or own_databases()
        super().handle(*app_labels, **options)
