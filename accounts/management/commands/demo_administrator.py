"""`manage.py demo_administrator`: the demo's administrator, with an authenticator app's key.

Made once; prints, each time, the address that an authenticator app takes.
"""

import shlex
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import selectors
from accounts.models import Member
from sesphr.demo import ADMINISTRATOR, passwords


class Command(BaseCommand):
    """Make the administrator unless there is one; say how to sign in."""

    help = "Make the demo's administrator, and print how to sign in."

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it; an app or a password that was changed since stays as it is."""
        if not settings.SESPHR_DEMO:
            raise CommandError("A ready-made administrator belongs to the demo's settings only.")
        password = passwords(settings.SESPHR_DATA)[ADMINISTRATOR.login]
        member = selectors.by_login(ADMINISTRATOR.login) or _make(password)
        self.stdout.write(f"  {ADMINISTRATOR.role:<13} {member.login:<32} {password}")
        device = TOTPDevice.objects.filter(user=member, confirmed=True).first()
        if device is not None:
            self.stdout.write(f"  authenticator app: {device.config_url}")
            self.stdout.write(f"  or its code now: {_command()} demo_code {member.login}")


def _command() -> str:
    """How to run a command on this demo, from the folder of the sources."""
    apart = settings.SESPHR_ROLE == "portal"
    # In a cluster the supervisor knows what the portal's commands must be given.
    data = shlex.quote(str(settings.SESPHR_BUILT if apart else settings.SESPHR_DATA))
    words = " cluster --manage portal" if apart else ""
    return f"SESPHR_DATA={data} .venv/bin/python manage.py{words}"


def _make(password: str) -> Member:
    member = Member.objects.create_superuser(
        login=ADMINISTRATOR.login, name=ADMINISTRATOR.name, password=password
    )
    TOTPDevice.objects.create(user=member, name="authenticator", confirmed=True)
    return member
