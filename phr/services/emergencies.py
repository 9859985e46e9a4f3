"""An emergency on its way: one clinician asks, a second confirms, within three minutes.

The portal only keeps what was signed until both have: the nodes check it. A request is fresh for
three minutes, so the asker's endpoint signs a new one while it waits, and the colleague's signs
whatever stands here at that moment.
"""

from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Member, Role, State
from phr.models_notices import EmergencyRequest
from phr.relay import checked_by, digest_of
from sesphr import clock
from sesphr.crypto.errors import CryptoError
from sesphr.crypto.statements import PAST, check_fresh
from sesphr.ports.errors import Conflict, Invalid, NotFound, Refused

PURPOSE = "emergency"
REQUEST, COSIGN = "sesphr-access-request", "sesphr-emergency-cosign"
NOBODYS = (Role.OWNER, Role.ADMINISTRATOR)


def ask(*, by: UUID, statement: str, cosign: str, colleague: UUID | None) -> EmergencyRequest:
    """Keep a request with the asker's own signature of its reason; it replaces an earlier one.

    Raises:
        Invalid: they do not belong together. Refused: another member's, or not fresh.
        NotFound: there is no such colleague.
    """
    payload, signed = checked_by(statement, by, REQUEST), checked_by(cosign, by, COSIGN)
    if payload["purpose"] != PURPOSE or signed["request"] != digest_of(statement):
        raise Invalid("This is not an emergency's request with its signature.")
    _require_fresh(payload["iat"])
    if colleague is not None:
        _require_clinician(colleague, by)
    found, _ = EmergencyRequest.objects.update_or_create(
        asker=by, owner=UUID(signed["owner"]),
        defaults={
            "colleague": colleague, "digest": digest_of(statement), "statement": statement,
            "cosign": cosign, "confirmed": "", "asked": payload["iat"],
        },
    )  # fmt: skip
    return found


def confirm(*, by: UUID, request: UUID, cosign: str) -> EmergencyRequest:
    """Add the colleague's signature.

    Raises:
        NotFound: nothing waits for this member. Conflict: it was asked anew meanwhile, or is over.
    """
    found = EmergencyRequest.objects.filter(id=request, colleague=by).first()
    if found is None:
        raise NotFound("No emergency of this name waits for you.")
    signed = checked_by(cosign, by, COSIGN)
    same = EmergencyRequest.objects.filter(id=request, colleague=by, digest=signed["request"])
    # One update, so that a request that is replaced at this moment keeps no old signature.
    if found.asked < clock.now() - PAST or not same.update(confirmed=cosign):
        raise Conflict("This request has been made anew; look at it again.")
    found.refresh_from_db()
    return found


def asked_by(member: UUID) -> list[EmergencyRequest]:
    """The member's own that still stand, newest first."""
    return list(_standing().filter(asker=member))


def waiting_for(member: UUID) -> list[EmergencyRequest]:
    """What waits for this member's signature, newest first."""
    return list(_standing().filter(colleague=member, confirmed=""))


def _standing() -> QuerySet[EmergencyRequest]:
    rows = EmergencyRequest.objects.filter(asked__gte=clock.now() - PAST)
    return rows.order_by("-asked", "id")


def _require_fresh(iat: int) -> None:
    try:
        check_fresh(iat, clock.now())
    except CryptoError:
        raise Refused(
            "This request is too old or from the future; ask again.", code="expired"
        ) from None


def _require_clinician(colleague: UUID, asker: UUID) -> None:
    known = Member.objects.filter(id=colleague, state=State.AUTHORISED).exclude(role__in=NOBODYS)
    if colleague == asker or not known.exists():
        raise NotFound("There is no such colleague.")
