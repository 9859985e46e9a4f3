"""The shapes of what the server answers, as far as the client uses them.

An answer of another shape cannot be read (exit 5); whether its content is true is
checked elsewhere, by signatures.
"""

from typing import Annotated, Any

from pydantic import BaseModel, Field

Id = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Name = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,32}$")]
Digest = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]


class DeploymentAnswer(BaseModel):
    """The signed configuration and the operator's key (b64u)."""

    configuration: str
    operator_key: str
    now: int


class SlotParameters(BaseModel):
    """What every slot of a type is made with, fixed for a login."""

    salt: str
    params: dict[str, int] = Field(default_factory=dict)


class Parameters(BaseModel):
    """What login secrets are derived from."""

    member: Id
    password: SlotParameters
    recovery: SlotParameters


class Registered(BaseModel):
    """A registration that was taken."""

    member: Id
    state: str


class Me(BaseModel):
    """One's own account."""

    id: Id
    login: str
    name: str
    role: str
    state: str
    confirmed: bool
    joined: int | None
    second_factor: bool


class Slot(BaseModel):
    """A sealed seed."""

    member: Id
    type: str
    generation: int
    salt: str
    params: dict[str, int]
    sealed: str


class Generations(BaseModel):
    """The generation that each slot has now."""

    password: int
    recovery: int


class SignedIn(BaseModel):
    """Who one is, the sealed seed, the generations of one's slots, and the seeds that one had
    before, sealed under the present one."""

    member: Me
    slot: Slot
    generations: Generations
    former: list[Slot] = Field(default_factory=list)


class Registrations(BaseModel):
    """Signed registrations, oldest first."""

    registrations: list[str]


class DirectoryEntry(BaseModel):
    """A member whom one may see; `joined` in Unix seconds."""

    member: Id
    name: str
    role: str
    state: str
    registrations: list[str]
    checked: str
    joined: int | None = None


class Receipts(BaseModel):
    """A signed receipt of each node."""

    receipts: list[str]


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


class Openable(BaseModel):
    """What a code or an emergency would open: a record that a request may name."""

    way: str
    record: Id
    partitions: list[Name]
    signers: int


class Ways(BaseModel):
    """The ways in which an owner's rules would let one in."""

    owner: Id
    owner_name: str
    ways: list[Openable]


class Emergency(BaseModel):
    """An emergency on its way; `cosigns`: the asker's, and the colleague's once there."""

    id: Id
    owner: Id
    owner_name: str
    asker: Id
    asker_name: str
    asker_role: str
    colleague_name: str
    request: str
    reason: str
    asked: int
    cosigns: list[str]


class Emergencies(BaseModel):
    """Those that one asked for, and those that wait for one's signature."""

    asked: list[Emergency]
    waiting: list[Emergency]


class Signer(BaseModel):
    """Who signed."""

    id: Id
    name: str


class Notice(BaseModel):
    """What an owner was told at once."""

    id: Id
    kind: str
    asker: Id
    asker_name: str
    asker_role: str
    at: int
    until: int
    reason: str
    signers: list[Signer]
    seen: int | None
    review: str
    reviewed: int | None


class Notices(BaseModel):
    """Newest first."""

    notices: list[Notice]


class Records(BaseModel):
    """Records, oldest first."""

    records: list[RecordView]


class Delegation(BaseModel):
    """That the nodes hold a re-encryption key."""

    member: Id
    partition: Name
    epoch: int


class Share(BaseModel):
    """That the nodes hold shares of a partition for roles."""

    partition: Name
    epoch: int


class AclState(BaseModel):
    """The list in force, who holds keys, and what roles' rules stand on."""

    acl: str | None
    delegations: list[Delegation]
    standing: list[Share]


class Lists(BaseModel):
    """All lists of an owner as signed, oldest first."""

    lists: list[str]


class Authority(BaseModel):
    """Who certifies a role, by the digest (b64u) of its key and by the name that the servers tell."""

    role: str
    issuer: Digest
    name: str


class Authorities(BaseModel):
    """Whose word the nodes take, for which roles."""

    authorities: list[Authority]


class InForce(BaseModel):
    """A list that the nodes took."""

    seq: int
    receipts: list[str]
    effective: bool


class KeyRequest(BaseModel):
    """A request with what the portal says of its asker."""

    id: Id
    statement: str
    owner: Id
    asker: Id
    asker_name: str
    asker_login: str
    asker_role: str
    asker_checked: str
    partitions: list[Name]
    purpose: str
    reason: str
    asked: int
    state: str
    answered: int | None


class KeyRequests(BaseModel):
    """Requests to the member, and by the member."""

    incoming: list[KeyRequest]
    outgoing: list[KeyRequest]


class KeyRequestId(BaseModel):
    """A request's id at the portal."""

    request: Id


class KeyRequestState(BaseModel):
    """What became of a request."""

    request: Id
    state: str


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


class Anything(BaseModel):
    """An answer of which nothing is used."""


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


class GuardianOf(BaseModel):
    """One guardian of a dependant; `since` is None while invited."""

    id: Id
    member: Id
    name: str
    login: str
    since: int | None
    mine: bool


class Dependant(BaseModel):
    """Somebody for whom one acts."""

    member: Id
    login: str
    name: str
    state: str
    since: int
    guardians: list[GuardianOf]
    hand_over: "HandOver | None" = None


class HandOver(BaseModel):
    """An account that waits for whoever has the code."""

    since: int
    expires: int
    by: str
    begun: bool


class Invitation(BaseModel):
    """Somebody for whom one is asked to act, with the seed as it was sealed to one.

    `statement` is what the guardian who asks signed of it; None where it is from before there was one.
    """

    id: Id
    dependant: Id
    name: str
    by: str
    by_login: str
    by_member: Id
    by_registrations: list[str]
    registrations: list[str]
    enc: str
    ciphertext: str
    statement: str | None


class Dependants(BaseModel):
    """For whom one acts, who asks, and whether one lets oneself be found."""

    dependants: list[Dependant]
    invitations: list[Invitation]
    ready: bool


class Acting(BaseModel):
    """For whom the session acts now, and the slot that opens their seed."""

    member: Me
    slot: Slot


class GuardedSlot(BaseModel):
    """One's own slot of a dependant, and what the dependant registered."""

    slot: Slot
    registrations: list[str]


class Found(BaseModel):
    """Somebody who lets themselves be found as a guardian."""

    member: Id
    name: str
    role: str
    registrations: list[str]
    statement: str


class Expiry(BaseModel):
    """Until when a code is good."""

    expires: int


class Offered(BaseModel):
    """An account that somebody takes over: whose, its seed sealed under the code, and what it
    registered; `seq` is the number of its access list, 0 without one."""

    member: Id
    name: str
    by: str
    slot: Slot
    registrations: list[str]
    begun: bool
    seq: int
    former: list[Slot]


class TakenOver(BaseModel):
    """Whose account it is."""

    member: Id
