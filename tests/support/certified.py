"""Members with a role credential at the nodes, for tests of what lists give to roles."""

from collections.abc import Iterator
from contextlib import contextmanager

from sesphr import clock
from sesphr.adapters import get_srs_nodes
from tests.support.credentials import Council, pinned
from tests.support.endpoints import Endpoint


@contextmanager
def council(*roles: str) -> Iterator[Council]:
    """An authority that every node pins, and whose first list of revocations they have."""
    made = Council(clock.now(), roles=roles or ("physician", "nurse"))
    with pinned(made.issuer):
        revoke(made)
        yield made


def certify(authority: Council, who: Endpoint, role: str = "physician", serial: int = 1) -> None:
    """Give somebody a credential, at every node; of a higher number (up to 99), one that begins later."""
    since = authority.now - 100 + serial
    octets = authority.credential(
        who.id, who.keys.signing_key, role=role, serial=serial, since=since
    )
    for node in get_srs_nodes():
        node.present(octets)


def revoke(authority: Council, *serials: int) -> None:
    """The authority's next list with these serials, at every node."""
    octets = authority.crl(*serials)
    for node in get_srs_nodes():
        node.take_revocations(octets)
