"""Checking one-time codes: of an authenticator app, or a backup code, which is then used up.

A code counts once, also between requests at the same moment: the device's row is locked
while it is checked. Codes and keys are never logged, shown again, or put into events.
"""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django_otp.models import ThrottlingMixin
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import events
from accounts.errors import RateLimited
from accounts.models import Member
from accounts.transactions import atomic_retried

APP_DIGITS = 6


def tidy(code: str) -> str:
    """Return a code as it is compared, of a code as people copy it."""
    return "".join(code.split()).replace("-", "").lower()


def accept(member: Member, code: str) -> Any:
    """Return the member's device whose code this is; None if it is nobody's or was used before.

    Raises:
        RateLimited: wrong codes of this kind came just before; each doubles the pause.
    """
    typed = tidy(code)
    device = _check(member, typed)
    if isinstance(device, StaticDevice):
        events.publish(member.pk)
    return device


@atomic_retried
def _check(member: Member, code: str) -> Any:
    # By their form, so that a mistyped code of one kind does not slow down the other.
    of_app = len(code) == APP_DIGITS and code.isascii() and code.isdigit()
    model: Any = TOTPDevice if of_app else StaticDevice
    for device in model.objects.select_for_update().filter(user=member, confirmed=True):
        _require_pause(device)
        if device.verify_token(code):
            if isinstance(device, StaticDevice):
                left = device.token_set.count()
                events.record(member.pk, "backup-code-used", left=left)
            return device
    return None


def _require_pause(device: ThrottlingMixin) -> None:
    allowed, why = device.verify_is_allowed()
    if not allowed:
        left: timedelta = why["locked_until"] - timezone.now()
        raise RateLimited(max(1, round(left.total_seconds())))


def confirm(device: TOTPDevice, code: str) -> bool:
    """Whether this is a code of a device that is being set up; its row must be locked.

    Raises:
        RateLimited: as above.
    """
    _require_pause(device)
    typed = tidy(code)
    return len(typed) == APP_DIGITS and typed.isascii() and bool(device.verify_token(typed))
