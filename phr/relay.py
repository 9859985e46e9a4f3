"""Small things that every relay needs: the nodes, and who a key belongs to.

The portal reads payloads only to route them; SRS and cloud check signatures.
"""

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar

from sesphr.adapters import get_srs_nodes
from sesphr.crypto import statements
from sesphr.crypto.encoding import b64u_decode, b64u_encode
from sesphr.crypto.errors import CryptoError
from sesphr.crypto.payloads import check_payload
from sesphr.deployment import get_deployment
from sesphr.ports.errors import Invalid, NotFound, PortError, Refused, Unavailable
from sesphr.ports.srs import SrsNode

T = TypeVar("T")


def nodes() -> tuple[SrsNode, ...]:
    """Every SRS node of the deployment."""
    return get_srs_nodes()


def of_any(read: Callable[[SrsNode], T]) -> T:
    """What the first node that can be reached answers.

    Raises:
        Unavailable: none can.
    """
    for node in nodes():
        try:
            return read(node)
        except Unavailable:
            continue
    raise Unavailable("No key server answered; try again in a moment.")


def payload_by(jws: str, member: object) -> dict[str, Any]:
    """A statement's payload, unverified, if it says that the signed-in member made it.

    Raises:
        Invalid: it cannot be read.
        Refused: it names somebody else.
    """
    try:
        payload = statements.payload_of_unverified(jws)
    except CryptoError as error:
        raise Invalid(f"The statement cannot be read: {error}") from error
    if payload.get("iss") != str(member):
        raise Refused("The statement was signed by somebody else than you.")
    return payload


def checked_by(jws: str, member: object, typ: str) -> dict[str, Any]:
    """The same, if it also has the members of this type.

    Raises:
        Invalid: it has others.
    """
    payload = payload_by(jws, member)
    try:
        return check_payload(typ, payload)
    except CryptoError as error:
        raise Invalid(str(error)) from error


def digest_of(jws: str) -> str:
    """A statement's name: b64u SHA-256 of its payload's octets."""
    return b64u_encode(hashlib.sha256(b64u_decode(jws.split(".")[1])).digest())


def verification_of(member: object) -> bytes:
    """A member's Ed25519 verification key as registered at the SRS."""
    found = nodes()[0].registrations(str(member))
    if not found:
        raise NotFound("This member has not registered any keys.")
    return b64u_decode(statements.payload_of_unverified(found[0])["verification"], 32)


def from_enough(answers: list[Any], failures: list[PortError]) -> list[Any]:
    """Answers if at least t nodes gave one; otherwise why not.

    Raises:
        PortError: the first failure that is not mere unreachability, or Unavailable.
    """
    for failure in failures:
        if not isinstance(failure, Unavailable):
            raise failure
    if len(answers) < get_deployment().t:
        raise Unavailable("Too few key servers answered; try again in a moment.")
    return answers
