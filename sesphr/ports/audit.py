"""The log server's port: an append-only Merkle tree of salted commitments.

The log learns an entry's 32 octets, the opaque stream it belongs to, its
number in that stream and which server appends to it; never an event, a salt, a member's or a record's id.
"""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Entry:
    """One commitment to append: number counts a stream's entries from 1 without gaps."""

    stream: str
    number: int
    entry: bytes


@dataclass(frozen=True)
class LogProof:
    """That an entry is leaf `index` of the tree that `checkpoint` signs (RFC 9162)."""

    index: int
    size: int
    path: tuple[bytes, ...]
    checkpoint: str


class Log(Protocol):
    """An append-only log; every call may be repeated without another effect."""

    def append(self, entry: Entry) -> LogProof:
        """Append, or find the identical entry appended before, and prove it.

        A stream is the server's whose call appended to it first, as its certificate names it.

        Raises:
            Conflict: the stream has another entry at that number, or a number
                between is missing (append the earlier ones first).
            Refused: the stream is another server's.
            Invalid: the entry is malformed.
            Unavailable: the log cannot be reached.
        """

    def prove(self, stream: str, number: int) -> LogProof:
        """Prove an appended entry against the present tree; NotFound if it is not there."""

    def stream_length(self, stream: str) -> int:
        """How many entries the stream has; 0 for a stream that it does not know."""

    def checkpoint(self) -> str:
        """The signed note (C2SP tlog-checkpoint) of the present tree."""

    def consistency(self, first: int, second: int) -> tuple[bytes, ...]:
        """The RFC 9162 consistency path, 0 < first <= second <= size; Invalid otherwise."""
