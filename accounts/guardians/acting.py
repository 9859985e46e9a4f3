"""For whom a session acts: its member, or a dependant of theirs, chosen on that device.

Looked up anew at every request: whoever is removed or suspended acts for nobody from then on. What
is written in the name of a dependant is an event in the dependant's stream, committed before
it is done, that names the guardian.
"""

import re

from django.http import HttpRequest

from accounts import events
from accounts.guardians import naming
from accounts.guardians.models import Guardianship
from accounts.models import Device, Member, State
from sesphr.web.problems import Problem

HEADER = "X-Acting-For"
SAFE = ("GET", "HEAD", "OPTIONS")
CLOSED = (State.SUSPENDED, State.DEPARTED)
# What is done by many calls is told by the one that ends it; looking up changes nothing.
UNTOLD = re.compile(r"/api/(attachments/.*|directory|integrity-reports)")
ACTS = {
    "/api/deposits": "deposit", "/api/acl": "list", "/api/access": "open",
    "/api/key-requests": "request", "/api/registrations": "keys",
}  # fmt: skip
DECLINE = re.compile(r"/api/key-requests/[^/]+/decline")


class ActingEnded(Problem):
    """Whom the session acted for is nobody's dependant of its member any more."""

    def __init__(self) -> None:
        detail = "You do not act for this person any more. Go back to your own account."
        super().__init__(403, "acting-ended", detail)


class ActingChanged(Problem):
    """The page was made for somebody else than this session acts for now."""

    def __init__(self) -> None:
        detail = "This session acts for somebody else by now. Load the page again."
        super().__init__(409, "acting-changed", detail)


def of_request(request: HttpRequest) -> Guardianship | None:
    """For which dependant a request acts, if for one; None too when that has ended."""
    if not hasattr(request, "_guardianship"):
        request._guardianship = _look_up(request)  # type: ignore[attr-defined]
    found: Guardianship | None = request._guardianship  # type: ignore[attr-defined]
    return found


def _look_up(request: HttpRequest) -> Guardianship | None:
    device: Device | None = getattr(request, "device", None)
    if device is None or device.acting_id is None or not request.user.is_authenticated:
        return None
    rows = Guardianship.objects.select_related("dependant", "guardian")
    found = rows.filter(pk=device.acting_id, guardian=request.user.pk).first()
    return found if found is not None and _may_act(request, found) else None


def _may_act(request: HttpRequest, found: Guardianship) -> bool:
    verified = getattr(request.user, "is_verified", None)
    return (
        bool(found.live)
        and found.since is not None
        and found.guardian.may_act
        and found.dependant.state not in CLOSED
        and verified is not None
        and bool(verified())
    )


def member_of(request: HttpRequest, user: Member) -> Member:
    """In whose name the API answers this request.

    Raises:
        ActingEnded: the session acts for somebody for whom it may not any more.
        ActingChanged: the endpoint takes it for somebody else's than it is now.
    """
    found = of_request(request)
    device: Device | None = getattr(request, "device", None)
    if found is None and device is not None and device.acting_id is not None:
        raise ActingEnded
    if request.headers.get(HEADER, "") != (str(found.dependant_id) if found else ""):
        raise ActingChanged
    if found is None:
        return user
    naming.remember(found.dependant_id, found.guardian_id)
    tell(request, found)
    return found.dependant


def tell(request: HttpRequest, found: Guardianship) -> None:
    """Commit that the guardian is about to do what this request asks."""
    path = request.path
    if request.method in SAFE or UNTOLD.fullmatch(path):
        return
    action = "decline" if DECLINE.fullmatch(path) else ACTS.get(path, "other")
    events.record(found.dependant_id, "guardian-acts", action=action)


def counted(request: HttpRequest) -> str:
    """Whom rate limits count: the person at the screen."""
    return str(request.user.pk)
