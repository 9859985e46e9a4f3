"""The earliest of times that clocks explain counts, and no lie moves one further."""

from typing import Any

import pytest

from sesphr.ports.srs import JournalEntry
from srs.catching_up import apply, catch_up
from srs.context import SKEW, Node
from srs.models import Journal, Member, Record, Version
from tests.contract.test_srs import deposit, member, record_of
from tests.nodes.state import at, everybody_catches_up, held, local
from tests.support.endpoints import Endpoint, element

pytestmark = pytest.mark.django_db(databases="__all__")


def said(number: int, kind: str, subject: str, time: int, **more: Any) -> JournalEntry:
    """What another node says happened then."""
    found = {"statement": "", "deal": None, "sealed": {}, "facts": {}, "void": False, **more}
    return JournalEntry(number=number, kind=kind, subject=subject, time=time, **found)


def joined(user: Endpoint, index: int = 1) -> int:
    """The joining date at a node."""
    found = Member.objects.using(Node(index).alias).get(pk=user.id).joined
    assert found is not None
    return found


class TestMembers:
    """Joining dates."""

    def lie(self, user: Endpoint, start: int, steps: int) -> None:
        facts = {"state": "active", "role": "nurse", "turn": "1"}
        for number in range(1, steps + 1):
            time = start - SKEW * number
            apply(Node(1), 3, said(number, "membership", user.id, time, facts=facts))

    def test_no_lie_moves_one_further_than_clocks_may(self) -> None:
        user = member("nurse")
        first = joined(user)
        self.lie(user, first, 20)
        assert first - SKEW <= joined(user) <= first

    def test_not_after_further_changes_of_state_either(self) -> None:
        user = member("nurse")
        first = joined(user)
        self.lie(user, first, 1)
        at((1, 2, 3), lambda node: node.suspend(user.id))
        at((1, 2, 3), lambda node: node.activate(user.id, "nurse"))
        self.lie(user, first - SKEW, 5)
        assert joined(user) == first - SKEW

    def test_the_earliest_of_three_clocks_counts_everywhere(self, moved_clock: list[int]) -> None:
        user = Endpoint()
        jws, began = user.registration(()), moved_clock[0]
        at((1, 2, 3), lambda node: node.register(jws))
        for index, off in ((1, 0), (2, -140), (3, 140)):
            moved_clock[0] = began + off
            at((index,), lambda node: node.activate(user.id, "nurse"))
        moved_clock[0] = began
        everybody_catches_up()
        assert {joined(user, index) for index in (1, 2, 3)} == {began - 140}

    def test_whoever_only_heard_of_it_keeps_the_same_bound(self) -> None:
        user = Endpoint()
        jws = user.registration(())
        at((2, 3), lambda node: node.register(jws))
        at((2, 3), lambda node: node.activate(user.id, "nurse"))
        catch_up(local(1))
        first = joined(user)
        self.lie(user, first, 20)
        assert first - SKEW <= joined(user) <= first


class TestDeposits:
    """When a version was accepted, by which its record is dated."""

    @pytest.mark.parametrize("contributed", [False, True])
    def test_no_lie_moves_one_further_than_clocks_may(self, contributed: bool) -> None:
        owner, author = member(), member("laboratory")
        rule = owner.rule(author, ["medical"], actions=["add"], history=False)
        acl = owner.acl([rule])
        at((1, 2, 3), lambda node: node.set_acl(acl, None))
        if contributed:
            sealed = author.contribution(owner, {"medical": element("medical")})
        else:
            sealed = owner.seal({"medical": element("medical")})
        writer = author if contributed else owner
        at((1,), lambda node: node.deposit(writer.deposit_for(sealed, node.index)))
        row = Version.objects.using("srs").get()
        first = row.accepted
        sent = writer.deposit_for(sealed, 1)
        parts = {**sent.others, "1": sent.sealed}
        for number in range(1, 20):
            time = first - SKEW * number
            apply(
                Node(1), 3,
                said(number, "deposit", record_of(sealed), time, statement=sealed.manifest, sealed=parts),
            )  # fmt: skip
        row.refresh_from_db(using="srs")
        assert row.accepted == first - SKEW
        date = Record.objects.using("srs").get().date
        assert date in (first, first - SKEW)

    def test_the_earliest_of_three_clocks_counts_everywhere(self, moved_clock: list[int]) -> None:
        owner, began = member(), moved_clock[0]
        sealed = owner.seal({"medical": element("medical")})
        for index, off in ((1, 0), (2, -140), (3, 140)):
            moved_clock[0] = began + off
            at((index,), lambda node: node.deposit(owner.deposit_for(sealed, node.index)))
        moved_clock[0] = began
        everybody_catches_up()
        assert held(1) == held(2) == held(3)
        assert held(1)["versions"][0][3] == began - 140
        assert Journal.objects.using("srs").filter(kind="deposit").count() == 1
        deposit(owner)
