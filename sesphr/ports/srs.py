"""One SRS node's port: registration, deposits, access control, re-encryption.

A node holds public keys, access control lists, R parameters and re-encryption
keys. It never sees plaintext, ciphertext or a seed. Statements cross as the
compact JWS that the member signed; a node checks each for itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from sesphr.ports.audit import LogProof


@dataclass(frozen=True)
class Sealed:
    """An HPKE ciphertext for one node: encapsulated key (32 octets) and ciphertext."""

    enc: bytes
    ciphertext: bytes


@dataclass(frozen=True)
class Deposit:
    """A signed manifest and, per partition, R || proof (48 + 80 octets) sealed to this node.

    `others` has what was sealed to each node (by its index as text), which this node cannot open
    and keeps for those that were out of reach.
    """

    manifest: str
    sealed: Mapping[str, Sealed]
    others: Mapping[str, Mapping[str, Sealed]] = field(default_factory=dict)


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
class Proposal:
    """What somebody else added to an owner's records and the owner has not answered yet.

    `manifest` is the author's JWS, `digest` its name (b64u), `offered` when this node took it.
    """

    record: str
    owner: str
    author: str
    manifest: str
    digest: str
    offered: int


@dataclass(frozen=True)
class Addable:
    """To which partitions of an owner's records a member may add now."""

    owner: str
    partitions: tuple[str, ...]


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


@dataclass(frozen=True)
class JournalEntry:
    """A call that a node committed, with all that another node needs to do the same.

    `kind` is `registration`, `membership`, `deposit`, `acl`, `key-request`, `accept`, `deletion`,
    `credential` or `revocations`; `subject` whom or what it is of (a record for a deposit, otherwise a member), `time` what the node noted (Unix
    seconds: accepted, or the joining date), `statement` the signed statement ("" of a
    membership). `deal` and `sealed` (by node index as text, then partition) are what was
    sealed to all nodes; both are gone once it must be forgotten. `facts` are words by kind.
    `void`: the node took another statement at this place later.
    """

    number: int
    kind: str
    subject: str
    time: int
    statement: str
    deal: str | None
    sealed: Mapping[str, Mapping[str, Sealed]]
    facts: Mapping[str, str]
    void: bool


@dataclass(frozen=True)
class Heard:
    """How far a node read another's journal, and which life of it (it gets a new one when its
    database lost something)."""

    life: str
    number: int


@dataclass(frozen=True)
class JournalPage:
    """Entries that follow `after`, oldest first; `head` is the last number there is.

    `mark` is the running digest (32 octets; empty for 0) of all entries up to `after`, `end` up
    to the last one given: another mark than before tells that the journal was rewritten.
    `life` is that of this journal. `heard` says how far this node has ever read the others' (by
    index as text): one whose own journal is shorter in the same life has lost something.
    """

    entries: tuple[JournalEntry, ...]
    head: int
    mark: bytes
    end: bytes
    life: str
    heard: Mapping[str, Heard]


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

        The author is the owner, or somebody whom the owner's list lets `add` to every partition
        of it: then it is version 1 of a new record, which waits as a proposal.

        Raises: Invalid, Conflict (version or predecessor, too much waits), Refused (not active,
            may not add, was declined).
        """

    def committed(self, digests: tuple[str, ...]) -> tuple[str, ...]:
        """Receipts of those of up to 1000 manifests (b64u digests) whose deposits this node
        committed and did not forget since.

        Raises: Invalid (more at once).
        """

    def accept(self, statement: str) -> str:
        """Make a proposal a record of its owner, who signed `sesphr-accept`; a receipt.

        Raises: Invalid (it says something else than the proposal), NotFound,
            Conflict (declined, or accepted with other wrapped keys), Refused (not active).
        """

    def erase(self, statement: str) -> str:
        """Forget a proposal's parameters and manifest, which its owner declined by
        `sesphr-deletion`; its name is kept, so that it never comes back; a receipt.

        Raises: Invalid, NotFound, Conflict (accepted already), Refused (not active).
        """

    def proposals(self, owner: str) -> tuple[Proposal, ...]:
        """What waits for an owner's answer, oldest first."""

    def addable(self, member: str, owner: str | None = None) -> tuple[Addable, ...]:
        """To whose records, and to which partitions, a member may add now.

        Without `owner`: of all owners whose list names the member for adding.
        """

    def wrote_for(self, author: str, reader: str) -> bool:
        """Whether a member contributed something that another owns or may read now."""

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

    def givers(self, member: str) -> tuple[str, ...]:
        """The owners for whom this node holds a re-encryption key for a member; never the keys."""

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

    def journal(self, after: int) -> JournalPage:
        """Up to 200 entries of this node's journal above `after`; for other nodes only.

        Raises: Invalid (there is no entry `after`: the journal is shorter).
        """
