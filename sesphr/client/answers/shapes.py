"""What the shapes of answers share: how ids, names and digests are written, and an answer without use."""

from typing import Annotated

from pydantic import BaseModel, Field

Id = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Name = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,32}$")]
Digest = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]


class Anything(BaseModel):
    """An answer of which nothing is used."""


class Receipts(BaseModel):
    """A signed receipt of each node."""

    receipts: list[str]
