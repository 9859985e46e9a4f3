"""What the server answers about the deployment, an account and other people."""

from pydantic import BaseModel, Field

from sesphr.client.answers.shapes import Id


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
