"""Members with a role credential at the nodes, for tests of what lists give to roles."""

from collections.abc import Iterator
from contextlib import contextmanager

from sesphr import clock, pins
from sesphr.crypto.encoding import b64u_encode
from sesphr.crypto.revocations import read_revocations
from sesphr.deployment import get_deployment
from sesphr.roles import node_database
from srs.models import Credential, Revocations
from tests.support.credentials import Council
from tests.support.endpoints import Endpoint


@contextmanager
def council(*roles: str) -> Iterator[Council]:
    """An authority that every node pins, and whose first list of revocations they have."""
    made = Council(clock.now(), roles=roles or ("physician", "nurse"))
    pins.pin(made.issuer)
    revoke(made)
    try:
        yield made
    finally:
        pins.unpin(made.issuer.id)


def _aliases() -> list[str]:
    return [node_database(index) for index in range(1, get_deployment().n + 1)]


def certify(authority: Council, who: Endpoint, role: str = "physician", serial: int = 1) -> None:
    """Give somebody a credential, at every node."""
    octets = authority.credential(who.id, who.keys.signing_key, role=role, serial=serial)
    for alias in _aliases():
        Credential.objects.using(alias).update_or_create(
            member_id=who.id, defaults={"octets": octets, "digest": b64u_encode(bytes(32))}
        )


def revoke(authority: Council, *serials: int) -> None:
    """The authority's next list with these serials, at every node."""
    octets = authority.crl(*serials)
    read = read_revocations(octets, (authority.issuer,))
    for alias in _aliases():
        Revocations.objects.using(alias).update_or_create(
            issuer=authority.issuer.id, defaults={"octets": octets, "number": read.number}
        )
