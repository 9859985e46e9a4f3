"""The accounts app as Django knows it."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Members and how they sign in; its tables lie in the portal's database."""

    name = "accounts"
    verbose_name = "Accounts"
