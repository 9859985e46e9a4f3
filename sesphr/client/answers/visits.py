"""What the server answers about codes and emergencies."""

from pydantic import BaseModel

from sesphr.client.answers.shapes import Id, Name


class Openable(BaseModel):
    """What a code or an emergency would open: a record that a request may name."""

    way: str
    record: Id
    partitions: list[Name]
    signers: int


class Ways(BaseModel):
    """The ways in which an owner's rules would let one in."""

    owner: Id
    owner_name: str
    ways: list[Openable]


class Emergency(BaseModel):
    """An emergency on its way; `cosigns`: the asker's, and the colleague's once there."""

    id: Id
    owner: Id
    owner_name: str
    asker: Id
    asker_name: str
    asker_role: str
    colleague_name: str
    request: str
    reason: str
    asked: int
    cosigns: list[str]


class Emergencies(BaseModel):
    """Those that one asked for, and those that wait for one's signature."""

    asked: list[Emergency]
    waiting: list[Emergency]


class Signer(BaseModel):
    """Who signed."""

    id: Id
    name: str


class Notice(BaseModel):
    """What an owner was told at once."""

    id: Id
    kind: str
    asker: Id
    asker_name: str
    asker_role: str
    at: int
    until: int
    reason: str
    signers: list[Signer]
    seen: int | None
    review: str
    reviewed: int | None


class Notices(BaseModel):
    """Newest first."""

    notices: list[Notice]
