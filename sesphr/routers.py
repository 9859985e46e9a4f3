"""Sends each app's models to its own database; nothing crosses."""

from typing import Any

from django.db.models import Model

from sesphr.roles import belongs, database_of


class AppRouter:
    """Routes by app label, as `sesphr.roles` says."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        """The app's database, or the one that a related instance came from."""
        instance = hints.get("instance")
        if instance is not None and belongs(instance._state.db or "", model._meta.app_label):
            return str(instance._state.db)
        return database_of(model._meta.app_label)

    db_for_write = db_for_read

    def allow_relation(self, first: Model, second: Model, **hints: Any) -> bool:
        """No relation between rows of different databases."""
        return first._state.db == second._state.db

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """Tables live in their app's database only."""
        return belongs(db, app_label)
