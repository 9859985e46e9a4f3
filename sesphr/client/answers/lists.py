"""What the server answers about access lists, and what their rules stand on."""

from pydantic import BaseModel

from sesphr.client.answers.shapes import Digest, Id, Name


class Delegation(BaseModel):
    """That the nodes hold a re-encryption key."""

    member: Id
    partition: Name
    epoch: int


class Share(BaseModel):
    """That the nodes hold shares of a partition for roles."""

    partition: Name
    epoch: int


class AclState(BaseModel):
    """The list in force, who holds keys, and what roles' rules stand on."""

    acl: str | None
    delegations: list[Delegation]
    standing: list[Share]


class Lists(BaseModel):
    """All lists of an owner as signed, oldest first."""

    lists: list[str]


class InForce(BaseModel):
    """A list that the nodes took."""

    seq: int
    receipts: list[str]
    effective: bool


class Authority(BaseModel):
    """Who certifies a role, by the digest (b64u) of its key and by the name that the servers tell."""

    role: str
    issuer: Digest
    name: str


class Authorities(BaseModel):
    """Whose word the nodes take, for which roles."""

    authorities: list[Authority]
