"""Signing in: the password is turned into a login secret here and never leaves this process.

The seed is opened here and lives in memory for one command only.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sesphr.client import people, prompts
from sesphr.client.answers.account import (
    Generations,
    Me,
    Parameters,
    Registrations,
    SignedIn,
    Slot,
    SlotParameters,
)
from sesphr.client.answers.shapes import Receipts
from sesphr.client.errors import IntegrityError, RefusedError, UsageError
from sesphr.client.home import Folder, Home
from sesphr.client.http import Api
from sesphr.client.registration import registration
from sesphr.client.statement import verify
from sesphr.crypto import handover, slots, statements
from sesphr.crypto.deployment import Deployment
from sesphr.crypto.encoding import b64u_decode, check_login
from sesphr.crypto.errors import CryptoError, DecodingError, SlotError
from sesphr.crypto.keys import FormerSeed, MemberKeys
from sesphr.crypto.strength import check_password_strength


def checked_login(text: str) -> str:
    """A login name in lower case.

    Raises:
        UsageError: it cannot be one.
    """
    try:
        return check_login(text.strip().lower())
    except DecodingError:
        raise UsageError(f"{text!r} is not an e-mail address as SeSPHR takes them.") from None


def parameters(api: Api, login: str) -> Parameters:
    """Member id and slot parameters of a login, of an unknown one too."""
    return api.post(Parameters, "/sign-in/parameters", login=login)


@dataclass
class Session:
    """A member who is signed in, with their keys."""

    api: Api
    deployment: Deployment
    home: Home
    me: Me
    keys: MemberKeys
    seed: bytes
    parameters: Parameters
    generations: Generations
    login_secret: bytes

    def __repr__(self) -> str:
        return "Session(...)"

    @property
    def folder(self) -> Folder:
        """What HOME remembers for this member."""
        return self.home.member(self.me.id)

    @cached_property
    def directory(self) -> people.Directory:
        """The members whom this one may see."""
        return people.Directory(self.api, self.deployment.id)

    @property
    def own_keys(self) -> dict[str, bytes]:
        """The directory in which only this member stands, with the key of their own seed."""
        return {self.me.id: self.keys.verification}

    def own_signed(self, jws: str) -> dict[str, bytes]:
        """The same for what may be old: the key of this member's, of all that they ever had, which
        it says signed it."""
        return {self.me.id: statements.signer(jws, self.keys.verifications)}

    def registered(self) -> people.Person:
        """This member's own registered keys.

        Raises:
            IntegrityError: the servers hold other keys than those of the seed.
        """
        found = self.api.get(Registrations, "/registrations").registrations
        person = people.check_registrations(self.deployment.id, self.me.id, found)
        own = self.keys.verification, self.keys.receive_public
        if (person.verification, person.receive) != own:
            raise IntegrityError("The servers hold keys under your name that are not yours.")
        for (name, epoch), point in person.partitions.items():
            if self.keys.partition(name, epoch).public != point:
                raise IntegrityError(f"The key of your partition {name} is not yours.")
        return person

    def register_partitions(self, person: people.Person, names: list[str]) -> people.Person:
        """Register keys for further partitions; the registration as it stands then."""
        jws = registration(
            self.keys, deployment=self.deployment.id, member=self.me.id, partitions=names,
            seq=person.seq + 1, previous=person.digest,
        )  # fmt: skip
        found = self.api.post(Receipts, "/registrations", registration=jws)
        digest = statements.verify(
            jws, typ="sesphr-registration", deployment=self.deployment.id, directory=self.own_keys
        ).digest
        check_receipts(self, found.receipts, kind="registration", digest=digest)
        return self.registered()


def member_of(session: Session, login: str) -> str:
    """The id of whoever has, or will have, a login, as the server says; the pin's where there is one.

    Raises:
        IntegrityError: the server names another one than is pinned.
    """
    told = parameters(session.api, login).member
    return people.check_id(session.folder, login, told)


def check_receipts(
    session: Session, receipts: list[str], *, kind: str, digest: bytes, owner: str | None = None
) -> int:
    """How many distinct nodes gave a right receipt, of the records of `owner` (None: one's own).

    Raises:
        IntegrityError: a receipt is not a node's, or for something else.
    """
    nodes = set()
    for jws in receipts:
        checked = verify(
            jws, typ="sesphr-receipt", deployment=session.deployment.id,
            directory=session.deployment.node_keys(), what="A key node's receipt",
        )  # fmt: skip
        payload = checked.payload
        named = (payload["kind"], b64u_decode(payload["object"], 32), payload["owner"])
        if named != (kind, digest, owner or session.me.id):
            raise IntegrityError("A key node's receipt is for something else.")
        nodes.add(checked.issuer)
    return len(nodes)


def acknowledging(deployment: Deployment) -> int:
    """How many nodes' receipts acknowledge a write; the others catch up.

    Every t nodes, which is what an opening needs, have one among them that knows then.
    """
    return max(deployment.t, deployment.n - deployment.t + 1)


def checked_salt(slot_type: str, public: SlotParameters) -> bytes:
    """The salt of a slot's parameters, which are strong enough for this client.

    Raises:
        IntegrityError: they are not.
    """
    try:
        slots.check_params(slot_type, public.params)
        return b64u_decode(public.salt, 16)
    except CryptoError as error:
        raise IntegrityError(
            "The server asks for a weaker handling of your password than this client allows."
        ) from error


def derive(
    deployment: str, login: str, member: str, slot_type: str, public: SlotParameters, secret: str
) -> slots.SlotKeys:
    """The login secret that parameters and a secret yield.

    Raises:
        IntegrityError: parameters below what this client takes. UsageError: no recovery code.
    """
    salt = checked_salt(slot_type, public)
    try:
        return slots.derive(
            slot_type, deployment=deployment, login=login, member=member, salt=salt,
            params=public.params, secret=secret,
        )  # fmt: skip
    except SlotError as error:
        raise UsageError(f"{str(error).capitalize()}.") from error


def sign_in(
    api: Api, deployment: Deployment, home: Home, login: str, *, slot_type: str, secret: str
) -> Session:
    """Sign in with a password or a recovery code.

    Raises:
        RefusedError: wrong, or suspended. IntegrityError: what is kept does not open.
    """
    found = parameters(api, login)
    public = found.password if slot_type == slots.PASSWORD else found.recovery
    keys = derive(deployment.id, login, found.member, slot_type, public, secret)
    signed_in = _ask(api, login, slot_type, keys.login_secret)
    _check_same(signed_in, found.member, slot_type, public)
    seed = _open(signed_in.slot, deployment.id, login, secret)
    if signed_in.member.id != found.member:
        raise IntegrityError("The server signed you in as somebody else.")
    member_keys = MemberKeys.from_seed(seed, _former(signed_in, deployment.id, seed))
    return Session(
        api, deployment, home, signed_in.member, member_keys, seed,
        found, signed_in.generations, keys.login_secret,
    )  # fmt: skip


def _ask(api: Api, login: str, slot_type: str, login_secret: bytes) -> SignedIn:
    members: dict[str, Any] = {
        "login": login,
        "type": slot_type,
        "login_secret": login_secret.hex(),
    }
    try:
        return api.post(SignedIn, "/session", **members)
    except RefusedError as error:
        if error.code != "otp-needed":
            raise
    return api.post(SignedIn, "/session", **members, otp=prompts.one_time_code())


def _check_same(found: SignedIn, member: str, slot_type: str, public: SlotParameters) -> None:
    """The slot is the one that was signed in with, made as was said before and of its generation."""
    slot = found.slot
    if (slot.member, slot.type) != (member, slot_type):
        raise IntegrityError("The server gave you somebody else's key slot.")
    if (slot.salt, slot.params) != (public.salt, public.params):
        raise IntegrityError("The server gave you a key slot that was made in another way.")
    if slot.generation != getattr(found.generations, slot_type):
        raise IntegrityError("The server gave you a key slot of another generation than it says.")


def _open(slot: Slot, deployment: str, login: str, secret: str) -> bytes:
    try:
        seed, _ = slots.open_slot(
            slot.model_dump(), deployment=deployment, login=login, secret=secret
        )
    except CryptoError as error:
        raise IntegrityError("The key that the server keeps for you does not open.") from error
    return seed


def _former(found: SignedIn, deployment: str, seed: bytes) -> tuple[FormerSeed, ...]:
    try:
        return handover.open_former(
            [slot.model_dump() for slot in found.former], deployment=deployment,
            member=found.member.id, seed=seed,
        )  # fmt: skip
    except CryptoError as error:
        raise IntegrityError("A former key that the server keeps for you does not open.") from error


def as_advice(make: Callable[[], tuple[Any, ...]]) -> tuple[Any, ...]:
    """Make a key slot; a weak password is a matter of usage, with the advice as the sentence."""
    try:
        return make()
    except SlotError as error:
        raise UsageError(str(error), code="weak-password") from error


def check_strength(password: str, *hints: str) -> None:
    """Refuse a weak password with advice (UsageError)."""
    try:
        check_password_strength(password, *hints)
    except SlotError as error:
        raise UsageError(str(error), code="weak-password") from error


def slot_body(slot: Mapping[str, Any], login_secret: bytes) -> dict[str, Any]:
    """A slot with its login secret, as the API takes it."""
    return {"slot": dict(slot), "login_secret": login_secret.hex()}
