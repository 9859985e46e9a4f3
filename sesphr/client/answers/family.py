"""What the server answers about guardians, dependants and accounts that are taken over."""

from pydantic import BaseModel

from sesphr.client.answers.account import Me, Slot
from sesphr.client.answers.shapes import Id


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
