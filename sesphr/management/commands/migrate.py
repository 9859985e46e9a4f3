"""`manage.py migrate`: Django's, which asks a database for the migrations of its own app alone."""

from typing import Any

from django.core.management.commands import migrate

from sesphr.roles import only_app


class Command(migrate.Command):
    """A server's database has the tables of one app: those of others would take seconds to do nothing."""

    def handle(self, *args: Any, **options: Any) -> Any:
        """Name the app where nobody did."""
        app = None if options["app_label"] else only_app(options["database"])
        if app is not None:
            # Nothing is left to be made without migrations.
            options |= {"app_label": app, "run_syncdb": False}
        return super().handle(*args, **options)
