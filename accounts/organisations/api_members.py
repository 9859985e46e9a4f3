"""Routes for every member: using a code, one's own work, the directory, notices of leavers."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Status
from pydantic import Field

from accounts import ratelimits
from accounts.models import Member
from accounts.organisations import (
    codes,
    directory,
    enrolling,
    leaving,
    presenters,
    schemas,
    selectors,
)
from accounts.organisations.directory import Search
from accounts.services.profile import choose_notices
from sesphr.web.auth import authorised_auth, member_auth
from sesphr.web.bodies import SMALL, takes_json
from sesphr.web.problems import ProblemOut

router = Router(tags=["organisations"])
REFUSALS = dict.fromkeys((401, 403, 404, 409, 422, 429, 503), ProblemOut)


def counted_if_wrong(request: HttpRequest, use: Callable[[], Any]) -> Any:
    """Use a code; only those that nobody issued count against the limit of the address.

    Whoever has a right one needs no guesses: what else is refused, and an outage, is no wrong code.
    """
    limit = ratelimits.Limit("code:address", str(request.META.get("REMOTE_ADDR", "")))
    return ratelimits.counted(limit, ("code-wrong",), use)


def _member(request: HttpRequest) -> Member:
    member: Member = request.auth  # type: ignore[attr-defined]
    return member


@router.post("/activation", response={200: schemas.OfferOut, **REFUSALS})
@takes_json(SMALL)
def offer(request: HttpRequest, payload: schemas.ActivationCodeIn) -> Any:
    """For whom a code is, to whoever has it; it is not used by that."""
    return presenters.offer(counted_if_wrong(request, lambda: codes.look(payload.code)))


@router.post("/activation/join", auth=member_auth, response={200: schemas.WorkOut, **REFUSALS})
@takes_json(SMALL)
def join(request: HttpRequest, payload: schemas.ActivationCodeIn) -> Any:
    """Use a code with the account that one has."""
    member = _member(request)
    counted_if_wrong(request, lambda: enrolling.join(member=member, typed=payload.code))
    return _work(Member.objects.get(pk=member.pk))


@router.get("/work", auth=member_auth, response={200: schemas.WorkOut, **REFUSALS})
def work(request: HttpRequest) -> Any:
    """Where one works, whether one may be found, and whether one wants letters."""
    return _work(_member(request))


@router.put("/work", auth=member_auth, response={200: schemas.WorkOut, **REFUSALS})
@takes_json(SMALL)
def change_work(request: HttpRequest, payload: schemas.WorkIn) -> Any:
    """Decide whether one may be found, and whether one wants letters."""
    member = _member(request)
    choose_notices(member=member, listed=payload.listed, notified=payload.notified)
    return _work(Member.objects.get(pk=member.pk))


def _work(member: Member) -> dict[str, Any]:
    posts = [presenters.own_post(one) for one in selectors.posts_of(member)]
    return {"listed": member.listed, "notified": member.notified, "posts": posts}


@router.get("/providers", auth=authorised_auth, response={200: schemas.ProvidersOut, **REFUSALS})
def providers(
    request: HttpRequest,
    name: Annotated[str, Query(max_length=200)] = "",
    speciality: Annotated[str, Query(max_length=32)] = "",
    place: Annotated[str, Query(max_length=200)] = "",
    page: Annotated[int, Field(ge=0, le=100)] = 0,
) -> Any:
    """Professionals who agreed to be found, by name, speciality and place."""
    ratelimits.spend("search:member", str(_member(request).pk))
    found = directory.find(Search(name, speciality, place), page)
    listed = [_provider(one) for one in found.members]
    return {"providers": listed, "more": found.more, "too_many": found.too_many}


def _provider(member: Any) -> dict[str, Any]:
    posts = [presenters.post(one) for one in member.present]
    names = ("name", "role", "login")
    return {"member": member.pk, **{name: getattr(member, name) for name in names}, "posts": posts}


@router.get("/leavers", auth=authorised_auth, response={200: schemas.LeaversOut, **REFUSALS})
def notices(request: HttpRequest) -> Any:
    """Who left of those with whom the member shares."""
    return {"notices": [presenters.notice(one) for one in selectors.notices_to(_member(request))]}


@router.delete("/leavers/{uuid:notice}", auth=authorised_auth, response={204: None, **REFUSALS})
def dismiss(request: HttpRequest, notice: UUID) -> Any:
    """Take a notice off the home page."""
    leaving.dismiss(owner=_member(request), notice=notice)
    return Status(204, None)
