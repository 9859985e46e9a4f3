"""A small world: an owner with a record, and people who stand differently towards it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from sesphr import clock
from sesphr.adapters import get_srs_nodes
from tests.support.credentials import Council, pinned
from tests.support.people import Person, browser, record_of


def person(name: str, role: str) -> Person:
    """Registered, authorised, signed in."""
    return Person.named(name, role).register().authorised().signed_in()


@dataclass
class World:
    """`owner` let `grantee` read medical; `revoked` might once; `pending` waits."""

    owner: Person
    record: str
    grantee: Person
    revoked: Person
    stranger: Person
    pending: Person
    nobody: Person
    council: Council = field(default_factory=lambda: Council(clock.now() - 1))


@pytest.fixture
def council(world: World) -> Iterator[Council]:
    """The world's authority for physicians, pinned, with a revocation list at every node."""
    with pinned(world.council.issuer):
        crl = world.council.crl()
        for node in get_srs_nodes():
            node.take_revocations(crl)
        yield world.council


@pytest.fixture
def owner(db: None) -> Person:
    return person("olga", "owner")


@pytest.fixture
def stranger(db: None) -> Person:
    return person("stig", "physician")


@pytest.fixture
def grantee(db: None) -> Person:
    return person("greta", "physician")


@pytest.fixture
def pending(db: None) -> Person:
    return Person.named("petra", "nurse").register().signed_in()


@pytest.fixture
def nobody(db: None) -> Person:
    """Somebody without a session."""
    return Person(
        id="00000000-0000-4000-8000-000000000000", login="nobody@example.org", http=browser()
    )


@pytest.fixture
def world(
    owner: Person, grantee: Person, stranger: Person, pending: Person, nobody: Person
) -> World:
    revoked = person("rolf", "pharmacist")
    record = record_of(owner.deposited())
    owner.grant(revoked, "medical", "personal")
    owner.revoke_all()
    owner.grant(grantee, "medical")
    return World(owner, record, grantee, revoked, stranger, pending, nobody)
