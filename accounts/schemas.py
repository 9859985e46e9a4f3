"""The JSON of the accounts API; unknown members are refused, types are not guessed."""

from typing import Annotated, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

Login = Annotated[str, Field(min_length=1, max_length=254, description="lower-case e-mail address")]
LoginSecret = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="32 octets in hex")]
MemberId = Annotated[
    str, Field(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
]
Salt = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{22}$", description="16 octets, base64url")]
Sealed = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{80}$", description="60 octets, base64url")]
Statement = Annotated[str, Field(min_length=1, max_length=1_000_000, description="compact JWS")]
SlotKind = Literal["password", "recovery"]
OpenRole = Literal["owner", "physician", "nurse", "pharmacist", "insurer", "researcher", "relative"]
StateName = Literal["pending", "authorised", "suspended", "departed"]


class Strict(Schema):
    """What is sent: exactly these members, of exactly these types."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Argon2Params(Strict):
    """Argon2id's cost: KiB, passes, lanes."""

    m: int = Field(ge=65536, le=1048576)
    t: int = Field(ge=3, le=16)
    p: int = Field(ge=1, le=1)


class NoParams(Strict):
    """A recovery slot has none."""


class Slot(Strict):
    """A sealed seed."""

    member: MemberId
    type: SlotKind
    generation: int = Field(ge=1, le=2**31 - 1)
    salt: Salt
    params: Argon2Params | NoParams
    sealed: Sealed


class SlotWithSecret(Strict):
    """A new slot and the login secret beside it."""

    slot: Slot
    login_secret: LoginSecret


class LookupIn(Strict):
    """Whose parameters."""

    login: Login


class PasswordParameters(Schema):
    """What every password slot of this login is made with."""

    salt: Salt
    params: Argon2Params


class RecoveryParameters(Schema):
    """What every recovery slot of this login is made with."""

    salt: Salt


class ParametersOut(Schema):
    """What an endpoint derives login secrets from: of the login alone, fixed for ever."""

    member: MemberId
    password: PasswordParameters
    recovery: RecoveryParameters


class RegisterIn(Strict):
    """A registration; slots are one password slot and one recovery slot."""

    login: Login
    name: str = Field(min_length=1, max_length=200)
    role: OpenRole
    registration: Statement
    slots: list[SlotWithSecret] = Field(min_length=2, max_length=2)
    activation_code: str | None = Field(default=None, min_length=1, max_length=64)


class RegisteredOut(Schema):
    """Taken; the same for a login that somebody has already."""

    member: MemberId
    state: Literal["pending"]


class ConfirmIn(Strict):
    """The token of the letter's link."""

    token: str = Field(min_length=1, max_length=500)


class ConfirmedOut(Schema):
    """The address is confirmed."""

    confirmed: Literal[True]


OneTimeCode = Annotated[
    str, Field(min_length=1, max_length=32, description="of an authenticator app, or a backup code")
]


class SignInIn(Strict):
    """A login secret and, where a second factor is set, its one-time code."""

    login: Login
    type: SlotKind
    login_secret: LoginSecret
    otp: str | None = Field(default=None, max_length=32)


class Me(Schema):
    """One's own account; joined in Unix seconds."""

    id: MemberId
    login: str
    name: str
    role: str
    state: StateName
    confirmed: bool
    joined: int | None
    second_factor: bool


class Life(Schema):
    """What the browser's own key needs to open what it keeps (32 octets, base64url), and after how
    many seconds without a sign of the member that is dropped."""

    share: str
    idle_seconds: int
    idle_left: int


class Generations(Schema):
    """The generation that each of one's slots has now; the next one has one more."""

    password: int
    recovery: int


class FormerSlot(Strict):
    """A member's former seed, sealed under the present one; it holds the epochs below `generation`."""

    member: MemberId
    type: Literal["former"]
    generation: int = Field(ge=1, le=2**31 - 1)
    salt: Salt
    params: NoParams
    sealed: Sealed


class GuardianOut(Schema):
    """Who is at the screen while a session acts for a dependant."""

    id: MemberId
    login: str
    name: str


class SessionOut(Me, Life):
    """For whom this session answers, for how long, and who acts, if that is somebody else; the
    generations of the slots of whoever signed in; the former seeds of whom it answers for."""

    generations: Generations
    guardian: GuardianOut | None
    former: list[FormerSlot]


class IdleOut(Schema):
    """After how many seconds without a further sign the session ends."""

    idle_left: int


class AgentOut(Schema):
    """Words for which pages have names."""

    browser: str
    system: str


class DeviceOut(Schema):
    """Where one is signed in; times in Unix seconds."""

    id: MemberId
    current: bool
    started: int
    seen: int
    agent: AgentOut


class DevicesOut(Schema):
    """All of one's sessions, the one seen last first."""

    sessions: list[DeviceOut]


class SignedInOut(Life):
    """Who one is, the sealed seed, the generations of one's slots, one's former seeds under the present
    one, and the new session's life."""

    member: Me
    slot: Slot
    generations: Generations
    former: list[FormerSlot]


class EndedOut(Schema):
    """All sessions ended."""

    ended: Literal[True]


class CurrentSecret(Strict):
    """A login secret that is valid now."""

    type: SlotKind
    login_secret: LoginSecret


class ProofIn(Strict):
    """A login secret that is valid now, and a one-time code where a second factor is set."""

    current: CurrentSecret
    otp: OneTimeCode | None = None


class SecondFactorOut(Schema):
    """Since when (Unix seconds) a second factor is set, null if none; backup codes that are left."""

    since: int | None
    codes_left: int


class SetupOut(Schema):
    """What an authenticator app is told, shown once: by its camera, or typed (base32)."""

    uri: str
    secret: str


class CodeIn(Strict):
    """A code of the app that is being set up."""

    code: OneTimeCode


class BackupCodesOut(Schema):
    """Codes for when the app is lost, shown once; each signs in one time."""

    codes: list[str]


class RemovedOut(Schema):
    """There is no second factor any more."""

    removed: Literal[True]


class ReplaceSlotIn(Strict):
    """The next generation of a slot, and a present secret."""

    slot: Slot
    login_secret: LoginSecret
    current: CurrentSecret


class GenerationOut(Schema):
    """The generation that the slot has now."""

    generation: int


class RegistrationIn(Strict):
    """A further signed registration."""

    registration: Statement


class ReceiptsOut(Schema):
    """A signed receipt of each SRS node."""

    receipts: list[str]


class RegistrationsOut(Schema):
    """Signed registrations, oldest first."""

    registrations: list[str]


class DirectoryOut(Schema):
    """A member whom one may see; `checked` is what the administrator checked (of owners it is
    told to nobody else), joined in Unix seconds."""

    member: MemberId
    name: str
    role: str
    state: StateName
    registrations: list[str]
    checked: str
    joined: int | None
