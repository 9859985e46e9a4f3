"""The routes of guardians and dependants; all are a guardian's own, never a dependant's.

What gives out or takes a sealed seed wants a session with a second factor.
"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status

from accounts import ratelimits
from accounts import selectors as accounts
from accounts.errors import SecondFactorNeeded
from accounts.guardians import applications, invitations, schemas, selectors, services
from accounts.middleware import device_of
from accounts.models import Guardianship, Member
from sesphr.crypto.encoding import check_login
from sesphr.web.auth import guardian_auth, own_auth, person_auth
from sesphr.web.bodies import APPLICATION, SMALL, takes_json
from sesphr.web.problems import ProblemOut

router = Router(auth=guardian_auth, tags=["guardians"])
REFUSALS = {404: ProblemOut, 409: ProblemOut, 422: ProblemOut, 429: ProblemOut}


def _self(request: HttpRequest, limit: str = "guardian:member") -> Member:
    member: Member = request.auth  # type: ignore[attr-defined]
    ratelimits.spend(limit, str(member.id))
    return member


def guardian_of(request: HttpRequest, limit: str = "guardian:member") -> Member:
    """Whoever signed in, if it was with a second factor.

    Raises:
        Problem: 403 `second-factor-needed`.
    """
    member = _self(request, limit)
    if not member.is_verified():  # type: ignore[attr-defined]
        raise SecondFactorNeeded
    return member


@router.get("/dependants", auth=own_auth, response={200: schemas.DependantsOut, 429: ProblemOut})
def dependants(request: HttpRequest) -> Any:
    """For whom one acts, and who asks one to."""
    member = _self(request)
    return {
        "dependants": selectors.dependants(member),
        "invitations": selectors.invitations(member),
        "ready": selectors.is_ready(member),
    }


@router.post("/dependants", auth=person_auth, response={200: schemas.DependantId, **REFUSALS})
@takes_json(APPLICATION)
def register(request: HttpRequest, payload: schemas.DependantIn) -> Any:
    """Register a dependant with its own keys; an administrator authorises it as everybody."""
    made = applications.parse(
        login=payload.login,
        name=payload.name,
        registration=payload.registration,
        slot=payload.slot.model_dump(),
    )
    found = services.register(guardian=guardian_of(request), dependant=made)
    return {"member": str(found.id), "state": found.state}


@router.post("/dependants/{uuid:dependant}/act", response={200: schemas.ActOut, **REFUSALS})
def act(request: HttpRequest, dependant: UUID) -> Any:
    """Act for a dependant on this device from now on; gives out this guardian's own slot."""
    row = services.act(
        guardian=guardian_of(request), device=device_of(request), dependant=dependant
    )
    return {"member": accounts.me(row.dependant), "slot": applications.public(row)}


@router.get("/dependants/{uuid:dependant}/slot", response={200: schemas.SlotOut, **REFUSALS})
def slot(request: HttpRequest, dependant: UUID) -> Any:
    """This guardian's own slot of a dependant, for sealing the seed to a further guardian."""
    row = services.slot_of(guardian=guardian_of(request), dependant=dependant)
    return {"slot": applications.public(row), "registrations": accounts.registrations(dependant)}


@router.delete("/acting", auth=own_auth, response={204: None})
def stop(request: HttpRequest) -> Any:
    """Act for oneself again on this device; again changes nothing."""
    services.stop_acting(device=device_of(request))
    return Status(204, None)


@router.put("/guardian-key", auth=person_auth, response={200: schemas.ReadyOut, **REFUSALS})
@takes_json(SMALL)
def publish_key(request: HttpRequest, payload: schemas.KeyIn) -> Any:
    """Let oneself be found, by exact login, as a second guardian."""
    services.publish_key(member=guardian_of(request), statement=payload.statement)
    return {"ready": True}


@router.delete("/guardian-key", auth=own_auth, response={200: schemas.ReadyOut, 429: ProblemOut})
def withdraw_key(request: HttpRequest) -> Any:
    """Let oneself be found no more."""
    services.withdraw_key(member=_self(request))
    return {"ready": False}


@router.post("/guardian-keys", response={200: schemas.FoundOut, **REFUSALS})
@takes_json(SMALL)
def find(request: HttpRequest, payload: schemas.FindIn) -> Any:
    """Find somebody who lets themselves be found as a guardian, by exact login."""
    check_login(payload.login)
    guardian_of(request, "directory:member")
    return selectors.ready(payload.login)


@router.post(
    "/dependants/{uuid:dependant}/guardians", response={200: schemas.GuardianshipOut, **REFUSALS}
)
@takes_json(SMALL)
def invite(request: HttpRequest, dependant: UUID, payload: schemas.InviteIn) -> Any:
    """Invite a further guardian, with the dependant's seed sealed to him and a signed statement of it."""
    row = services.invite(
        by=guardian_of(request),
        dependant=dependant,
        invitation=invitations.parse(payload.model_dump()),
    )
    return {"id": str(row.id)}


@router.post(
    "/guardianships/{uuid:guardianship}/accept",
    auth=person_auth,
    response={200: schemas.GuardianshipOut, **REFUSALS},
)
@takes_json(SMALL)
def accept(request: HttpRequest, guardianship: UUID, payload: schemas.GuardianSlotIn) -> Any:
    """Accept an invitation, with a slot of one's own."""
    member = guardian_of(request)
    invited = Guardianship.objects.filter(pk=guardianship, guardian=member).first()
    dependant = UUID(payload.slot.member) if invited is None else invited.dependant_id
    slot = applications.parse_slot(payload.slot.model_dump(), dependant)
    row = services.accept(guardian=member, guardianship=guardianship, slot=slot)
    return {"id": str(row.id)}


@router.post(
    "/guardianships/{uuid:guardianship}/end",
    auth=own_auth,
    response={200: schemas.GuardianshipOut, **REFUSALS},
)
def end(request: HttpRequest, guardianship: UUID) -> Any:
    """Decline, leave, or remove a guardian whom one invited; again changes nothing."""
    services.end(by=_self(request), guardianship=guardianship)
    return {"id": str(guardianship)}
