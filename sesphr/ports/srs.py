"""One SRS node's port: registration, deposits, access control, re-encryption.

A node holds public keys, access control lists, R parameters and re-encryption
keys. It never sees plaintext, ciphertext or a seed. Statements cross as the
compact JWS that the member signed; a node checks each for itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from sesphr.ports.audit import LogProof


@dataclass(frozen=True)
class Sealed:
    """An HPKE ciphertext for one node: encapsulated key (32 octets) and ciphertext."""

    enc: bytes
    ciphertext: bytes


@dataclass(frozen=True)
class Deposit:
    """A signed manifest and, per partition, R || proof (48 + 80 octets) sealed to this node."""

    manifest: str
    sealed: Mapping[str, Sealed]


@dataclass(frozen=True)
class Access:
    """A node's signed answer, a ticket for each owner, and the log's proofs, in the
    order of the answer's `log` member."""

    answer: str
    tickets: tuple[str, ...]
    proofs: tuple[LogProof, ...]


@dataclass(frozen=True)
class RecordView:
    """What a member may know of a record: ids, head version and digest (b64u), date, the partitions
    that an opening would give now (for its owner: all).

    `until` says when the rules that allow them end (Unix seconds), for those partitions whose
    rule has an end; another rule may go on beyond it.
    """

    record: str
    owner: str
    version: int
    manifest: str
    date: int
    partitions: tuple[str, ...]
    until: Mapping[str, int]


@dataclass(frozen=True)
class EventView:
    """One event of a member's stream with what is needed to check it against the log."""

    stream: str
    number: int
    event: Mapping[str, object]
    salt: bytes
    proof: LogProof | None


class SrsNode(Protocol):
    """A node; every write may be repeated and gives the identical answer again."""

    index: int

    def register(self, registration: str) -> str:
        """Take a signed registration (the first, or one that adds partition keys); a receipt.

        Raises: Invalid (signature, proofs), Conflict (another registration has that seq).
        """

    def registrations(self, member: str) -> tuple[str, ...]:
        """All registrations of a member in order; empty if there are none."""

    def activate(self, member: str, role: str) -> int:
        """Let a member take part; the joining date (Unix seconds) of the first activation."""

    def suspend(self, member: str) -> None:
        """Refuse everything that a member asks until the next activation."""

    def depart(self, member: str) -> str:
        """End a membership: forget every re-encryption key for it, for ever; a receipt."""

    def deposit(self, deposit: Deposit) -> str:
        """Commit a version of a record after all checks of protocol section 4; a receipt.

        Raises: Invalid, Conflict (version or predecessor), Refused (not active, not the owner).
        """

    def set_acl(self, acl: str, deal: str | None) -> str:
        """Take the next access control list with the re-encryption keys it needs, and
        forget those that it no longer allows, in one transaction; a receipt.

        Raises: Invalid, Conflict (not the successor of the head), Refused.
        """

    def acl(self, owner: str) -> str | None:
        """The list in force, as signed; None before the first."""

    def key_request(self, request: str) -> str:
        """Check and log that a member asks an owner for keys; it grants nothing; a receipt."""

    def access(self, request: str) -> Access:
        """Decide each pair, log, then re-encrypt (protocol section 5).

        Raises: Invalid, Refused (not active, not fresh), Unavailable (the log is out of reach).
        """

    def records(self, asker: str, owner: str | None = None) -> tuple[RecordView, ...]:
        """The records of `owner` (of everybody if None) in which the asker may read something."""

    def delegates(self, owner: str) -> tuple[tuple[str, str, int], ...]:
        """(member, partition, epoch) of each re-encryption key that is held for an owner."""

    def givers(self, member: str) -> tuple[str, ...]:
        """The owners for whom this node holds a re-encryption key for a member; never the keys."""

    def events(self, member: str, after: int = 0) -> tuple[EventView, ...]:
        """Up to 500 events of a member's stream with numbers above `after`, oldest first."""

    def stream(self, member: str) -> str | None:
        """The opaque id of the member's stream at the log; None before its first event."""
