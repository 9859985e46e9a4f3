"""Calls that reach some of the nodes, in any order: afterwards all nodes hold the same, and every
write that enough nodes took is there."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from sesphr.crypto.statements import payload_of_unverified
from sesphr.ports.errors import PortError
from srs.catching_up import catch_up
from srs.context import Node
from srs.models import Acl, Member, Rival, Version
from tests.nodes.state import everybody_catches_up, held, local, undone
from tests.support.endpoints import Endpoint, digest_of, element

pytestmark = pytest.mark.django_db(databases="__all__")
ENOUGH = 2
ACTS = ("grant", "revoke", "deposit", "suspend", "activate", "hear", "depart")
SOME = st.sets(st.sampled_from([1, 2, 3]), min_size=1)
STEPS = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 1), SOME), min_size=1, max_size=12)


@dataclass
class World:
    """Two owners and two users; what was acknowledged."""

    owners: list[Endpoint] = field(default_factory=lambda: [Endpoint(), Endpoint()])
    users: list[Endpoint] = field(default_factory=lambda: [Endpoint(), Endpoint()])
    lists: dict[str, list[str]] = field(default_factory=dict)
    versions: set[str] = field(default_factory=set)
    ended: set[str] = field(default_factory=set)

    def begin(self) -> None:
        """Everybody is there and takes part."""
        for person in self.owners + self.users:
            jws = person.registration(("medical",))
            for index in (1, 2, 3):
                local(index).register(jws)
                local(index).activate(person.id, "owner")

    def act(self, name: str, which: int, reached: set[int]) -> None:
        """One act, that these nodes hear of."""
        owner, user = self.owners[which], self.users[which]
        if name in ("grant", "revoke"):
            self._list(
                owner, self._head(owner, reached), user if name == "grant" else None, reached
            )
        elif name == "deposit":
            self._deposit(owner, reached)
        elif name == "hear":
            for index in reached:
                catch_up(local(index))
        elif name == "depart":
            if self._taken(lambda node: node.depart(self.users[1].id), reached):
                self.ended.add(self.users[1].id)
        elif name == "suspend":
            self._taken(lambda node: node.suspend(user.id), reached)
        else:
            self._taken(lambda node: node.activate(user.id, "owner"), reached)

    def _taken(self, call: Any, reached: set[int]) -> bool:
        done = 0
        for index in sorted(reached):
            try:
                call(local(index))
                done += 1
            except PortError:
                continue
        return done >= ENOUGH

    def _head(self, owner: Endpoint, reached: set[int]) -> str | None:
        """The newest list that the owner's endpoint is shown by the nodes that it reaches."""
        found = [local(index).acl(owner.id) for index in reached]
        return max((one for one in found if one), key=_seq, default=None)

    def _list(
        self, owner: Endpoint, head: str | None, user: Endpoint | None, reached: set[int]
    ) -> None:
        owner.acl_head = head
        acl = owner.acl([] if user is None else [owner.rule(user, ["medical"])])
        deal = None if user is None else owner.deal(acl, [(user, "medical")])
        if self._taken(lambda node: node.set_acl(acl, deal), reached):
            self.lists.setdefault(owner.id, []).append(acl)

    def _deposit(self, owner: Endpoint, reached: set[int]) -> None:
        sealed = owner.seal({"medical": element("medical")})
        if self._taken(lambda node: node.deposit(owner.deposit_for(sealed, node.index)), reached):
            self.versions.add(digest_of(sealed.manifest))

    def check(self) -> None:
        """All nodes alike, nothing acknowledged lost."""
        everybody_catches_up(4)
        assert held(1) == held(2) == held(3)
        for index in (1, 2, 3):
            alias = Node(index).alias
            kept = set(Version.objects.using(alias).values_list("digest", flat=True))
            assert self.versions <= kept
            taken = set(Acl.objects.using(alias).values_list("digest", flat=True))
            assert {digest_of(one) for lists in self.lists.values() for one in lists} <= taken
            gone = Member.objects.using(alias).filter(pk__in=self.ended)
            assert {one.state for one in gone} <= {"departed"}
            assert not Rival.objects.using(alias).exists()


def _seq(acl: str) -> int:
    return int(payload_of_unverified(acl)["seq"])


def _play(steps: list[tuple[str, int, set[int]]]) -> None:
    with undone():
        world = World()
        world.begin()
        for name, which, reached in steps:
            world.act(name, which, reached)
        world.check()


@seed(20261129)
@settings(max_examples=6, deadline=None, database=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])  # fmt: skip
@given(STEPS)
def test_nodes_end_alike(steps: list[tuple[str, int, set[int]]]) -> None:
    _play(steps)


@pytest.mark.soak
@settings(max_examples=60, deadline=None, database=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])  # fmt: skip
@given(STEPS)
def test_nodes_end_alike_whatever_happens(steps: list[tuple[str, int, set[int]]]) -> None:
    _play(steps)
