"""The shapes of what the server answers about adding to others' records; as `answers`."""

from pydantic import BaseModel

from sesphr.client.answers.shapes import Id, Name


class Addable(BaseModel):
    """To which partitions of an owner's records one may add now."""

    owner: Id
    owner_name: str
    partitions: list[Name]


class Addables(BaseModel):
    """The owners who let one add."""

    addable: list[Addable]


class Proposal(BaseModel):
    """What somebody added to one's records, unanswered."""

    record: Id
    author: Id
    author_name: str
    author_login: str
    author_role: str
    author_checked: str
    manifest: str
    digest: str
    offered: int
    partitions: list[Name]


class Offered(BaseModel):
    """What one added to somebody's records."""

    record: Id
    owner: Id
    owner_name: str
    offered: int
    state: str
    answered: int | None


class Proposals(BaseModel):
    """What others added, and what one added."""

    incoming: list[Proposal]
    outgoing: list[Offered]


class ProposalAnswered(BaseModel):
    """What became of a proposal, and the nodes' receipts."""

    record: Id
    state: str
    receipts: list[str]
