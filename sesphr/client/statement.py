"""Making and checking signed objects with the client's errors: what a server forged is exit 4."""

from collections.abc import Mapping
from typing import Any

from sesphr.client import times
from sesphr.client.errors import IntegrityError
from sesphr.crypto import statements
from sesphr.crypto.encoding import SUITE, canonical_json
from sesphr.crypto.errors import CryptoError
from sesphr.crypto.keys import MemberKeys


def payload(deployment: str, issuer: str, **members: Any) -> bytes:
    """The octets of a payload that is dated now."""
    common = {"suite": SUITE, "deployment": deployment, "iss": issuer, "iat": times.now()}
    return canonical_json({**common, **members})


def sign(keys: MemberKeys, typ: str, octets: bytes) -> str:
    """The JWS of a payload."""
    return statements.sign(keys, typ, octets)


def verify(
    jws: str, *, typ: str, deployment: str, directory: Mapping[str, bytes], what: str
) -> statements.Verified:
    """Check a signed object; `what` names it in the sentence of a failure.

    Raises:
        IntegrityError: it is not what somebody of the directory signed.
    """
    try:
        return statements.verify(jws, typ=typ, deployment=deployment, directory=directory)
    except CryptoError as error:
        raise IntegrityError(f"{what} is not signed as it must be ({error}).") from error
