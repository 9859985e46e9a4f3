"""Django's entry for the app."""

from django.apps import AppConfig


class SrsConfig(AppConfig):
    """The SRS app; its tables live in the databases `srs`, `srs-2`, ..."""

    name = "srs"
    verbose_name = "SRS"
