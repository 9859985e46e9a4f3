"""The accounts app as Django knows it."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Members and how they sign in; its tables lie in the portal's database."""

    name = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        """Give every session its device, also one that starts before the first request."""
        from accounts import middleware

        middleware.connect()
