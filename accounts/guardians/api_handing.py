"""The routes of handing a dependant's account over; who takes it over is nobody who signed in."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status

from accounts import mail, ratelimits
from accounts.guardians import forms, handing, offering, offers, schemas, selectors
from accounts.guardians.api import REFUSALS, guardian_of
from sesphr.web.auth import guardian_auth
from sesphr.web.bodies import APPLICATION, SMALL, takes_json
from sesphr.web.languages import wished
from sesphr.web.problems import ProblemOut

router = Router(tags=["guardians"])
COUNTED = ("code-wrong", "login-taken")
OPEN = {403: ProblemOut, 410: ProblemOut, 503: ProblemOut, **REFUSALS}


@router.post(
    "/dependants/{uuid:dependant}/hand-over",
    auth=guardian_auth,
    response={200: schemas.UntilOut, **REFUSALS},
)
@takes_json(SMALL)
def offer(request: HttpRequest, dependant: UUID, payload: schemas.OfferIn) -> Any:
    """Let whoever has a code take over a dependant's account, for 14 days."""
    made = forms.parse_offer(payload.find, payload.slot.model_dump(), dependant)
    row = offering.offer(guardian=guardian_of(request), dependant=dependant, made=made)
    return {"expires": row.expires}


@router.delete(
    "/dependants/{uuid:dependant}/hand-over",
    auth=guardian_auth,
    response={204: None, **REFUSALS},
)
def withdraw(request: HttpRequest, dependant: UUID) -> Any:
    """Make that code useless; again changes nothing."""
    offering.withdraw(guardian=guardian_of(request), dependant=dependant)
    return Status(204, None)


def _counted(request: HttpRequest, use: Callable[[], Any]) -> Any:
    """Use a code; wrong ones, and addresses that somebody has, count for the client's address."""
    limit = ratelimits.Limit("code:address", str(request.META.get("REMOTE_ADDR", "")))
    return ratelimits.counted(limit, COUNTED, use)


@router.post("/hand-over/find", response={200: schemas.WaitingOut, **OPEN})
@takes_json(SMALL)
def find(request: HttpRequest, payload: schemas.OfferFindIn) -> Any:
    """What waits for whoever has the code; it is not used by that."""

    def look() -> dict[str, Any]:
        row = offers.known(payload.find)
        offers.require_open(row)
        return selectors.offered(row)

    return _counted(request, look)


@router.post("/hand-over", response={200: schemas.TakenOverOut, **OPEN})
@takes_json(APPLICATION)
def take_over(request: HttpRequest, payload: schemas.TakeOverIn) -> Any:
    """Take a dependant's account over with keys of one's own; the same again finishes it.

    A letter with a link goes to the new address, and one to everybody who was a guardian.
    """
    terms = {"page": request.build_absolute_uri(mail.CONFIRM_PAGE), "language": wished(request)}

    def take() -> UUID:
        row = offers.known(payload.find)
        sent = payload.model_dump(exclude={"find"})
        made = forms.parse_take_over(sent, row.dependant_id)
        return handing.take_over(row=row, sent=made, **terms)

    return {"member": str(_counted(request, take))}
