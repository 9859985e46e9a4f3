"""The log server's app."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Registers the checks of the append-only guards."""

    name = "audit"

    def ready(self) -> None:
        """Importing them registers the checks."""
        from audit import checks  # noqa: F401
