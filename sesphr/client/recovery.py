"""A registration on its way: kept sealed in HOME, so that a lost answer loses no recovery code.

What is kept is what the portal gets anyway (registration and key slots), and the
recovery code sealed under a key of the seed, which only the password opens.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sesphr.client.answers.account import Parameters
from sesphr.client.errors import RefusedError, UsageError
from sesphr.client.home import Folder
from sesphr.client.registration import FIRST_PARTITIONS, OWNER, registration
from sesphr.client.session import as_advice, checked_salt, slot_body
from sesphr.crypto import slots
from sesphr.crypto.encoding import b64u_decode, b64u_encode, lp
from sesphr.crypto.errors import CryptoError
from sesphr.crypto.kdf import hkdf
from sesphr.crypto.keys import MemberKeys

PENDING, REFUSED = "registering", "refused"


@dataclass(frozen=True)
class Applicant:
    """Who registers where."""

    server: str
    deployment: str
    member: str
    login: str
    name: str
    role: str

    def as_json(self) -> dict[str, str]:
        """For comparing a repeat with the first attempt."""
        return dict(vars(self))


@dataclass(frozen=True)
class Application:
    """What is sent, and what is shown once it was taken."""

    body: dict[str, Any]
    code: str
    keys: MemberKeys

    def __repr__(self) -> str:
        return "Application(...)"


# What is sent besides key slots, for a seed that was just made; a registration at least.
Make = Callable[[bytes], dict[str, Any]]


def first_registration(who: Applicant) -> Make:
    """What somebody sends who was not registered before."""
    partitions = FIRST_PARTITIONS if who.role == OWNER else ()

    def make(seed: bytes) -> dict[str, Any]:
        keys = MemberKeys.from_seed(seed)
        jws = registration(
            keys, deployment=who.deployment, member=who.member, partitions=partitions
        )
        return {"registration": jws}

    return make


def prepared(
    home: Folder, who: Applicant, public: Parameters, password: str, make: Make
) -> Application:
    """The application that waits in HOME, or a new one, which then waits there.

    One that was refused makes room for another; repeated exactly, it is sent as it was.

    Raises:
        UsageError: a weak password, or another application waits.
        RefusedError: the one that waits has another password.
    """
    waiting = home.read(PENDING)
    if not waiting:
        return _new(home, who, public, password, make)
    try:
        return _waiting(home, who, waiting, password)
    except (UsageError, RefusedError):
        if not waiting.get(REFUSED):
            raise
        return _new(home, who, public, password, make)


def mark_refused(home: Folder) -> None:
    """Note that the account of the application that waits is somebody else's."""
    home.write(PENDING, {**home.read(PENDING), REFUSED: True})


def _waiting(home: Folder, who: Applicant, kept: dict[str, Any], password: str) -> Application:
    if kept.get("who") != who.as_json():
        raise UsageError(
            "Another registration was begun here and not answered. Repeat it exactly, or remove "
            f"{home.path / PENDING}.json."
        )
    return _resumed(home, who, kept, password)


def _new(
    home: Folder, who: Applicant, public: Parameters, password: str, make: Make
) -> Application:
    seed = secrets.token_bytes(32)
    terms: dict[str, Any] = {
        "deployment": who.deployment,
        "login": who.login,
        "member": who.member,
        "generation": 1,
    }
    salt = checked_salt(slots.PASSWORD, public.password)
    slot, login_secret = as_advice(
        lambda: slots.make_password_slot(
            seed, password=password, params=public.password.params, salt=salt, **terms
        )
    )
    recovery, recovery_secret, code = slots.make_recovery_slot(
        seed, salt=checked_salt(slots.RECOVERY, public.recovery), **terms
    )
    kept = {
        "who": who.as_json(), "sent": make(seed), "password": slot, "recovery": recovery,
        "code": _seal_code(seed, code),
    }  # fmt: skip
    home.write(PENDING, kept)
    body = _body(who, kept, login_secret, recovery_secret)
    return Application(body, code, MemberKeys.from_seed(seed))


def _resumed(home: Folder, who: Applicant, kept: dict[str, Any], password: str) -> Application:
    try:
        seed, login_secret = slots.open_slot(
            kept["password"], deployment=who.deployment, login=who.login, secret=password
        )
        code = _open_code(seed, kept["code"])
        _, recovery_secret = slots.open_slot(
            kept["recovery"], deployment=who.deployment, login=who.login, secret=code
        )
    except (CryptoError, InvalidTag, KeyError) as error:
        raise RefusedError(
            "A registration was begun here with another password and not answered. Repeat it with "
            f"that password, or remove {home.path / PENDING}.json.",
            code="wrong-secret",
        ) from error
    body = _body(who, kept, login_secret, recovery_secret)
    return Application(body, code, MemberKeys.from_seed(seed))


def _body(
    who: Applicant, kept: dict[str, Any], login_secret: bytes, recovery_secret: bytes
) -> dict[str, Any]:
    both = [slot_body(kept["password"], login_secret), slot_body(kept["recovery"], recovery_secret)]
    return {
        "login": who.login,
        "name": who.name,
        "role": who.role,
        "slots": both,
        **kept["sent"],
    }


def _code_key(seed: bytes) -> AESGCM:
    return AESGCM(hkdf(seed, lp(b"SeSPHR-v1 outbox recovery")))


def _seal_code(seed: bytes, code: str) -> str:
    nonce = secrets.token_bytes(12)
    return b64u_encode(nonce + _code_key(seed).encrypt(nonce, code.encode(), None))


def _open_code(seed: bytes, sealed: str) -> str:
    octets = b64u_decode(sealed)
    return _code_key(seed).decrypt(octets[:12], octets[12:], None).decode()
