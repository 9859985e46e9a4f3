"""The portal app as Django knows it."""

from django.apps import AppConfig


class PhrConfig(AppConfig):
    """Records' index and requests; its tables lie in the portal's database."""

    name = "phr"
    verbose_name = "Personal health records"
