"""A small world: an owner with a record, and people who stand differently towards it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest

from sesphr import clock
from sesphr.adapters import get_srs_nodes
from tests.support.credentials import Council, pinned
from tests.support.people import Person, browser, record_of
from tests.support.replay import beginning


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

    def twin(self) -> "World":
        """The same world, for one more test."""
        return replace(
            self,
            **{
                name: getattr(self, name).twin()
                for name in ("owner", "grantee", "revoked", "stranger", "pending", "nobody")
            },
            council=Council(clock.now() - 1),
        )


@pytest.fixture
def council(world: World) -> Iterator[Council]:
    """The world's authority for physicians, pinned, with a revocation list at every node."""
    with pinned(world.council.issuer):
        crl = world.council.crl()
        for node in get_srs_nodes():
            node.take_revocations(crl)
        yield world.council


# Who is there without anything between them.
ROLES: dict[str, Callable[[], Person]] = {
    "owner": lambda: person("olga", "owner"),
    "grantee": lambda: person("greta", "physician"),
    "stranger": lambda: person("stig", "physician"),
    "pending": lambda: Person.named("petra", "nurse").register().signed_in(),
}


@pytest.fixture
def people(request: pytest.FixtureRequest, db: None) -> dict[str, Person]:
    """Those whom the test asks for, by what the fixtures call them."""
    if "world" in request.fixturenames:
        world = request.getfixturevalue("world")
        return {name: getattr(world, name) for name in ROLES}
    wanted = [name for name in ROLES if name in request.fixturenames]
    made = beginning(f"api {wanted}", lambda: {name: ROLES[name]() for name in wanted})
    return {name: one.twin() for name, one in made.items()}


@pytest.fixture
def owner(people: dict[str, Person]) -> Person:
    return people["owner"]


@pytest.fixture
def stranger(people: dict[str, Person]) -> Person:
    return people["stranger"]


@pytest.fixture
def grantee(people: dict[str, Person]) -> Person:
    return people["grantee"]


@pytest.fixture
def pending(people: dict[str, Person]) -> Person:
    return people["pending"]


def without_session() -> Person:
    """Somebody who is nobody's member."""
    return Person(
        id="00000000-0000-4000-8000-000000000000", login="nobody@example.org", http=browser()
    )


@pytest.fixture
def nobody() -> Person:
    """Somebody without a session."""
    return without_session()


@pytest.fixture
def world(db: None) -> World:
    made: World = beginning("api world", _world)
    return made.twin()


def _world() -> World:
    found = {name: make() for name, make in ROLES.items()}
    owner, grantee = found["owner"], found["grantee"]
    revoked = person("rolf", "pharmacist")
    record = record_of(owner.deposited())
    owner.grant(revoked, "medical", "personal")
    owner.revoke_all()
    owner.grant(grantee, "medical")
    return World(record=record, revoked=revoked, nobody=without_session(), **found)
