"""A node that missed calls comes right by the other nodes' journals."""

from typing import Any

import pytest
from django.db import DatabaseError

from sesphr.ports.errors import Conflict, Invalid
from srs import journal
from srs.catching_up import catch_up
from srs.context import Node
from srs.models import Cursor, Delegation, Event, Journal, JournalHead, Member
from tests.contract.test_srs import ask, deposit, grant, member, put_acl, verdicts
from tests.nodes.state import at, everybody_catches_up, held, local
from tests.support.endpoints import Endpoint, element

pytestmark = pytest.mark.django_db(databases="__all__")
UP = (1, 2)


class TestMissed:
    """Calls that reached two of three nodes."""

    @pytest.mark.usefixtures("moved_clock")
    def test_everything_at_once(self) -> None:
        owner, user = Endpoint(), Endpoint()
        sealed = owner.seal({"medical": element("medical")})
        acl = owner.acl([owner.rule(user, ["medical"])])
        calls: list[Any] = [owner.registration(), user.registration(())]
        for jws in calls:
            at(UP, lambda node, jws=jws: node.register(jws))
        at(UP, lambda node: node.activate(owner.id, "owner"))
        at(UP, lambda node: node.activate(user.id, "physician"))
        at(UP, lambda node: node.deposit(owner.deposit_for(sealed, node.index)))
        deal = owner.deal(acl, [(user, "medical")])
        at(UP, lambda node: node.set_acl(acl, deal))
        at(UP, lambda node: node.suspend(user.id))
        assert catch_up(local(3)) == 2
        assert held(3) == held(1) == held(2)
        assert held(3)["delegations"]

    def test_reading_again_changes_nothing(self) -> None:
        owner, user = member(), member("physician")
        deposit(owner)
        grant(owner, user, "medical")
        everybody_catches_up()
        lengths = [local(index).journal(0).head for index in (1, 2, 3)]
        events = Event.objects.using("srs").count()
        everybody_catches_up()
        assert [local(index).journal(0).head for index in (1, 2, 3)] == lengths
        assert Event.objects.using("srs").count() == events

    def test_a_revocation_that_was_missed(self) -> None:
        owner, user = member(), member("physician")
        sealed = deposit(owner)
        grant(owner, user, "medical")
        acl = owner.acl([])
        at(UP, lambda node: node.set_acl(acl, None))
        assert verdicts(ask(user, sealed, "medical")[2])[0][1] == "allow"
        catch_up(local(3))
        assert verdicts(ask(user, sealed, "medical")[2])[0][1] == "deny"
        assert not Delegation.objects.using("srs-3").exists()

    @pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 3, 1)])
    def test_the_last_state_of_a_member_counts(self, order: tuple[int, ...]) -> None:
        user = member("physician")
        at((1, 2), lambda node: node.suspend(user.id))
        at((2, 3), lambda node: node.activate(user.id, "physician"))
        at((1, 2), lambda node: node.suspend(user.id))
        for index in order * 2:
            catch_up(local(index))
        states = {
            Member.objects.using(Node(index).alias).get(pk=user.id).state for index in (1, 2, 3)
        }
        assert states == {"suspended"}

    def test_an_end_is_for_ever(self) -> None:
        owner, user = member(), member("physician")
        grant(owner, user, "medical")
        at(UP, lambda node: node.depart(user.id))
        at((3,), lambda node: node.suspend(user.id))
        at((3,), lambda node: node.activate(user.id, "physician"))
        everybody_catches_up()
        assert held(1) == held(2) == held(3)
        assert local(3).delegates(owner.id) == ()
        with pytest.raises(Conflict):
            local(3).activate(user.id, "physician")


class TestJournal:
    """Pages, marks, and what is forgotten."""

    def test_pages_are_bounded_and_go_on(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(journal, "PAGE", 2)
        for _ in range(3):
            member()
        assert len(local(1).journal(0).entries) == 2
        catch_up(local(3))
        assert held(3) == held(1)

    def test_a_large_entry_comes_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(journal, "PAGE_OCTETS", 1)
        member()
        assert [one.number for one in local(1).journal(1).entries] == [2]

    def test_the_end_is_known_by_the_same_digest_as_from_before(self) -> None:
        assert local(1).journal(0).mark == local(1).journal(0).end == b""
        member()
        whole = local(1).journal(0)
        after = local(1).journal(whole.head)
        assert (after.entries, after.head, after.life) == ((), whole.head, whole.life)
        assert after.mark == after.end == whole.end

    @pytest.mark.parametrize("after", [-1, 1, 2**60])
    def test_what_follows_no_entry_is_refused(self, after: int) -> None:
        with pytest.raises(Invalid):
            local(1).journal(after)

    def test_a_revoked_key_is_forgotten_here_too(self) -> None:
        owner, user, other = member(), member("physician"), member("nurse")
        grant(owner, user, "medical")
        put_acl(owner, [])
        put_acl(owner, [owner.rule(other, ["medical"])], [(other, "medical")])
        deals = [one.deal for one in local(1).journal(0).entries if one.kind == "acl"]
        assert [deal is None for deal in deals] == [True, True, False]
        at((1, 2, 3), lambda node: node.depart(other.id))
        assert not Journal.objects.using("srs").exclude(sealed=None).filter(kind="acl").exists()

    def test_nothing_of_an_entry_changes(self) -> None:
        member()
        rows = Journal.objects.using("srs").filter(number=1)
        for change in ({"statement": "x"}, {"number": 9}, {"facts": "{}x"}, {"digest": b"x"}):
            with pytest.raises(DatabaseError, match="append-only"), Node(1).atomic():
                rows.update(**change)
        with pytest.raises(DatabaseError, match="append-only"), Node(1).atomic():
            rows.delete()


class TestRestored:
    """A node whose database is an old one."""

    def test_a_shorter_journal_is_read_from_its_beginning(self) -> None:
        member()
        everybody_catches_up()
        first = Journal.objects.using("srs").get(number=1)
        JournalHead.objects.using("srs").update(length=1, digest=first.digest)
        assert catch_up(local(3)) == 2
        assert Cursor.objects.using("srs-3").get(peer=1).number == 1

    def test_it_notices_and_hears_all(self) -> None:
        member()
        everybody_catches_up()
        # What the first node's database would be after a restore.
        JournalHead.objects.using("srs").update(length=0, digest=b"")
        catch_up(local(1), [local(2)])
        assert JournalHead.objects.using("srs").get().behind
        catch_up(local(1))
        assert not JournalHead.objects.using("srs").get().behind
