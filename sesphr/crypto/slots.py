"""Key slots: the seed sealed under a password, a recovery code or a passkey, or for a guardian.

The endpoint alone computes these; the portal sees the sealed seed and the login
secret, never the password. Parameters are checked before any hashing, so that the
portal can ask neither for less work nor for a memory that no client has.
"""

import base64
import binascii
import hashlib
import re
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from argon2.exceptions import HashingError
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sesphr.crypto import schema as s
from sesphr.crypto.encoding import (
    SUITE,
    b64u_decode,
    b64u_encode,
    check_deployment,
    check_int,
    check_login,
    check_octets,
    check_uuid,
    dec,
    lp,
    utf8,
)
from sesphr.crypto.errors import CryptoError, DecodingError, SlotError
from sesphr.crypto.kdf import hkdf
from sesphr.crypto.strength import check_password_strength

PASSWORD, RECOVERY, PASSKEY = "password", "recovery", "passkey"
# They are sealed under a key that is derived elsewhere, and sign in nobody.
GUARDIAN, FORMER, HAND_OVER = "guardian", "former", "hand-over"
DEFAULT_PARAMS: Mapping[str, int] = {"m": 65536, "t": 3, "p": 1}
_CODE = re.compile(r"[A-Za-z2-7]{32}")
_WRONG = "the secret is wrong, or the slot is another's"

_PARAMS = s.record({"m": s.integer(65536, 1048576), "t": s.integer(3, 16), "p": s.one_of(1)})
_NO_PARAMS = s.record({})
_SLOT = s.record({
    "member": s.ID, "type": s.one_of(PASSWORD, RECOVERY, PASSKEY), "generation": s.POSITIVE,
    "salt": s.octets(16), "params": s.map_of(s.text(1, 1), s.integer()), "sealed": s.octets(60),
})  # fmt: skip


_KEYED = s.record({
    "member": s.ID, "type": s.one_of(GUARDIAN, FORMER, HAND_OVER), "generation": s.POSITIVE, "salt": s.octets(16),
    "params": _NO_PARAMS, "sealed": s.octets(60),
})  # fmt: skip


@dataclass(frozen=True)
class SlotKeys:
    """What a secret yields: the key that seals the seed, and what the portal is sent."""

    slot_key: bytes
    login_secret: bytes

    def __repr__(self) -> str:
        return "SlotKeys(...)"


def check_params(slot_type: str, params: Mapping[str, int]) -> None:
    """Demand 65536 <= m <= 1048576 KiB, 3 <= t <= 16, p = 1 of a password slot, nothing of others.

    Raises:
        SlotError: anything else.
    """
    try:
        s.one_of(PASSWORD, RECOVERY, PASSKEY)(slot_type)
        (_PARAMS if slot_type == PASSWORD else _NO_PARAMS)(params)
    except DecodingError:
        raise SlotError("parameters that this client refuses") from None


def _password(
    password: object, deployment: str, login: str, salt: bytes, params: Mapping[str, int]
) -> bytes:
    secret = utf8(password).decode()
    unique = hashlib.sha256(lp(deployment.encode(), check_login(login).encode(), salt)).digest()
    try:
        return hash_secret_raw(
            utf8(unicodedata.normalize("NFC", secret)), unique, time_cost=params["t"],
            memory_cost=params["m"], parallelism=params["p"], hash_len=32, type=Type.ID, version=0x13,
        )  # fmt: skip
    except (HashingError, MemoryError):
        raise SlotError("this device has not the memory that the slot asks for") from None


def format_code(octets: bytes) -> str:
    """20 octets as a code to print: eight groups of four letters and digits."""
    letters = base64.b32encode(check_octets(octets, 20)).decode("ascii")
    return "-".join(letters[start : start + 4] for start in range(0, 32, 4))


def code_octets(code: object) -> bytes:
    """The 20 octets of a code as it was typed.

    Raises:
        SlotError: it cannot be one.
    """
    typed = code.replace(" ", "").replace("-", "") if isinstance(code, str) else ""
    if not _CODE.fullmatch(typed):
        raise SlotError("a recovery code is eight groups of four letters and digits from 2 to 7")
    try:
        return base64.b32decode(typed.upper())
    except binascii.Error:
        raise SlotError(_WRONG) from None


def _recovery(code: object, deployment: str, member: str, salt: bytes) -> bytes:
    info = lp(b"SeSPHR-v1 recovery", deployment.encode(), member.encode())
    return hkdf(code_octets(code), info, salt=salt)


def passkey_input(salt: bytes) -> bytes:
    """The PRF input that a passkey slot's salt asks the authenticator for."""
    return hashlib.sha256(lp(b"SeSPHR-v1 passkey", check_octets(salt, 16))).digest()


def derive(
    slot_type: str, *, deployment: str, login: str, member: str, salt: bytes,
    params: Mapping[str, int], secret: str | bytes,
) -> SlotKeys:  # fmt: skip
    """Slot key and login secret, from what the portal tells before it hands out the sealed part.

    Args:
        slot_type: "password", "recovery" or "passkey".
        deployment: deployment id.
        login: login name.
        member: member id; matters to a recovery code only, but is checked always.
        salt: 16 octets.
        params: Argon2id's {m, t, p}, or {}.
        secret: the password, the code as typed, or the passkey's 32 PRF octets.

    Raises:
        SlotError: parameters, a code that cannot be one, or not enough memory.
        DecodingError: a name, id, salt or secret of another form.
    """
    check_params(slot_type, params)
    check_deployment(deployment)
    check_uuid(member)
    check_octets(salt, 16)
    if slot_type == PASSWORD:
        root = _password(secret, deployment, login, salt, params)
    elif slot_type == RECOVERY:
        root = _recovery(secret, deployment, member, salt)
    else:
        root = check_octets(secret, 32)
    return SlotKeys(hkdf(root, b"slot"), hkdf(root, b"login"))


def _aad(deployment: str, slot: Mapping[str, Any], salt: bytes) -> bytes:
    params = slot["params"]
    text = f"m={params['m']},t={params['t']},p={params['p']}" if params else ""
    return lp(
        SUITE.encode(), deployment.encode(), slot["member"].encode(), slot["type"].encode(),
        dec(slot["generation"]), salt, text.encode(),
    )  # fmt: skip


def _seal(
    seed: bytes, slot_type: str, *, deployment: str, login: str, member: str, generation: int,
    params: Mapping[str, int], secret: str | bytes, salt: bytes,
) -> tuple[dict[str, Any], bytes]:  # fmt: skip
    keys = derive(
        slot_type,
        deployment=deployment,
        login=login,
        member=member,
        salt=salt,
        params=params,
        secret=secret,
    )
    unsealed: dict[str, Any] = {
        "member": member, "type": slot_type, "generation": generation, "salt": b64u_encode(salt),
        "params": dict(params),
    }  # fmt: skip
    return _sealed(seed, deployment, keys.slot_key, unsealed), keys.login_secret


def _sealed(seed: bytes, deployment: str, key: bytes, slot: dict[str, Any]) -> dict[str, Any]:
    check_octets(seed, 32)
    check_int(slot["generation"], 1)
    nonce, aad = secrets.token_bytes(12), _aad(deployment, slot, b64u_decode(slot["salt"], 16))
    return {**slot, "sealed": b64u_encode(nonce + AESGCM(key).encrypt(nonce, seed, aad))}


def _salt(given: bytes | None) -> bytes:
    return secrets.token_bytes(16) if given is None else check_octets(given, 16)


def make_password_slot(
    seed: bytes, *, deployment: str, login: str, member: str, password: str, generation: int,
    params: Mapping[str, int] = DEFAULT_PARAMS, salt: bytes | None = None,
) -> tuple[dict[str, Any], bytes]:  # fmt: skip
    """(slot, login secret) for a password that is not too easily guessed.

    Args:
        seed: 32 octets.
        deployment: deployment id.
        login: login name.
        member: member id.
        password: any text; taken in NFC.
        generation: 1 for the first slot, then one more with each.
        params: Argon2id's {m, t, p}.
        salt: 16 octets, where the portal fixes them; fresh random when None.

    Raises:
        SlotError: a weak password, with advice, or parameters.
        DecodingError: a value of another form.
    """
    check_password_strength(password, login, deployment)
    return _seal(
        seed, PASSWORD, deployment=deployment, login=login, member=member, generation=generation,
        params=params, secret=password, salt=_salt(salt),
    )  # fmt: skip


def make_recovery_slot(
    seed: bytes, *, deployment: str, login: str, member: str, generation: int,
    salt: bytes | None = None,
) -> tuple[dict[str, Any], bytes, str]:  # fmt: skip
    """(slot, login secret, code to print): 160 random bits in eight groups of four.

    `salt` is 16 octets, fresh random when None.

    Raises:
        DecodingError: a value of another form.
    """
    code = format_code(secrets.token_bytes(20))
    slot, login_secret = _seal(
        seed, RECOVERY, deployment=deployment, login=login, member=member, generation=generation,
        params={}, secret=code, salt=_salt(salt),
    )  # fmt: skip
    return slot, login_secret, code


def make_passkey_slot(
    seed: bytes,
    *,
    deployment: str,
    login: str,
    member: str,
    generation: int,
    salt: bytes,
    prf: bytes,
) -> tuple[dict[str, Any], bytes]:
    """(slot, login secret) for the PRF output of `passkey_input(salt)`."""
    return _seal(
        seed, PASSKEY, deployment=deployment, login=login, member=member, generation=generation,
        params={}, secret=prf, salt=check_octets(salt, 16),
    )  # fmt: skip


def make_keyed_slot(
    seed: bytes, slot_type: str, *, deployment: str, member: str, generation: int, slot_key: bytes
) -> dict[str, Any]:
    """A seed sealed under a key that is known already; the slot signs in nobody.

    Args:
        seed: 32 octets.
        slot_type: `GUARDIAN`, `FORMER` or `HAND_OVER`.
        deployment: deployment id.
        member: whose seed it is.
        generation: from 1 on.
        slot_key: 32 octets.

    Raises:
        DecodingError: a value of another form.
    """
    check_deployment(deployment)
    unsealed: dict[str, Any] = {
        "member": check_uuid(member), "type": slot_type, "generation": generation,
        "salt": b64u_encode(secrets.token_bytes(16)), "params": {},
    }  # fmt: skip
    return _sealed(seed, deployment, check_octets(slot_key, 32), unsealed)


def open_keyed_slot(
    slot: Mapping[str, Any], slot_type: str, *, deployment: str, slot_key: bytes
) -> bytes:
    """The seed in a slot of such a type.

    Raises:
        SlotError: a malformed slot, of another type, under another key.
    """
    try:
        _KEYED(slot)
        if slot["type"] != slot_type:
            raise SlotError(_WRONG)
        return _unsealed(slot, check_deployment(deployment), check_octets(slot_key, 32))
    except (CryptoError, InvalidTag):
        raise SlotError(_WRONG) from None


def _unsealed(slot: Mapping[str, Any], deployment: str, key: bytes) -> bytes:
    salt, sealed = b64u_decode(slot["salt"], 16), b64u_decode(slot["sealed"], 60)
    return AESGCM(key).decrypt(sealed[:12], sealed[12:], _aad(deployment, slot, salt))


def open_slot(
    slot: Mapping[str, Any], *, deployment: str, login: str, secret: str | bytes
) -> tuple[bytes, bytes]:
    """(seed, login secret) from a slot and its secret.

    Raises:
        SlotError: a malformed slot, refused parameters, a wrong secret, another's slot.
    """
    try:
        _SLOT(slot)
        keys = derive(
            slot["type"], deployment=deployment, login=login, member=slot["member"],
            salt=b64u_decode(slot["salt"], 16), params=slot["params"], secret=secret,
        )  # fmt: skip
        seed = _unsealed(slot, deployment, keys.slot_key)
    except SlotError:
        raise
    except (CryptoError, InvalidTag):
        raise SlotError(_WRONG) from None
    return seed, keys.login_secret
