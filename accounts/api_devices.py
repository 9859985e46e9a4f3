"""The routes of sessions: how long this one lasts, and where else one is signed in."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest
from ninja import Router, Status

from accounts import schemas
from accounts.middleware import device_of
from accounts.models import Device, Member
from accounts.services import devices
from sesphr.crypto.encoding import b64u_encode
from sesphr.web.auth import own_auth
from sesphr.web.problems import ProblemOut

router = Router(auth=own_auth, tags=["sessions"])


def life(request: HttpRequest) -> dict[str, Any]:
    """Return the share of this session, and for how long it lasts."""
    device = device_of(request)
    return {
        "share": b64u_encode(device.share or b""),
        "idle_seconds": settings.SESPHR_IDLE_SECONDS,
        "idle_left": devices.idle_left(device),
    }


def keep_session(request: HttpRequest, member: Member) -> None:
    """Let this session outlive a change that ends the member's others; it gets another key."""
    before = str(request.session.session_key)
    update_session_auth_hash(request, member)
    devices.move(old_key=before, new_key=str(request.session.session_key))


@router.post("/session/activity", response=schemas.IdleOut)
def activity(request: HttpRequest) -> Any:
    """Say that the member is there; the call itself, as every one that writes, is the sign."""
    return {"idle_left": devices.idle_left(device_of(request))}


@router.get("/sessions", response=schemas.DevicesOut)
def sessions(request: HttpRequest) -> Any:
    """Where one is signed in."""
    here, member = device_of(request), member_of(request)
    return {"sessions": [_described(one, here) for one in devices.live(member)]}


@router.delete("/sessions/{uuid:device}", response={204: None, 429: ProblemOut})
def end(request: HttpRequest, device: UUID) -> Any:
    """End one of one's sessions; one that has ended, or never was, changes nothing."""
    devices.end_one(member=member_of(request), device=device)
    return Status(204, None)


def member_of(request: HttpRequest) -> Member:
    """Return whoever is signed in."""
    member: Member = request.auth  # type: ignore[attr-defined]
    return member


def _described(device: Device, here: Device) -> dict[str, Any]:
    return {
        "id": str(device.id),
        "current": device.id == here.id,
        "started": device.started,
        "seen": device.seen,
        "agent": {"browser": device.browser, "system": device.system},
    }
