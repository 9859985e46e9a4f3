"""Enrolling a staff member's authenticator app, which signing in requires.

The key of a device that is not confirmed yet stays in the half signed-in session;
only whoever proved the password meanwhile sees it.
"""

from base64 import b32encode
from io import BytesIO
from urllib.parse import quote, urlencode

import segno
from django.http import HttpRequest
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp.util import random_hex

from accounts import events
from accounts.models import Member
from accounts.staff.signin import PENDING
from accounts.transactions import atomic_retried

ISSUER = "SeSPHR administration"
BACKUP_CODES = 10


def key_of(request: HttpRequest) -> str:
    """The key (hex) of the device that this session enrols, made at the first call."""
    kept = request.session[PENDING]
    if "key" not in kept:
        request.session[PENDING] = {**kept, "key": random_hex(20)}
    return str(request.session[PENDING]["key"])


def uri_of(member: Member, key: str) -> str:
    """What the QR code says: an `otpauth` address."""
    query = urlencode({"secret": secret_of(key), "issuer": ISSUER, "digits": 6, "period": 30})
    return f"otpauth://totp/{quote(ISSUER)}:{quote(member.login)}?{query}"


def secret_of(key: str) -> str:
    """The key as people type it into an authenticator app: base32."""
    return b32encode(bytes.fromhex(key)).decode()


def picture_of(member: Member, key: str) -> bytes:
    """The QR code as an SVG document."""
    out = BytesIO()
    segno.make(uri_of(member, key), error="m").save(
        out, kind="svg", scale=5, border=4, light="#fff", svgclass=None, lineclass=None
    )
    return out.getvalue()


@atomic_retried
def enrol(*, member: Member, key: str, code: str) -> tuple[TOTPDevice, list[str]] | None:
    """Confirm the device with a code of it; the device and ten backup codes, shown once.

    None when the code is not the device's, or another device was enrolled meanwhile.
    """
    Member.objects.select_for_update().get(pk=member.pk)
    if TOTPDevice.objects.filter(user=member, confirmed=True).exists():
        return None
    device = TOTPDevice.objects.create(user=member, name="authenticator", key=key)
    if not device.verify_token(code):
        device.delete()
        return None
    events.record(member.pk, "second-factor-enrolled")
    return device, _backup_codes(member)


def _backup_codes(member: Member) -> list[str]:
    StaticDevice.objects.filter(user=member).delete()
    device = StaticDevice.objects.create(user=member, name="backup", confirmed=True)
    codes = [StaticToken.random_token() for _ in range(BACKUP_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=one) for one in codes)
    return codes
