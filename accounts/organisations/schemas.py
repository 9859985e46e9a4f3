"""The JSON of organisations and the directory; times in Unix seconds."""

from typing import Annotated, Literal, Self
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field, model_validator

from accounts.organisations.codes import DAYS, MOST_DAYS
from accounts.schemas import Strict

Code = Annotated[str, Field(min_length=1, max_length=64, description="of the printed letter")]
EnrolledRole = Literal["physician", "nurse", "pharmacist", "insurer", "researcher"]
Short = Annotated[str, Field(max_length=200)]


class ActivationCodeIn(Strict):
    """An activation code."""

    code: Code


class PlaceOut(Schema):
    """An organisation and where it is."""

    id: UUID
    name: str
    kind: str
    street: str
    city: str
    postcode: str
    country: str


class DepartmentOut(Schema):
    """A part of an organisation; `snomed` is the speciality's code in SNOMED CT."""

    id: UUID
    name: str
    speciality: str
    snomed: str


class OfferOut(Schema):
    """For whom a code is."""

    organisation: str
    department: str
    name: str
    role: EnrolledRole
    title: str
    email: str
    expires: int


class PostOut(Schema):
    """Where somebody works, as others see it."""

    organisation: str
    city: str
    department: str
    speciality: str
    title: str


class OwnPostOut(PostOut):
    """The same for oneself; `administers`: the id of the organisation if one administers it."""

    since: int
    administers: UUID | None


class WorkOut(Schema):
    """What a member decides of being found and told, and where they work."""

    listed: bool
    notified: bool
    posts: list[OwnPostOut]


class WorkIn(Strict):
    """Decisions, at least one; what is left out stays."""

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra={"minProperties": 1})

    listed: bool | None = None
    notified: bool | None = None

    @model_validator(mode="after")
    def _decides(self) -> Self:  # noqa: N804 -- a method, as pydantic wants it
        if not self.model_fields_set:
            raise ValueError("Say what you decide.")
        return self


class ProviderOut(Schema):
    """A professional who agreed to be found."""

    member: UUID
    name: str
    role: str
    login: str
    posts: list[PostOut]


class ProvidersOut(Schema):
    """A page of them; `too_many`: say more about whom you look for."""

    providers: list[ProviderOut]
    more: bool
    too_many: bool


class OrganisationOut(PlaceOut):
    """An organisation for its administrator."""

    departments: list[DepartmentOut]


class DepartmentIn(Strict):
    """A new department."""

    name: str = Field(min_length=1, max_length=200)
    speciality: str = Field(min_length=1, max_length=32)


class LeavingOut(Schema):
    """How a post ended: `receipts` are what the nodes signed, `verified` how many of them hold, of
    `nodes`; none where the membership goes on."""

    ends_membership: bool
    asked: int
    by: str
    receipts: list[str]
    verified: int
    nodes: int
    finished: int | None


class StaffOut(Schema):
    """Somebody's post; `acts_for`: of how many people a leaver is the guardian still, as the only one."""

    id: UUID
    member: UUID
    name: str
    login: str
    role: str
    member_state: str
    department: str
    title: str
    administrator: bool
    since: int
    until: int | None
    state: Literal["current", "leaving", "left"]
    leaving: LeavingOut | None
    acts_for: int


class StaffPageOut(Schema):
    """A page of staff."""

    staff: list[StaffOut]
    total: int
    more: bool


class RemovalOut(Schema):
    """What removing somebody would mean: whether the membership ends, where else they work, and for how
    many people who have no other guardian they act on nevertheless."""

    ends_membership: bool
    elsewhere: int
    acts_for: int


class NewCodeIn(Strict):
    """For whom a code is to be."""

    name: str = Field(min_length=1, max_length=200)
    role: EnrolledRole
    department: str | None = Field(default=None, max_length=36)
    title: Short = ""
    email: str = Field(default="", max_length=254)
    administrator: bool = False
    days: int = Field(default=DAYS, ge=1, le=MOST_DAYS)


class CodeOut(Schema):
    """A code that can still be used, without the code itself."""

    id: UUID
    name: str
    role: str
    department: str
    title: str
    email: str
    administrator: bool
    issued: int
    issued_by: str
    expires: int


class NewCodeOut(CodeOut):
    """A new one with the code, which is shown only here."""

    code: str


class CodesOut(Schema):
    """All that are outstanding."""

    codes: list[CodeOut]


class LeaverOut(Schema):
    """That somebody with whom an owner shares has left; `finished` once every node confirmed."""

    id: UUID
    member: UUID
    name: str
    role: str
    organisation: str
    time: int
    ends_membership: bool
    finished: bool


class LeaversOut(Schema):
    """What was not dismissed, the newest first."""

    notices: list[LeaverOut]
