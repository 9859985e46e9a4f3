"""Ends sessions that idled, were ended elsewhere, or have no device; notes signs of their members.

A sign of the member is a sign-in, a page that is loaded, and a call that writes.
Calls that read are not: a page may make them by itself while nobody is there.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from accounts import agents
from accounts.guardians import naming
from accounts.models import Device, Member
from accounts.services import devices
from sesphr.web.middleware import SAFE, Handler, of_api
from sesphr.web.problems import answer


class DeviceMiddleware:
    """Gives requests their `device`; one whose session is over gets none, and nobody as its user.

    `ended` tells why there is none: `idle`, or `signed-out`.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer for whoever is still signed in."""
        try:
            _look_up(request)
        except (OperationalError, InterfaceError) as error:
            if not of_api(request):
                raise
            return answer(request, error)
        try:
            return self.get_response(request)
        finally:
            naming.forget()


def _look_up(request: HttpRequest) -> None:
    device, ended = _of_cookie(request)
    _remember(request, device, ended)
    if device is None and SESSION_KEY in request.session:
        request.session.flush()
        request.user = AnonymousUser()


def _of_cookie(request: HttpRequest) -> tuple[Device | None, str]:
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    # Before the device: whoever ends a session ends its device first.
    session = bool(key) and SESSION_KEY in request.session
    device = devices.find(key) if key else None
    if device is not None and device.share is not None and _is_sign(request):
        # Too late, or overtaken by a sign-out: what stands now says which.
        device = device if devices.touch(device) else devices.find(key)
    if device is None or (device.share is not None and not session):
        return None, "signed-out"
    return (None, "idle") if device.share is None else (device, "")


def _is_sign(request: HttpRequest) -> bool:
    return not of_api(request) or request.method not in SAFE


def _remember(request: HttpRequest, device: Device | None, ended: str) -> None:
    request.device, request.ended = device, ended  # type: ignore[attr-defined]


def device_of(request: HttpRequest) -> Device:
    """Return the device of a request that somebody signed in makes."""
    found: Device = request.device  # type: ignore[attr-defined]
    return found


def _signed_in(sender: Any, request: HttpRequest, user: Member, **more: Any) -> None:
    """Give a new session its device, however somebody signed in."""
    if request.session.session_key is None:
        request.session.save()
    agent = agents.parse(request.META.get("HTTP_USER_AGENT", ""))
    key = str(request.session.session_key)
    _remember(request, devices.start(member=user, session_key=key, agent=agent), "")


def _signed_out(sender: Any, request: HttpRequest, user: Member | None, **more: Any) -> None:
    """Take the share with the session; the signal comes before the session goes."""
    if request.session.session_key is not None:
        devices.end(request.session.session_key)


def connect() -> None:
    """Follow signing in and out, however it is done."""
    user_logged_in.connect(_signed_in, dispatch_uid="accounts.devices")
    user_logged_out.connect(_signed_out, dispatch_uid="accounts.devices")
