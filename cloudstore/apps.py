"""The cloud's app."""

from django.apps import AppConfig


class CloudConfig(AppConfig):
    """Registers the check of the blob storage."""

    name = "cloudstore"

    def ready(self) -> None:
        """Importing it registers the check."""
        from cloudstore import checks  # noqa: F401
