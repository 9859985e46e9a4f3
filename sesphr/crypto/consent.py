"""Consent codes: RFC 6238 over an owner's secret, and what secret and codes are sealed under.

SHA-1, six digits, 30 seconds: what every authenticator app makes. The secret is known to the
owner's app and to the nodes; a code goes to each node sealed, bound to its owner, its asker
and the one request that carries it.
"""

import hmac

from sesphr.crypto.encoding import (
    SUITE,
    check_deployment,
    check_int,
    check_octets,
    check_uuid,
    dec,
    lp,
)
from sesphr.crypto.errors import DecodingError

SECRET, STEP, DIGITS = 20, 30, 6
# How many steps a code may be early or late.
SKEW = 1


def step_of(now: int) -> int:
    """The number of the time step of a Unix time."""
    return check_int(now) // STEP


def code(secret: bytes, step: int) -> str:
    """The six digits of a step (RFC 4226, RFC 6238)."""
    mac = hmac.digest(check_octets(secret, SECRET), check_int(step).to_bytes(8, "big"), "sha1")
    start = mac[-1] & 15
    number = int.from_bytes(mac[start : start + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def check_code(text: object) -> bytes:
    """The octets of a code as they are sealed: six ASCII digits.

    Raises:
        DecodingError: anything else.
    """
    if not isinstance(text, str) or len(text) != DIGITS or not (text.isascii() and text.isdigit()):
        raise DecodingError("a code has six digits")
    return text.encode("ascii")


def steps_of(secret: bytes, given: bytes, now: int) -> list[int]:
    """The steps around now whose code this is, earliest first; all are compared, in constant time."""
    near = range(max(0, step_of(now) - SKEW), step_of(now) + SKEW + 1)
    same = [hmac.compare_digest(code(secret, step).encode("ascii"), given) for step in near]
    return [step for step, fits in zip(near, same, strict=True) if fits]


def secret_info(deployment: str, owner: str, index: int) -> bytes:
    """The `info` under which an owner seals the secret to a node."""
    return lp(SUITE.encode(), b"consent", *_place(deployment, owner), dec(check_int(index, 1)))


def code_info(deployment: str, owner: str, asker: str, nonce: bytes, index: int) -> bytes:
    """The `info` under which an asker seals an owner's code to a node; the nonce is the request's."""
    return lp(
        SUITE.encode(), b"code", *_place(deployment, owner), check_uuid(asker).encode(),
        check_octets(nonce, 16), dec(check_int(index, 1)),
    )  # fmt: skip


def _place(deployment: str, owner: str) -> tuple[bytes, bytes]:
    return check_deployment(deployment).encode(), check_uuid(owner).encode()
