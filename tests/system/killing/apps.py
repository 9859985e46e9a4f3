"""Hooks the commits when Django is ready."""

from django.apps import AppConfig


class KillingConfig(AppConfig):
    """Watches every database."""

    name = "tests.system.killing"
    label = "killing"

    def ready(self) -> None:
        from tests.system.killing import points

        points.watch_databases()
