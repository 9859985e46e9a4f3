"""The nodes' receipts of a departure: whose signature, for whom."""

import hashlib
from collections.abc import Mapping
from uuid import UUID

from sesphr.crypto import statements
from sesphr.crypto.encoding import b64u_encode, lp
from sesphr.crypto.errors import CryptoError
from sesphr.deployment import get_deployment


def departure_digest(member: UUID) -> str:
    """What a receipt names as its object when it confirms a member's departure (b64u)."""
    return b64u_encode(hashlib.sha256(lp(b"SeSPHR-v1 departure", str(member).encode())).digest())


def holds(jws: str, member: UUID, index: int) -> bool:
    """Whether this node signed that the member departed."""
    deployment = get_deployment()
    try:
        found = statements.verify(
            jws, typ="sesphr-receipt", deployment=deployment.id, directory=deployment.node_keys()
        )
    except CryptoError:
        return False
    said = (found.payload["kind"], found.payload["owner"], found.payload["object"])
    expected = ("departure", str(member), departure_digest(member))
    return said == expected and deployment.index_of(found.issuer) == index


def verified(receipts: Mapping[str, str], member: UUID) -> int:
    """How many nodes' receipts hold, of {index: JWS}."""
    return sum(holds(jws, member, int(index)) for index, jws in receipts.items())
