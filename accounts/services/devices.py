"""Where a member is signed in: each session's share, and its end after idle time.

The server's clock counts. Rows change by single conditional statements, never by
reading and saving, so that concurrent requests neither wake an ended session
nor lose a share; the session's own row is not written between sign-in and end.
"""

import hashlib
import secrets
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from accounts.agents import Agent
from accounts.models import Device, Member
from sesphr import clock

SHARE = 32
CLEAN_AT_ONCE = 100
LISTED = 100


def hashed(session_key: str) -> bytes:
    """Return the name of a session's device, 32 octets; it does not lead back to the session."""
    return hashlib.sha256(session_key.encode()).digest()


def idle_since() -> int:
    """Return the last moment (Unix seconds) at which whoever was seen last is idle now."""
    return clock.now() - int(settings.SESPHR_IDLE_SECONDS)


def idle_left(device: Device) -> int:
    """Return after how many seconds without a sign the session ends; 0 when it has ended."""
    return max(0, device.seen - idle_since())


def start(*, member: Member, session_key: str, agent: Agent) -> Device:
    """Note that a member signed in, with a fresh share; tidy what others left."""
    _tidy()
    name, now = hashed(session_key), clock.now()
    Device.objects.filter(session=name).delete()
    return Device.objects.create(
        member=member, session=name, share=secrets.token_bytes(SHARE), started=now, seen=now,
        browser=agent.browser, system=agent.system,
    )  # fmt: skip


def find(session_key: str) -> Device | None:
    """Return a session's device; one without a share has ended, for which idleness is the reason."""
    device = Device.objects.filter(session=hashed(session_key)).first()
    if device is None or device.share is None or device.seen > idle_since():
        return device
    if _drop_share(device.pk):
        device.share = None
        return device
    # A sign of the member came just in time, or the session was ended.
    return Device.objects.filter(pk=device.pk).first()


def touch(device: Device) -> bool:
    """Note a sign of its member; False when it came too late or the session has ended."""
    now = clock.now()
    if device.seen >= now:
        return True
    live = _live().filter(pk=device.pk)
    # The clock may have been set back meanwhile; a session never loses time by being used.
    if live.filter(seen__lte=now).update(seen=now) or live.exists():
        device.seen = now
        return True
    _drop_share(device.pk)
    return False


def move(*, old_key: str, new_key: str) -> None:
    """Follow a session that got another key."""
    Device.objects.filter(session=hashed(old_key)).update(session=hashed(new_key))


def end(session_key: str) -> None:
    """Drop the share of a session that ends."""
    Device.objects.filter(session=hashed(session_key)).delete()


def end_one(*, member: Member, device: UUID) -> None:
    """End a session of a member, wherever it is; one that has ended already stays so."""
    Device.objects.filter(member=member, pk=device).delete()


def end_all(member: UUID, *, keep: bytes | None = None) -> None:
    """End all sessions of a member but the one of this name."""
    Device.objects.filter(member=member).exclude(session=keep or b"").delete()


def live(member: Member) -> list[Device]:
    """Return where a member is signed in, the one seen last first; the newest hundred."""
    return list(_live().filter(member=member).order_by("-seen", "-started", "id")[:LISTED])


def _live() -> QuerySet[Device]:
    return Device.objects.filter(share__isnull=False, seen__gt=idle_since())


def _drop_share(pk: UUID) -> bool:
    """Drop a session's share if it is idle now; whether there is such a session."""
    return bool(Device.objects.filter(pk=pk, seen__lte=idle_since()).update(share=None))


def _tidy() -> None:
    """Drop the shares of some sessions that were left alone, and rows of sessions long expired."""
    idle = Device.objects.filter(share__isnull=False, seen__lte=idle_since()).order_by("seen")
    for pk in list(idle.values_list("pk", flat=True)[:CLEAN_AT_ONCE]):
        _drop_share(pk)
    expired = Device.objects.filter(seen__lt=clock.now() - settings.SESSION_COOKIE_AGE)
    for pk in list(expired.order_by("seen").values_list("pk", flat=True)[:CLEAN_AT_ONCE]):
        Device.objects.filter(pk=pk).delete()
