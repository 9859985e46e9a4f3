"""The house itself as Django knows it: commands and checks, no tables."""

from django.apps import AppConfig


class SesphrConfig(AppConfig):
    """Registers the checks of `sesphr.checks`."""

    name = "sesphr"
    verbose_name = "SeSPHR"

    def ready(self) -> None:
        """Let Django find the checks."""
        from sesphr import checks  # noqa: F401
