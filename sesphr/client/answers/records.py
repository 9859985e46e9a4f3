"""What the server answers about records and their files."""

from pydantic import BaseModel

from sesphr.client.answers.shapes import Id, Name


class Attachment(BaseModel):
    """A cipher stream as the cloud measured it."""

    size: int
    root: str


class Deposited(BaseModel):
    """An acknowledged version."""

    record: Id
    version: int
    receipts: list[str]


class RecordView(BaseModel):
    """A record in a list; `manifest` is its newest version's digest (b64u)."""

    record: Id
    owner: Id
    owner_name: str
    version: int
    manifest: str
    date: int
    partitions: list[Name]
    purpose: Name = "treatment"


class Records(BaseModel):
    """Records, oldest first."""

    records: list[RecordView]
