"""What a node cannot do at once is not lost: neither by a clock that is behind, nor by any failure."""

import uuid
from typing import Any

import pytest

from sesphr import clock
from sesphr.ports.errors import Invalid
from sesphr.ports.srs import JournalEntry, JournalPage
from srs import catching_up, unsettled
from srs.catching_up import Keeper, catch_up
from srs.models import Cursor, Delegation, JournalHead, Revocations, Unsettled
from tests.contract.test_srs import deposit, grant, member
from tests.nodes.state import at, everybody_catches_up, held, local
from tests.support.certified import council
from tests.support.endpoints import Endpoint

pytestmark = pytest.mark.django_db(databases="__all__")
UP, AWAY, HOUR = (1, 2), 3, 3600


def put(indexes: tuple[int, ...], owner: Endpoint, rules: Any = (), **changed: Any) -> str:
    """The owner's next list, without keys, at some nodes."""
    acl = owner.acl(rules, **changed)
    at(indexes, lambda node: node.set_acl(acl, None))
    owner.acl_head = acl
    return acl


def waiting() -> list[tuple[int, str, str]]:
    """What the third node could not do yet."""
    rows = Unsettled.objects.using("srs-3").order_by("peer", "number")
    return list(rows.values_list("peer", "kind", "subject"))


class TestClock:
    """A clock that is behind."""

    def test_nothing_is_passed_over_until_it_is_right(self, moved_clock: list[int]) -> None:
        owner, user = member(), member("physician")
        deposit(owner)
        grant(owner, user, "medical")
        everybody_catches_up()
        with council() as authority:
            now = moved_clock[0]
            put(UP, owner)
            moved_clock[0] -= HOUR
            assert catch_up(local(AWAY)) == 0
            assert not waiting()
            assert not catching_up.Keeper(local(AWAY), [local(1), local(2)]).ready()
            moved_clock[0] = now + 5
            assert catch_up(local(AWAY)) == 2
            assert held(AWAY) == held(1)
            assert not Delegation.objects.using("srs-3").exists()
            crl = authority.crl(now=now + 5)
            at(UP, lambda node: node.take_revocations(crl))
            moved_clock[0] -= HOUR
            assert catch_up(local(AWAY)) == 0
            moved_clock[0] += HOUR
            assert catch_up(local(AWAY)) == 2
            rows = [Revocations.objects.using(one).get().number for one in ("srs", "srs-3")]
            assert rows[0] == rows[1]

    def test_as_far_as_clocks_may_differ_it_goes_on(self, moved_clock: list[int]) -> None:
        owner = member()
        everybody_catches_up()
        put(UP, owner, iat=moved_clock[0] + 300)
        moved_clock[0] -= 299
        assert catch_up(local(AWAY)) == 2
        assert held(AWAY) == held(1)

    def test_one_that_lies_about_time_is_as_one_away(self, moved_clock: list[int]) -> None:
        owner, other = member(), member()
        everybody_catches_up()
        now = moved_clock[0]
        moved_clock[0] += HOUR
        put((2,), owner, iat=moved_clock[0])
        moved_clock[0] = now
        put((1,), other)
        # The lie spreads to no other, so that whoever has it alone is not heard.
        assert [catch_up(local(index)) for index in (1, 3)] == [1, 1]
        assert local(AWAY).acl(other.id) == other.acl_head


class TestFailures:
    """An entry that fails for a reason of this node's own."""

    @pytest.fixture
    def broken(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """Subjects of whom the third node can take no list."""
        subjects: list[str] = []
        take = catching_up.APPLY["acl"]

        def failing(node: Any, entry: JournalEntry) -> None:
            if node.index == AWAY and entry.subject in subjects:
                raise Invalid("for the time being")
            take(node, entry)

        monkeypatch.setitem(catching_up.APPLY, "acl", failing)
        return subjects

    def test_it_is_tried_again_with_all_that_follows(
        self, broken: list[str], moved_clock: list[int]
    ) -> None:
        owner, user, other = member(), member("physician"), member()
        deposit(owner)
        grant(owner, user, "medical")
        everybody_catches_up()
        broken.append(owner.id)
        put(UP, owner, [owner.rule(user, ["personal"], deny=True)])
        put(UP, owner)
        put(UP, other)
        assert catch_up(local(AWAY)) == 2
        assert local(AWAY).acl(other.id) == other.acl_head
        assert waiting() == [(1, "acl", owner.id), (2, "acl", owner.id)]
        for _ in range(3):
            catch_up(local(AWAY))
        assert len(waiting()) == 2
        broken.clear()
        moved_clock[0] += unsettled.LONGEST
        for _ in range(2):
            catch_up(local(AWAY))
        assert held(AWAY) == held(1)
        assert not waiting()
        assert not Delegation.objects.using("srs-3").exists()

    def test_it_is_not_tried_at_every_reading(
        self, broken: list[str], moved_clock: list[int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        owner = member()
        everybody_catches_up()
        broken.append(owner.id)
        put(UP, owner)
        calls: list[int] = []
        apply = catching_up.apply
        catch_up(local(AWAY))
        monkeypatch.setattr(
            catching_up,
            "apply",
            lambda node, peer, one: (calls.append(peer), apply(node, peer, one)),
        )
        for _ in range(200):
            moved_clock[0] += 1
            catch_up(local(AWAY), [local(1)])
        assert 4 <= len(calls) <= 10
        # A clock that was ahead for a while puts nothing off.
        moved_clock[0] += 10 * HOUR
        catch_up(local(AWAY), [local(1)])
        moved_clock[0] -= 10 * HOUR
        broken.clear()
        for _ in range(2):
            catch_up(local(AWAY), [local(1)])
        assert local(AWAY).acl(owner.id) == owner.acl_head

    def test_it_is_forgotten_with_the_journal_in_which_it_stood(self, broken: list[str]) -> None:
        owner = member()
        everybody_catches_up()
        broken.append(owner.id)
        put((1,), owner)
        catch_up(local(AWAY), [local(1)])
        assert waiting()
        # The other one was restored from a backup of before.
        JournalHead.objects.using("srs").update(length=1)
        catch_up(local(AWAY), [local(1)])
        assert not waiting()
        assert Cursor.objects.using("srs-3").get(peer=1).number == 1


class Liar:
    """A node whose journal says anything."""

    index = 2

    def __init__(self, entries: list[JournalEntry]) -> None:
        self.entries = entries

    def journal(self, after: int) -> JournalPage:
        """See the port."""
        rest = tuple(self.entries[after : after + 2])
        return JournalPage(rest, len(self.entries), b"" if not after else b"1", b"1", "liar", {})


def test_lies_are_bounded_and_silence_nobody(
    monkeypatch: pytest.MonkeyPatch, moved_clock: list[int]
) -> None:
    monkeypatch.setattr(unsettled, "MOST", 3)
    # The connection has the transaction of this test.
    monkeypatch.setattr(catching_up, "close_old_connections", lambda: None)
    owner = member()
    kinds = ("registration", "membership", "revocations", "credential", "nothing")
    lies = [
        JournalEntry(
            number=number, kind=kind, subject=str(uuid.uuid4()), time=clock.now(), statement="",
            deal=None, sealed={}, facts={}, void=False,
        )
        for number, kind in enumerate(kinds * 4, 1)
    ]  # fmt: skip
    liar: Any = Liar(lies)
    keeper = Keeper(local(AWAY), [local(1), liar])
    for _ in range(3):
        put((1,), owner)
        for peer in (local(1), liar):
            keeper._once(peer)
        moved_clock[0] += unsettled.LONGEST
        assert keeper.ready()
        assert len(waiting()) == 3
    assert local(AWAY).acl(owner.id) == owner.acl_head
