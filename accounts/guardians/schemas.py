"""The JSON of guardians and dependants."""

from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from accounts.schemas import (
    FormerSlot,
    Login,
    Me,
    MemberId,
    NoParams,
    Salt,
    Sealed,
    SlotWithSecret,
    Statement,
    StateName,
    Strict,
)

Enc = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$", description="32 octets, base64url")]
Handed = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{64}$", description="48 octets, base64url")]


class GuardianSlot(Strict):
    """A dependant's seed, sealed for one guardian."""

    member: MemberId
    type: Literal["guardian"]
    generation: int = Field(ge=1, le=2**31 - 1)
    salt: Salt
    params: NoParams
    sealed: Sealed


class DependantIn(Strict):
    """A dependant's own registration, and the slot of the guardian who sends it."""

    login: Login
    name: str = Field(min_length=1, max_length=200)
    registration: Statement
    slot: GuardianSlot


class DependantId(Schema):
    """Registered, as the state says."""

    member: MemberId
    state: StateName


class GuardianOfOut(Schema):
    """One guardian of a dependant; since: null while invited; mine: may be ended by who asks."""

    id: MemberId
    member: MemberId
    name: str
    login: str
    since: int | None
    mine: bool


class HandOverOut(Schema):
    """That a code waits for whoever comes of age, whose, and whether they began; Unix seconds."""

    since: int
    expires: int
    by: str
    begun: bool


class DependantOut(Schema):
    """Somebody for whom one acts; since in Unix seconds."""

    member: MemberId
    login: str
    name: str
    state: StateName
    since: int
    guardians: list[GuardianOfOut]
    hand_over: HandOverOut | None


class InvitationOut(Schema):
    """Somebody for whom one is asked to act, with the seed as it was sealed to one.

    `statement` is what the guardian who asks signed of it, null where it was made before there was
    one; `by_registrations` prove his keys, `registrations` the dependant's.
    """

    id: MemberId
    dependant: MemberId
    name: str
    by: str
    by_login: str
    by_member: MemberId
    by_registrations: list[str]
    registrations: list[str]
    enc: str
    ciphertext: str
    statement: str | None


class DependantsOut(Schema):
    """For whom one acts; who asks; whether one lets oneself be found."""

    dependants: list[DependantOut]
    invitations: list[InvitationOut]
    ready: bool


class ActOut(Schema):
    """For whom the session acts now, and the slot that opens their seed."""

    member: Me
    slot: GuardianSlot


class SlotOut(Schema):
    """A guardian's own slot, and what the dependant registered, to check the seed against."""

    slot: GuardianSlot
    registrations: list[str]


class KeyIn(Strict):
    """A signed `sesphr-guardian-key`."""

    statement: Statement


class ReadyOut(Schema):
    """Whether one lets oneself be found."""

    ready: bool


class FindIn(Strict):
    """Whom, by exact login."""

    login: Login


class FoundOut(Schema):
    """Somebody who lets themselves be found as a guardian, with what proves their keys."""

    member: MemberId
    name: str
    role: str
    registrations: list[str]
    statement: str


class InviteIn(Strict):
    """Whom, the dependant's seed sealed to their key, and a signed `sesphr-guardian-invitation`."""

    guardian: MemberId
    enc: Enc
    ciphertext: Handed
    statement: Statement


class GuardianshipOut(Schema):
    """The guardianship's id."""

    id: MemberId


class GuardianSlotIn(Strict):
    """The slot that the new guardian's endpoint made."""

    slot: GuardianSlot


Find = Annotated[
    str,
    Field(pattern=r"^[0-9a-f]{64}$", description="what follows from the code, 32 octets in hex"),
]


class HandOverSlot(Strict):
    """A dependant's seed, sealed under a code."""

    member: MemberId
    type: Literal["hand-over"]
    generation: Literal[1]
    salt: Salt
    params: NoParams
    sealed: Sealed


class OfferIn(Strict):
    """What is found by a code, and the slot that the code opens."""

    find: Find
    slot: HandOverSlot


class UntilOut(Schema):
    """Until when the code can be used (Unix seconds)."""

    expires: int


class OfferFindIn(Strict):
    """By what an offer is found."""

    find: Find


class WaitingOut(Schema):
    """What waits for whoever has the code, and all that new keys are made from.

    `login` is the made-up one, `by` the guardian's name, `seq` the number of the access list in force
    (0 without one), `former` the seeds of before the one in `slot`.
    """

    member: MemberId
    login: str
    name: str
    by: str
    slot: HandOverSlot
    registrations: list[str]
    begun: bool
    seq: int
    former: list[FormerSlot]


class TakeOverIn(Strict):
    """New keys: a registration that changes them, one password slot and one recovery slot of the new
    login, and all former seeds sealed under the new one."""

    find: Find
    login: Login
    registration: Statement
    slots: list[SlotWithSecret] = Field(min_length=2, max_length=2)
    former: list[FormerSlot] = Field(min_length=1, max_length=100)


class TakenOverOut(Schema):
    """Whose account it was, and is."""

    member: MemberId
