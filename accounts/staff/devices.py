"""The authenticator app that a staff member must set up: whose key it is, and its picture.

Each half signed-in session gets a key of its own, so that nobody who knew the password
before could have seen it.
"""

from base64 import b32encode
from io import BytesIO

import segno
from django.http import HttpRequest
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import Member
from accounts.services import second_factor
from accounts.staff.signin import PENDING


def of_session(request: HttpRequest, member: Member) -> TOTPDevice:
    """The device that this session sets up; a new one when it has none, or lost it to another."""
    kept = request.session[PENDING]
    known = TOTPDevice.objects.filter(pk=kept.get("device"), user=member, confirmed=False).first()
    if known is not None:
        return known
    device = second_factor.begin_first(member=member)
    request.session[PENDING] = {**kept, "device": device.pk}
    return device


def is_of_session(request: HttpRequest, member: Member) -> bool:
    """Whether what would be confirmed now is what this session showed."""
    shown = request.session[PENDING].get("device")
    begun = TOTPDevice.objects.filter(user=member, confirmed=False)
    return shown is not None and list(begun.values_list("pk", flat=True)) == [shown]


def secret_of(device: TOTPDevice) -> str:
    """The key as people type it into an authenticator app: base32."""
    return b32encode(device.bin_key).decode()


def picture_of(device: TOTPDevice) -> bytes:
    """The QR code as an SVG document."""
    out = BytesIO()
    segno.make(device.config_url, error="m").save(
        out, kind="svg", scale=5, border=4, light="#fff", svgclass=None, lineclass=None
    )
    return out.getvalue()
