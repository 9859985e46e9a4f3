"""Shapes of the JSON about emergencies and about what owners are told at once."""

from typing import Any, Literal
from uuid import UUID

from ninja import Schema

from accounts.models import Member
from phr.models_notices import EmergencyRequest, Notice
from phr.schemas import Sent, SmallStatement, Statement
from sesphr.crypto import statements
from sesphr.ports.srs import Openable

People = dict[str, Member]


class WayOut(Schema):
    """What a code or an emergency would open: a record that a request may name."""

    way: str
    record: UUID
    partitions: list[str]
    signers: int

    @classmethod
    def of(cls, one: Openable) -> "WayOut":
        """From the port's form."""
        return cls(
            way=one.way,
            record=UUID(one.record),
            partitions=list(one.partitions),
            signers=one.signers,
        )


class OpenableOut(Schema):
    """The ways in which an owner's rules would let the member in; the name where there is one."""

    owner: UUID
    owner_name: str
    ways: list[WayOut]


class EmergencyIn(Sent):
    """An emergency's request, the asker's own co-signature, and who shall confirm."""

    request: Statement
    cosign: SmallStatement
    colleague: UUID | None = None


class CosignIn(Sent):
    """What a second clinician signed."""

    cosign: SmallStatement


class EmergencyOut(Schema):
    """An emergency on its way; `cosigns`: the asker's, and the colleague's once there."""

    id: UUID
    owner: UUID
    owner_name: str
    asker: UUID
    asker_name: str
    asker_role: str
    asker_checked: str
    colleague: UUID | None
    colleague_name: str
    request: str
    reason: str
    asked: int
    cosigns: list[str]

    @classmethod
    def of(cls, row: EmergencyRequest, people: People) -> "EmergencyOut":
        """With the names of those concerned."""
        asker = people.get(str(row.asker))
        return cls(
            id=row.id, owner=row.owner, owner_name=_name(people, row.owner), asker=row.asker,
            asker_name=_name(people, row.asker), asker_role="" if asker is None else asker.role,
            asker_checked="" if asker is None else asker.checked, colleague=row.colleague,
            colleague_name=_name(people, row.colleague), request=row.statement,
            reason=str(statements.payload_of_unverified(row.cosign)["reason"]), asked=row.asked,
            cosigns=[one for one in (row.cosign, row.confirmed) if one],
        )  # fmt: skip


class EmergenciesOut(Schema):
    """Those that the member asked for, and those that wait for the member's signature."""

    asked: list[EmergencyOut]
    waiting: list[EmergencyOut]


class SignerOut(Schema):
    """Who signed."""

    id: UUID
    name: str


class NoticeOut(Schema):
    """What an owner is told; times in Unix seconds."""

    id: UUID
    kind: str
    asker: UUID
    asker_name: str
    asker_role: str
    at: int
    until: int
    reason: str
    signers: list[SignerOut]
    seen: int | None
    review: str
    reviewed: int | None

    @classmethod
    def of(cls, row: Notice, people: People) -> "NoticeOut":
        """With the names of those concerned."""
        asker = people.get(str(row.asker))
        signers = [SignerOut(id=UUID(one), name=_name(people, one)) for one in row.signers]
        return cls(
            id=row.id, kind=row.kind, asker=row.asker, asker_name=_name(people, row.asker),
            asker_role="" if asker is None else asker.role, at=row.at, until=row.until,
            reason=row.reason, signers=signers, seen=row.seen, review=row.review,
            reviewed=row.reviewed,
        )  # fmt: skip


class NoticesOut(Schema):
    """An owner's notices, newest first."""

    notices: list[NoticeOut]


class ReviewIn(Sent):
    """What an owner says of an emergency."""

    verdict: Literal["right", "questioned"]


def _name(people: People, member: Any) -> str:
    found = people.get(str(member))
    return "" if found is None else found.name
