"""What the server answers about role credentials."""

from pydantic import BaseModel

from sesphr.client.answers.shapes import Name


class TakenCredential(BaseModel):
    """A receipt of each key node that took a credential."""

    receipts: list[str]
    nodes: int


class SaidOfCredential(BaseModel):
    """What the key nodes with these indexes say of a credential; times in Unix seconds."""

    role: Name
    issuer: str
    issuer_name: str
    organisation: str
    valid_from: int
    valid_until: int
    revoked: bool
    nodes: list[int]


class Credentials(BaseModel):
    """What the key nodes say, those that say the same together."""

    said: list[SaidOfCredential]
