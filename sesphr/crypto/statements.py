"""Signed objects: compact JWS with one fixed header (protocol section 2).

An own profile instead of a JOSE library: the header is compared, never
interpreted, so that no algorithm, key or extension can be chosen by the sender.
The key comes from the directory only.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sesphr.crypto import ed25519, keychange
from sesphr.crypto.encoding import b64u_decode, b64u_encode, check_int, check_octets, parse_ijson
from sesphr.crypto.errors import DecodingError, StatementError
from sesphr.crypto.keys import MemberKeys, thumbprint
from sesphr.crypto.payloads import SCHEMAS, check_payload

PAST, FUTURE = 180, 120


@dataclass(frozen=True)
class Verified:
    """A signed object whose signature, issuer and payload were checked; made by `verify` only."""

    payload: dict[str, Any]
    octets: bytes
    digest: bytes
    name: str
    issuer: str
    jws: str


def _header(typ: str, verification: bytes) -> str:
    kid = thumbprint(verification)
    return b64u_encode(f'{{"alg":"EdDSA","typ":"{typ}","kid":"{kid}"}}'.encode())


def sign(keys: MemberKeys | Ed25519PrivateKey | bytes, typ: str, payload: bytes) -> str:
    """The compact JWS of payload octets, which stay as they are.

    Args:
        keys: a member's keys, an Ed25519 key, or its seed of 32 octets.
        typ: the object's type.
        payload: JSON octets that fit the type.

    Raises:
        StatementError: the payload is not one of this type.
    """
    return _signed(keys, typ, check_payload(typ, parse_ijson(payload)), payload)


def sign_members(
    keys: MemberKeys | Ed25519PrivateKey | bytes, typ: str, members: dict[str, Any], *,
    known: bool = False,
) -> str:  # fmt: skip
    """The same of members that the caller put together, which are written down here.

    What a schema takes (text, integers, booleans, null, lists and objects) JSON writes in a way
    that reads as the same members, so nothing is read back. `known`: the caller's own code made all
    of it, nothing came from anybody else unchecked; then the schema is not asked either.
    """
    if not known:
        check_payload(typ, members)
    octets = json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()
    return _signed(keys, typ, members, octets)


def _signed(
    keys: MemberKeys | Ed25519PrivateKey | bytes, typ: str, checked: dict[str, Any], payload: bytes
) -> str:
    if isinstance(keys, MemberKeys):
        key = keys.signing_key
    elif isinstance(keys, Ed25519PrivateKey):
        key = keys
    else:
        key = Ed25519PrivateKey.from_private_bytes(check_octets(keys, 32))
    verification = key.public_key().public_bytes_raw()
    _check_own_key(typ, checked, verification)
    signed = f"{_header(typ, verification)}.{b64u_encode(payload)}"
    return f"{signed}.{b64u_encode(ed25519.sign(key, signed.encode('ascii')))}"


def _segments(jws: object) -> tuple[str, str, str]:
    parts = jws.split(".") if isinstance(jws, str) else []
    if len(parts) != 3:
        raise StatementError("not a compact JWS of three parts")
    return parts[0], parts[1], parts[2]


def _parsed(segment: str) -> tuple[bytes, dict[str, Any]]:
    try:
        octets = b64u_decode(segment)
        payload = parse_ijson(octets)
    except DecodingError as error:
        raise StatementError(f"payload: {error}") from None
    if not isinstance(payload, dict):
        raise StatementError("a payload that is no object")
    return octets, payload


def payload_of_unverified(jws: str) -> dict[str, Any]:
    """The payload of an object nobody checked yet: to find its `iss`, or to read back what was.

    Raises:
        StatementError: not a JWS with a JSON object.
    """
    return _parsed(_segments(jws)[1])[1]


def verify(jws: str, *, typ: str, deployment: str, directory: Mapping[str, bytes]) -> Verified:
    """Check a signed object whole.

    Args:
        jws: the text as received.
        typ: the type that is expected.
        deployment: this deployment's id.
        directory: raw verification keys by member or node id.

    Raises:
        SignatureError: the signature or its key.
        StatementError: anything else.
    """
    header, body, signature = _segments(jws)
    if not isinstance(typ, str) or typ not in SCHEMAS:
        raise StatementError("an unknown type of signed object")
    octets, payload = _parsed(body)
    issuer = payload.get("iss")
    key = directory.get(issuer) if isinstance(issuer, str) else None
    if not isinstance(issuer, str) or key is None:
        raise StatementError("an issuer whom the directory does not know")
    ed25519.check_key(key)
    if header != _header(typ, key):
        raise StatementError("a header other than the one that type and issuer demand")
    _check_signature(key, signature, f"{header}.{body}")
    check_payload(typ, payload)
    _check_place(typ, payload, deployment, key)
    digest = hashlib.sha256(octets).digest()
    return Verified(payload, octets, digest, digest.hex(), issuer, jws)


def _check_signature(key: bytes, signature: str, signed: str) -> None:
    try:
        octets = b64u_decode(signature, 64)
    except DecodingError as error:
        raise StatementError(f"signature: {error}") from None
    ed25519.verify(key, octets, signed.encode("ascii"))


def _check_place(typ: str, payload: dict[str, Any], deployment: str, key: bytes) -> None:
    if payload["deployment"] != deployment:
        raise StatementError("an object of another deployment")
    _check_own_key(typ, payload, key)


def _check_own_key(typ: str, payload: dict[str, Any], key: bytes) -> None:
    """A registration is of the key that signs it, or changes that key with proof of the new one."""
    if typ != "sesphr-registration":
        return
    named = b64u_decode(payload["verification"])
    if "possession" in payload:
        keychange.check(payload, key)
    elif named != key:
        raise StatementError("a registration of another key than the one that signs it")


def kid_of(jws: str) -> str | None:
    """The `kid` of a header that nobody checked yet; None where it has none."""
    head = jws.split(".", maxsplit=1)[0] if isinstance(jws, str) else ""
    try:
        kid = json.loads(b64u_decode(head)).get("kid")
    except (DecodingError, ValueError, AttributeError):
        return None
    return kid if isinstance(kid, str) else None


def signer(jws: str, keys: Sequence[bytes]) -> bytes:
    """The one of a member's verification keys, the oldest first, that a statement says signed it.

    Where none fits it is the newest, with which the statement then fails.
    """
    kid = kid_of(jws)
    return next((key for key in keys if thumbprint(key) == kid), keys[-1])


def check_fresh(iat: int, now: int) -> None:
    """Take an access request iff -120 <= now - iat <= 180 seconds.

    Raises:
        StatementError: too old, or from the future.
    """
    try:
        age = check_int(now) - check_int(iat)
    except DecodingError:
        raise StatementError("not a time") from None
    if not -FUTURE <= age <= PAST:
        raise StatementError("too old, or from the future")
