"""Shapes of the portal's JSON. Octets are base64 unless a field says b64u (base64url, no padding)."""

import base64
import json
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field

from sesphr.crypto.encoding import b64u_encode
from sesphr.ports.audit import LogProof
from sesphr.ports.cloudstore import CloudObject
from sesphr.ports.errors import Invalid
from sesphr.ports.srs import Access, EventView, RecordView, Sealed

Statement = Annotated[str, Field(min_length=1, max_length=8 * 2**20, description="compact JWS")]
# Names, a purpose and a reason: whoever is asked has to read it.
SmallStatement = Annotated[
    str, Field(min_length=1, max_length=32 * 2**10, description="compact JWS")
]
MAX_TICKETS = 4096


class Sent(Schema):
    """What endpoints send: exactly these members."""

    model_config = ConfigDict(extra="forbid")


def base64_encode(octets: bytes) -> str:
    """Standard base64, padded."""
    return base64.b64encode(octets).decode("ascii")


def _octets(text: Any) -> bytes:
    if not isinstance(text, str):
        raise Invalid("sealed: octets must be base64 text.")
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Invalid("sealed: not base64.") from error


def read_sealed(text: str) -> dict[str, dict[str, Sealed]]:
    """Parameters sealed to each node: {node index: {partition: {enc, ciphertext}}}.

    Raises:
        Invalid: another shape.
    """
    try:
        found = json.loads(text)
        return {
            node: {
                name: Sealed(_octets(one["enc"]), _octets(one["ciphertext"]))
                for name, one in parts.items()
            }
            for node, parts in found.items()
        }
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Invalid("sealed: must be {node: {partition: {enc, ciphertext}}}.") from error


class ProofOut(Schema):
    """That an entry is leaf `index` of the tree that `checkpoint` signs; `path` is b64u."""

    index: int
    size: int
    path: list[str]
    checkpoint: str

    @classmethod
    def of(cls, proof: LogProof) -> "ProofOut":
        """From the port's form."""
        return cls(
            index=proof.index,
            size=proof.size,
            path=[b64u_encode(node) for node in proof.path],
            checkpoint=proof.checkpoint,
        )


class AttachmentOut(Schema):
    """A cipher stream as the cloud measured it; `root` is b64u."""

    size: int
    root: str


class UploadOut(Schema):
    """How many octets of an attachment have arrived."""

    received: int


class UploadIn(Sent):
    """What the pieces must be together: cipher octets, and the b64u root of their tree."""

    size: Annotated[int, Field(ge=16, lt=2**53)]
    root: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]


class DepositOut(Schema):
    """An acknowledged version."""

    record: UUID
    version: int
    receipts: list[str]


class RecordOut(Schema):
    """A record as the asker may know it; `manifest` is its head's digest (b64u).

    `until`: when access to a partition ends (Unix seconds); one without an end is not in it.
    `purpose` is what an opening must say.
    """

    record: UUID
    owner: UUID
    owner_name: str
    version: int
    manifest: str
    date: int
    partitions: list[str]
    until: dict[str, int]
    purpose: str

    @classmethod
    def of(cls, view: RecordView, names: dict[str, str]) -> "RecordOut":
        """From the port's form, with the owner's display name."""
        return cls(
            record=UUID(view.record),
            owner=UUID(view.owner),
            owner_name=names.get(view.owner, ""),
            version=view.version,
            manifest=view.manifest,
            date=view.date,
            partitions=list(view.partitions),
            until=dict(view.until),
            purpose=view.purpose,
        )


class RecordsOut(Schema):
    """Records, oldest first."""

    records: list[RecordOut]


class DelegationOut(Schema):
    """That the SRS holds a re-encryption key; never the key."""

    member: UUID
    partition: str
    epoch: int


class ShareOut(Schema):
    """That the SRS holds a share of a partition for the roles of the owner's list; never the share."""

    partition: str
    epoch: int


class AclOut(Schema):
    """The owner's list in force (JWS), who holds keys, and for which partitions there are shares.

    What was dealt to another group of nodes does not count: a pair or partition that the list
    names and that is missing here has to be dealt again.
    """

    acl: str | None
    delegations: list[DelegationOut]
    standing: list[ShareOut]


class ListsOut(Schema):
    """Every list of the owner (JWS), oldest first; the last one is in force."""

    lists: list[str]


class AclIn(Sent):
    """The next list, the keys dealt for it, and the requests that it answers."""

    acl: Statement
    deal: Statement | None = None
    answers: Annotated[list[UUID], Field(default_factory=list, max_length=100)]


class InForceOut(Schema):
    """A list that the nodes took."""

    seq: int
    receipts: list[str]
    effective: bool


class KeyRequestIn(Sent):
    """A signed request for access."""

    request: SmallStatement


class KeyRequestId(Schema):
    """A request's id at the portal."""

    request: UUID


class KeyRequestState(Schema):
    """What became of a request."""

    request: UUID
    state: str


class KeyRequestOut(Schema):
    """A request with what the portal knows of its asker."""

    id: UUID
    statement: str
    owner: UUID
    asker: UUID
    asker_name: str
    asker_login: str
    asker_role: str
    asker_checked: str
    partitions: list[str]
    purpose: str
    reason: str
    asked: int
    state: str
    answered: int | None


class KeyRequestsOut(Schema):
    """Requests to the member, and by the member."""

    incoming: list[KeyRequestOut]
    outgoing: list[KeyRequestOut]


class AccessIn(Sent):
    """A signed access request; in an emergency with what clinicians signed of it. `everybody` waits a
    little for the answers of all key nodes, as one asks for whose answers did not fit together."""

    request: Statement
    cosigns: Annotated[list[SmallStatement], Field(default_factory=list, max_length=64)]
    everybody: bool = False


class NodeAnswer(Schema):
    """One node's signed answer, its tickets, and the log's proofs in the answer's order."""

    answer: str
    tickets: list[str]
    proofs: list[ProofOut]

    @classmethod
    def of(cls, access: Access) -> "NodeAnswer":
        """From the port's form."""
        proofs = [ProofOut.of(proof) for proof in access.proofs]
        return cls(answer=access.answer, tickets=list(access.tickets), proofs=proofs)


class ObjectOut(Schema):
    """What the cloud gave for the tickets: the whole document to its owner, otherwise
    the cipher octets of granted partitions. `accept` is the owner's statement that took what
    somebody else wrote, if she has."""

    digest: str
    manifest: str
    document: str | None
    partitions: dict[str, str]
    accept: str | None

    @classmethod
    def of(cls, found: CloudObject) -> "ObjectOut":
        """From the port's form."""
        return cls(
            digest=b64u_encode(found.digest),
            manifest=found.manifest,
            document=None if found.document is None else base64_encode(found.document),
            partitions={name: base64_encode(octets) for name, octets in found.partitions.items()},
            accept=found.accept,
        )


class AccessOut(Schema):
    """Everything that an endpoint needs to open what was granted."""

    answers: list[NodeAnswer]
    objects: list[ObjectOut]


class AttachmentIn(Sent):
    """The access request and its tickets, for an attachment of a granted partition."""

    request: Statement
    tickets: Annotated[list[Statement], Field(max_length=MAX_TICKETS)]


class IntegrityIn(Sent):
    """What an endpoint found to differ from what was signed."""

    record: UUID | None = None
    partition: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,32}$")] | None = None
    manifest: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")] | None = None
    reason: Annotated[str, Field(pattern=r"^[a-z-]{1,64}$")]
    node: Annotated[int, Field(ge=1, le=16)] | None = None


class IntegrityOut(Schema):
    """That the report was noted."""

    reported: bool


class EventOut(Schema):
    """An event with its salt (b64u) and the log's proof, once the log has it."""

    number: int
    event: dict[str, Any]
    salt: str
    proof: ProofOut | None

    @classmethod
    def of(cls, view: EventView) -> "EventOut":
        """From the port's form."""
        return cls(
            number=view.number,
            event=dict(view.event),
            salt=b64u_encode(view.salt),
            proof=None if view.proof is None else ProofOut.of(view.proof),
        )


class StreamOut(Schema):
    """A page of one server's events; `length` is what the log counts, so that an omission shows.

    `stream` is null, and nothing follows, where the server has no event of the member yet, and
    where it is not `reachable` at the moment.
    """

    source: str
    stream: UUID | None
    length: int
    events: list[EventOut]
    reachable: bool = True


class ActivityOut(Schema):
    """A member's events, and the tree's present checkpoint."""

    streams: list[StreamOut]
    checkpoint: str


class ConsistencyOut(Schema):
    """RFC 9162 consistency path (b64u), and the present checkpoint."""

    path: list[str]
    checkpoint: str
