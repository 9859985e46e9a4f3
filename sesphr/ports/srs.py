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
    rule has an end; another rule may go on beyond it. `purpose` is what the opening must say.
    """

    record: str
    owner: str
    version: int
    manifest: str
    date: int
    partitions: tuple[str, ...]
    until: Mapping[str, int]
    purpose: str = "treatment"


@dataclass(frozen=True)
class Openable:
    """What a member may open by one way: `way` is "code" (the owner's consent code) or
    "emergency" (with so many `signers`; 0 for a code); one record, for a request to name."""

    way: str
    record: str
    partitions: tuple[str, ...]
    signers: int


@dataclass(frozen=True)
class EventView:
    """One event of a member's stream with what is needed to check it against the log."""

    stream: str
    number: int
    event: Mapping[str, object]
    salt: bytes
    proof: LogProof | None


@dataclass(frozen=True)
class CredentialView:
    """What a member's credential says, as the node verified it just now.

    `issuer` is base64url of SHA-256 of the authority's SubjectPublicKeyInfo; times are Unix
    seconds, valid from `valid_from` to before `valid_until`; `revoked` also when nobody can tell;
    `octets` are the credential as it was presented.
    """

    role: str
    issuer: str
    organisation: str
    valid_from: int
    valid_until: int
    revoked: bool
    octets: bytes


@dataclass(frozen=True)
class AuthorityView:
    """That a node takes `issuer`'s word for `role`; `name` is for people."""

    role: str
    issuer: str
    name: str


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
        """Take the next access control list with the re-encryption keys (for members) and shares
        (for roles) it needs, and forget those that it no longer allows, in one transaction; a receipt.

        Raises: Invalid, Conflict (not the successor of the head), Refused.
        """

    def acl(self, owner: str) -> str | None:
        """The list in force, as signed; None before the first."""

    def lists(self, owner: str) -> tuple[str, ...]:
        """All earlier lists of an owner and the one in force, as signed, oldest first."""

    def standing(self, owner: str) -> tuple[tuple[str, int], ...]:
        """(partition, epoch) of each share that is held for the roles of an owner's list; none
        that was dealt to another group of nodes."""

    def key_request(self, request: str) -> str:
        """Check and log that a member asks an owner for keys; it grants nothing; a receipt."""

    def access(self, request: str, cosigns: tuple[str, ...] = ()) -> Access:
        """Decide each pair, log, then re-encrypt (protocol section 5).

        `cosigns` are what clinicians signed for an emergency (section 8), the asker included.

        Raises: Invalid, Refused (not active, not fresh), Unavailable (the log is out of reach).
        """

    def records(self, asker: str, owner: str | None = None) -> tuple[RecordView, ...]:
        """The records of `owner` (of everybody if None) in which the asker may read something."""

    def openable(self, asker: str, owner: str) -> tuple[Openable, ...]:
        """For each way beside the rules that let the asker in as they are: what it would open."""

    def delegates(self, owner: str) -> tuple[tuple[str, str, int], ...]:
        """(member, partition, epoch) of each re-encryption key that is held for an owner; none
        that was dealt to another group of nodes."""

    def events(self, member: str, after: int = 0) -> tuple[EventView, ...]:
        """Up to 500 events of a member's stream with numbers above `after`, oldest first."""

    def stream(self, member: str) -> str | None:
        """The opaque id of the member's stream at the log; None before its first event."""

    def present(self, credential: bytes) -> str:
        """Take a role credential of the member who holds its key; a receipt.

        It replaces an earlier one, when it is valid now and was not issued before it.

        Raises: Invalid (form, authority, holder), Refused (revoked, expired, not yet valid, not
        a member any more), Conflict (a newer one is held).
        """

    def credential(self, member: str) -> CredentialView | None:
        """What a member's credential says now, also when it is revoked or has expired; None
        when there is none that an authority pinned here vouches for."""

    def take_revocations(self, crl: bytes) -> None:
        """Take an authority's next revocation list (a CRL, PEM or DER).

        Raises: Invalid (no pinned authority signed it), Conflict (its number is not higher).
        """

    def authorities(self) -> tuple[AuthorityView, ...]:
        """Whose word this node takes, for which roles."""
