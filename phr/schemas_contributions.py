"""Shapes of the portal's JSON about adding to another's records; as `schemas`."""

from uuid import UUID

from ninja import Schema

from phr.schemas import Sent, SmallStatement


class AddableOut(Schema):
    """To which partitions of an owner's records the member may add now."""

    owner: UUID
    owner_name: str
    partitions: list[str]


class AddablesOut(Schema):
    """The owners who let the member add."""

    addable: list[AddableOut]


class ProposalOut(Schema):
    """What somebody added and its owner has not answered; `manifest` is the author's JWS."""

    record: UUID
    author: UUID
    author_name: str
    author_login: str
    author_role: str
    author_checked: str
    manifest: str
    digest: str
    offered: int
    partitions: list[str]


class OfferedOut(Schema):
    """What the member added to somebody's records, and what became of it."""

    record: UUID
    owner: UUID
    owner_name: str
    offered: int
    state: str
    answered: int | None


class ProposalsOut(Schema):
    """What waits for the member's answer, oldest first; what the member added, newest first."""

    incoming: list[ProposalOut]
    outgoing: list[OfferedOut]


class AcceptIn(Sent):
    """The owner's signed accept, with k of each partition wrapped under her keys."""

    accept: SmallStatement


class DeclineIn(Sent):
    """The owner's signed deletion."""

    deletion: SmallStatement


class AnsweredOut(Schema):
    """What became of a proposal, and the nodes' receipts."""

    record: UUID
    state: str
    receipts: list[str]
