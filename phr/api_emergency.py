"""The portal's routes for consent codes, emergencies and what owners are told: parse, call, answer."""

from collections.abc import Iterable
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from accounts.models import Member, Role
from phr import schemas_emergency as schemas
from phr import selectors
from phr.models_notices import EmergencyRequest, Notice
from phr.relay import known
from phr.routing import answers, asker
from phr.services import emergencies, notices
from sesphr.ports.errors import Refused
from sesphr.web.auth import authorised_auth

router = Router(auth=authorised_auth, tags=["emergencies"])
LIMIT = "emergency:member"


def _people(ids: Iterable[object]) -> dict[str, Member]:
    rows = Member.objects.filter(id__in={one for one in ids if one is not None})
    return {str(member.id): member for member in rows}


@router.get("/openable", response=answers(schemas.OpenableOut, 429))
def openable(request: HttpRequest, owner: UUID) -> schemas.OpenableOut:
    """What an owner's consent code, or an emergency, would open to the member.

    Whoever is not let in by any rule for a role sees the same as of an owner who is nobody.
    """
    member = asker(request, "request:member")
    found = known(lambda node: node.openable(str(member), str(owner)))
    name = selectors.names({str(owner)}).get(str(owner), "") if found else ""
    ways = [schemas.WayOut.of(one) for one in found]
    return schemas.OpenableOut(owner=owner, owner_name=name, ways=ways)


@router.post("/emergencies", response=answers(schemas.EmergencyOut, 404, 429))
def ask(request: HttpRequest, sent: schemas.EmergencyIn) -> schemas.EmergencyOut:
    """Ask in an emergency; asking again replaces what was asked before."""
    row = emergencies.ask(
        by=_clinician(request), statement=sent.request, cosign=sent.cosign, colleague=sent.colleague
    )
    return _shown([row])[0]


@router.get("/emergencies", response=answers(schemas.EmergenciesOut, 429))
def standing(request: HttpRequest) -> schemas.EmergenciesOut:
    """What the member asked for within the last three minutes, and what waits for a signature."""
    member = asker(request, LIMIT)
    return schemas.EmergenciesOut(
        asked=_shown(emergencies.asked_by(member)), waiting=_shown(emergencies.waiting_for(member))
    )


@router.post(
    "/emergencies/{uuid:emergency}/confirm", response=answers(schemas.EmergencyOut, 404, 409, 429)
)
def confirm(request: HttpRequest, emergency: UUID, sent: schemas.CosignIn) -> schemas.EmergencyOut:
    """Sign a colleague's request as the second clinician."""
    row = emergencies.confirm(by=_clinician(request), request=emergency, cosign=sent.cosign)
    return _shown([row])[0]


def _clinician(request: HttpRequest) -> UUID:
    """Whoever may hold a role's credential; whether one does, the nodes check."""
    member = asker(request, LIMIT)
    if request.auth.role in (Role.OWNER, Role.ADMINISTRATOR):  # type: ignore[attr-defined]
        raise Refused("Only clinicians ask in an emergency.")
    return member


def _shown(rows: list[EmergencyRequest]) -> list[schemas.EmergencyOut]:
    people = _people(one for row in rows for one in (row.owner, row.asker, row.colleague))
    # The owner's name is told to those alone whom her emergency rule lets ask.
    for row in rows:
        if not _may_ask(row):
            people.pop(str(row.owner), None)
    return [schemas.EmergencyOut.of(row, people) for row in rows]


def _may_ask(row: EmergencyRequest) -> bool:
    return bool(known(lambda node: node.openable(str(row.asker), str(row.owner))))


@router.get("/notices", response=answers(schemas.NoticesOut, 429))
def own_notices(request: HttpRequest) -> schemas.NoticesOut:
    """What the owner was told at once: codes used, and emergencies."""
    rows = notices.of_owner(asker(request, "read:member"))
    return schemas.NoticesOut(notices=_noticed(rows))


@router.post("/notices/{uuid:notice}/seen", response=answers(schemas.NoticeOut, 404, 429))
def see(request: HttpRequest, notice: UUID) -> schemas.NoticeOut:
    """Say that it was seen."""
    return _noticed([notices.see(by=asker(request, "read:member"), notice=notice)])[0]


@router.post("/notices/{uuid:notice}/review", response=answers(schemas.NoticeOut, 404, 409, 429))
def review(request: HttpRequest, notice: UUID, sent: schemas.ReviewIn) -> schemas.NoticeOut:
    """Say whether an emergency was right; to question it makes an incident for staff."""
    row = notices.review(by=asker(request, "request:member"), notice=notice, verdict=sent.verdict)
    return _noticed([row])[0]


def _noticed(rows: list[Notice]) -> list[schemas.NoticeOut]:
    people = _people(one for row in rows for one in (row.asker, *row.signers))
    return [schemas.NoticeOut.of(row, people) for row in rows]
