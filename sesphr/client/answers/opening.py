"""What the server answers to an access request."""

from pydantic import BaseModel

from sesphr.client.answers.shapes import Name


class Proof(BaseModel):
    """That an entry is leaf `index` of the tree that `checkpoint` signs."""

    index: int
    size: int
    path: list[str]
    checkpoint: str


class NodeAnswer(BaseModel):
    """One node's signed answer with tickets and log proofs."""

    answer: str
    tickets: list[str]
    proofs: list[Proof]


class CloudObject(BaseModel):
    """What the cloud gave: base64 octets."""

    digest: str
    manifest: str
    document: str | None
    partitions: dict[Name, str]
    accept: str | None = None


class Access(BaseModel):
    """All that an opening needs."""

    answers: list[NodeAnswer]
    objects: list[CloudObject]
