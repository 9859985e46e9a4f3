"""`manage.py demo_code EMAIL`: the code that an authenticator app would show now; demo only."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django_otp.oath import hotp
from django_otp.plugins.otp_totp.models import TOTPDevice


class Command(BaseCommand):
    """Print a code that the server takes next, for people without a telephone at hand."""

    help = "Print the current one-time code of somebody's second factor (demo only)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose code."""
        parser.add_argument("email", help="the person's login, an e-mail address")

    def handle(self, *args: Any, **options: Any) -> None:
        """The code alone on standard output; a sentence beside it."""
        if not settings.SESPHR_DEMO:
            raise CommandError(
                "Codes are read off an authenticator app; only the demo prints them."
            )
        login = options["email"].strip().lower()
        device = _device(login)
        if device is None:
            raise CommandError(f"{login} has set up no authenticator app.")
        now = int(time.time()) // device.step
        # A code counts once; the next one is taken a little early.
        step = max(now + device.drift, device.last_t + 1)
        if step > now + device.drift + device.tolerance:
            raise CommandError(f"The codes of now were used. Wait {device.step} seconds.")
        self.stdout.write(f"{hotp(device.bin_key, step, device.digits):0{device.digits}d}")


def _device(login: str) -> TOTPDevice | None:
    """The one that is being set up if there is one, for it asks for its first code."""
    found = TOTPDevice.objects.filter(user__login=login).order_by("confirmed", "-pk").first()
    device: TOTPDevice | None = found
    return device
