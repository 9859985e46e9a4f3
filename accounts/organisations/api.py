"""Routes of organisations for their administrators: staff, departments, codes, leavers.

Whoever does not administer an organisation is answered as if there were none.
"""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Status
from pydantic import Field

from accounts import ratelimits
from accounts.guardians import ending
from accounts.models import Department, Member, Organisation, Post
from accounts.organisations import codes, departments, leaving, presenters, schemas, selectors
from accounts.organisations.codes import Enrolment
from accounts.organisations.selectors import Wanted
from sesphr.ports.errors import NotFound
from sesphr.web.auth import authorised_auth
from sesphr.web.bodies import SMALL, takes_json
from sesphr.web.problems import ProblemOut

router = Router(auth=authorised_auth, tags=["organisations"])
REFUSALS = dict.fromkeys((401, 403, 404, 409, 422, 429, 503), ProblemOut)


def _mine(request: HttpRequest, organisation: UUID) -> tuple[Member, Organisation]:
    """Whoever asks, and the organisation, which they administer."""
    member: Member = request.auth  # type: ignore[attr-defined]
    ratelimits.spend("organisation:member", str(member.pk))
    return member, selectors.administered_by(member, organisation)


@router.get("/{uuid:organisation}", response={200: schemas.OrganisationOut, **REFUSALS})
def organisation(request: HttpRequest, organisation: UUID) -> Any:
    """An organisation with its departments."""
    _, row = _mine(request, organisation)
    found = [presenters.department(one) for one in row.departments.order_by("name", "id")]
    return {**presenters.place(row), "departments": found}


@router.post("/{uuid:organisation}/departments", response={200: schemas.DepartmentOut, **REFUSALS})
@takes_json(SMALL)
def add_department(request: HttpRequest, organisation: UUID, payload: schemas.DepartmentIn) -> Any:
    """Add a department; the same again changes nothing."""
    _, row = _mine(request, organisation)
    made = departments.add(row, name=payload.name, speciality=payload.speciality)
    return presenters.department(made)


@router.get("/{uuid:organisation}/staff", response={200: schemas.StaffPageOut, **REFUSALS})
def staff(
    request: HttpRequest, organisation: UUID,
    text: Annotated[str, Query(max_length=200)] = "",
    department: UUID | None = None,
    state: Literal["", "current", "leaving", "left"] = "",
    page: Annotated[int, Field(ge=0, le=10_000)] = 0,
) -> Any:  # fmt: skip
    """Who works there and who left, a page of 50."""
    _, row = _mine(request, organisation)
    found = selectors.staff(row, Wanted(text, department, state), page)
    rows = [presenters.staff(one) for one in found.posts]
    return {"staff": rows, "total": found.total, "more": found.more}


@router.get(
    "/{uuid:organisation}/staff/{uuid:post}/removal",
    response={200: schemas.RemovalOut, **REFUSALS},
)
def removal(request: HttpRequest, organisation: UUID, post: UUID) -> Any:
    """What removing somebody would mean now."""
    _, row = _mine(request, organisation)
    found = selectors.post_of(row, post)
    others = Post.objects.filter(member=found.member_id, current=True).exclude(pk=found.pk).count()
    ends = leaving.would_end(found)
    acts_for = ending.sole(found.member_id).count() if ends else 0
    return {"ends_membership": ends, "elsewhere": others, "acts_for": acts_for}


@router.post(
    "/{uuid:organisation}/staff/{uuid:post}/removal", response={200: schemas.StaffOut, **REFUSALS}
)
def remove(request: HttpRequest, organisation: UUID, post: UUID) -> Any:
    """Remove somebody; again goes on with what a node has not confirmed."""
    member, row = _mine(request, organisation)
    leaving.remove(organisation=row.pk, post=post, by=member)
    return presenters.staff(selectors.post_of(row, post))


@router.get("/{uuid:organisation}/codes", response={200: schemas.CodesOut, **REFUSALS})
def outstanding(request: HttpRequest, organisation: UUID) -> Any:
    """Codes that can still be used."""
    _, row = _mine(request, organisation)
    return {"codes": [presenters.code(one) for one in codes.outstanding(row.pk)]}


@router.post("/{uuid:organisation}/codes", response={200: schemas.NewCodeOut, **REFUSALS})
@takes_json(SMALL)
def issue(request: HttpRequest, organisation: UUID, payload: schemas.NewCodeIn) -> Any:
    """Issue a code; it is in this answer and nowhere else."""
    member, row = _mine(request, organisation)
    who = Enrolment(
        name=payload.name, role=payload.role, department=_department(row, payload.department),
        title=payload.title, email=codes.checked_email(payload.email),
        administrator=payload.administrator,
    )  # fmt: skip
    made = codes.issue(
        organisation=row, who=who, by=f"{member.login} ({row.name})"[:254], issuer=member,
        days=payload.days,
    )  # fmt: skip
    return {**presenters.code(made.row), "code": made.text}


def _department(row: Organisation, named: str | None) -> Department | None:
    if named is None:
        return None
    found = next((one for one in row.departments.all() if str(one.pk) == named), None)
    if found is None:
        raise NotFound("There is no such department in this organisation.")
    return found


@router.delete("/{uuid:organisation}/codes/{uuid:code}", response={204: None, **REFUSALS})
def withdraw(request: HttpRequest, organisation: UUID, code: UUID) -> Any:
    """Make a code useless."""
    member, row = _mine(request, organisation)
    codes.withdraw(organisation=row, code=code, by=member)
    return Status(204, None)
