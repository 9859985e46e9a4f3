"""What the server answers about the log."""

from typing import Any

from pydantic import BaseModel

from sesphr.client.answers.opening import Proof
from sesphr.client.answers.shapes import Id


class Event(BaseModel):
    """An event with its salt (b64u) and, once the log has it, the proof."""

    number: int
    event: dict[str, Any]
    salt: str
    proof: Proof | None


class Stream(BaseModel):
    """A page of one server's events; `stream` is None for a server that has none yet, or that is
    not `reachable`."""

    source: str
    stream: Id | None
    length: int
    events: list[Event]
    reachable: bool = True


class Activity(BaseModel):
    """A member's events, and the tree's present checkpoint."""

    streams: list[Stream]
    checkpoint: str


class Consistency(BaseModel):
    """An RFC 9162 consistency path."""

    path: list[str]
    checkpoint: str
