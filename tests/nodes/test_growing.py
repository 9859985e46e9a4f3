"""A fourth node is added to three that have records and lists: nothing stops, and it is of use."""

import logging
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from types import SimpleNamespace
from typing import Any

import pytest

from phr import schemas
from sesphr import fanout
from sesphr.adapters import get_cloud
from sesphr.client.access import checked_answers
from sesphr.client.access import verdicts as said
from sesphr.client.answers.opening import NodeAnswer
from sesphr.crypto import statements
from sesphr.crypto.encoding import b64u_encode
from sesphr.deployment import get_deployment
from sesphr.ports.errors import Invalid, Unavailable
from sesphr.ports.srs import JournalPage
from sesphr.secretfiles import secret
from srs import catching_up, context, gate
from srs.catching_up import catch_up
from srs.models import Journal, JournalHead, Rival
from srs.node import LocalSrs
from tests.contract.test_srs import ask, deposit, grant, member, put_acl, record_of, verdicts
from tests.nodes.state import at, everybody_catches_up, held, local
from tests.support.endpoints import Endpoint, element

pytestmark = [
    pytest.mark.django_db(databases="__all__"),
    pytest.mark.usefixtures("fourth_database"),
]
Grow = Callable[[], None]
# What is sealed to nodes, and what only those nodes hold to whom it was sealed.
SEALED = ("delegations", "parameters")


def kept(author: Endpoint, sealed: Any) -> Any:
    """The same, in the cloud as well."""
    get_cloud().put(sealed.manifest, author.keys.verification, sealed.document)
    return sealed


def reads(user: Endpoint, sealed: Any, *among: int) -> bool:
    """Whether every two of these nodes open the medical partition together."""
    jws = user.access_request({record_of(sealed): ["medical"]})
    answers = {index: local(index).access(jws) for index in among}
    tickets = [ticket for one in answers.values() for ticket in one.tickets]
    objects = get_cloud().get(jws, user.keys.verification, tickets)
    opened = {
        user.open({index: answers[index] for index in two}, objects, record_of(sealed), "medical")
        for two in combinations(among, 2)
    }
    return opened == {element("medical")}


def comes_to(user: Endpoint, sealed: Any, *among: int) -> dict[str, str]:
    """What the command line makes of these nodes' answers, with the others out of reach."""
    place, names = get_deployment(), ["medical", "personal"]
    jws = user.access_request({record_of(sealed): names})
    asked = statements.verify(
        jws, typ="sesphr-access-request", deployment=place.id,
        directory={user.id: user.keys.verification},
    )  # fmt: skip
    found = [schemas.NodeAnswer.of(local(index).access(jws)) for index in among]
    checked = checked_answers(place, asked, [NodeAnswer(**one.model_dump()) for one in found])
    session: Any = SimpleNamespace(deployment=place, me=SimpleNamespace(id=user.id))
    return dict(said(session, names, checked.votes, checked.denials))


def give(
    owner: Endpoint, users: list[Endpoint], new: list[Endpoint], among: tuple[int, ...]
) -> int:
    """The owner lets these users read, and deals what is new; how many of these nodes take it."""
    acl = owner.acl([owner.rule(one, ["medical"]) for one in users])
    deal = owner.deal(acl, [(one, "medical") for one in new]) if new else None
    taken = at(among, lambda node: node.set_acl(acl, deal))
    owner.acl_head = acl
    return len(taken)


def sane(index: int) -> dict[str, Any]:
    """What a node holds, but for what was sealed to it."""
    return {name: rows for name, rows in held(index).items() if name not in SEALED}


class TestGrown:
    """Three become four, of which two are enough still."""

    def test_it_knows_what_was_there_and_says_what_it_cannot_open(
        self, grow: Grow, caplog: pytest.LogCaptureFixture
    ) -> None:
        owner, user = member(), member("physician")
        sealed = kept(owner, deposit(owner))
        grant(owner, user, "medical")
        grow()
        assert catch_up(local(4)) == 3
        assert not [one for one in caplog.records if one.levelno >= logging.WARNING]
        assert sane(4) == sane(1)
        assert [held(4)[name] for name in SEALED] == [[], []]
        assert local(4).lists(owner.id) == local(1).lists(owner.id) == (owner.acl_head,)
        for person in (owner, user):
            assert local(4).records(person.id) == local(1).records(person.id) != ()
        assert local(4).delegates(owner.id) == ()
        [*old, new] = ask(user, sealed, "medical", "personal")
        assert {verdicts(one)[0][1] for one in old} == {"allow"}
        assert verdicts(new) == [("medical", "deny", "not-here"), ("personal", "deny", "no-rule")]
        # What the old ones were dealt goes on.
        assert reads(user, sealed, 1, 2, 3)
        for among in ((1, 2, 3, 4), (1, 3, 4), (2, 3)):
            assert comes_to(user, sealed, *among) == {"medical": "open", "personal": "refused"}
        # With one old one alone nothing opens, and nobody took anything away.
        for index in (1, 2, 3):
            assert comes_to(user, sealed, index, 4)["medical"] == "not-now"
        assert comes_to(user, sealed, 4)["medical"] == "not-now"
        # An owner's own key stands in her document: no node's R is needed.
        assert [verdicts(one)[0][1:] for one in ask(owner, sealed, "medical")] == 4 * [
            ("allow", "owner")
        ]

    def test_the_owner_deals_again_and_an_old_one_goes_away(self, grow: Grow) -> None:
        owner, user, other = member(), member("physician"), member("nurse")
        sealed = kept(owner, deposit(owner))
        grant(owner, user, "medical")
        grow()
        catch_up(local(4))
        with pytest.raises(Invalid, match="No key was dealt"):
            give(owner, [user, other], [other], (4,))
        assert give(owner, [user, other], [user, other], (1, 2, 3, 4)) == 4
        left = (1, 2, 4)
        assert give(owner, [other], [], left) == fanout.to_write() == 3
        assert give(owner, [user, other], [user], left) == 3
        assert reads(user, sealed, 1, 2)
        assert reads(other, sealed, 1, 2)
        fresh = kept(owner, owner.seal({"medical": element("medical")}))
        at(left, lambda node: node.deposit(owner.deposit_for(fresh, node.index)))
        assert reads(user, fresh, *left)
        assert reads(other, fresh, *left)
        give(owner, [other], [], left)
        jws = user.access_request({record_of(fresh): ["medical"]})
        for answer in at(left, lambda node: node.access(jws)):
            assert verdicts(answer) == [("medical", "deny", "no-rule")]
        everybody_catches_up()
        assert sane(1) == sane(2) == sane(3) == sane(4)
        assert len({str(held(index)["delegations"]) for index in (1, 2, 3, 4)}) == 1
        assert reads(other, fresh, 1, 2, 3, 4)

    def test_its_journal_tells_no_more_than_it_may_and_no_less(self, grow: Grow) -> None:
        owner, user = member(), member("physician")
        # The third missed these, and reads nobody but the new one.
        sealed = owner.seal({"medical": element("medical")})
        at((1, 2), lambda node: node.deposit(owner.deposit_for(sealed, node.index)))
        acl = owner.acl([owner.rule(user, ["medical"])])
        deal = owner.deal(acl, [(user, "medical")])
        at((1, 2), lambda node: node.set_acl(acl, deal))
        grow()
        catch_up(local(4))
        told = {one.kind: one for one in local(4).journal(0).entries}
        assert told["acl"].deal is None
        assert sorted(told["deposit"].sealed) == ["1", "2", "3"]
        assert catch_up(local(3), [local(4)]) == 1
        assert sane(3) == sane(1)
        assert held(3)["parameters"] == held(1)["parameters"]
        lengths = [local(index).journal(0).head for index in (1, 2, 3, 4)]
        everybody_catches_up()
        assert [local(index).journal(0).head for index in (1, 2, 3, 4)] == lengths
        for alias in ("srs", "srs-2", "srs-3", "srs-4"):
            assert not Rival.objects.using(alias).exists()

    def test_what_was_taken_back_before_the_owner_dealt_again_is_gone_everywhere(
        self, grow: Grow
    ) -> None:
        owner, user = member(), member("physician")
        sealed = deposit(owner)
        grant(owner, user, "medical")
        grow()
        catch_up(local(4))
        put_acl(owner, [])
        for answer in ask(user, sealed, "medical"):
            assert verdicts(answer) == [("medical", "deny", "no-rule")]
        assert comes_to(user, sealed, 1, 3, 4)["medical"] == "refused"
        for index in (1, 2, 3, 4):
            alias = "srs" if index == 1 else f"srs-{index}"
            assert held(index)["delegations"] == []
            assert (
                not Journal.objects.using(alias).filter(kind="acl", sealed__isnull=False).exists()
            )

    def test_what_others_added(self, grow: Grow) -> None:
        owner, author = member(), member("laboratory")
        put_acl(owner, [owner.rule(author, ["medical"], actions=["add"])])
        offers = [author.contribution(owner, {"medical": element("medical")}) for _ in range(3)]
        for one in offers:
            at((1, 2, 3), lambda node, one=one: node.deposit(author.deposit_for(one, node.index)))
        waits, taken, declined = offers
        at((1, 2), lambda node: node.accept(owner.accept(taken)))
        at((1, 2), lambda node: node.erase(owner.deletion(declined)))
        grow()
        everybody_catches_up()
        assert sane(4) == sane(1)
        assert local(4).proposals(owner.id) == local(1).proposals(owner.id) != ()
        found = [verdicts(one)[0][1:] for one in ask(owner, waits, "medical")]
        assert found == [*3 * [("allow", "owner")], ("deny", "not-here")]
        found = [verdicts(one)[0][1:] for one in ask(owner, taken, "medical")]
        assert found == 4 * [("allow", "owner")]
        with pytest.raises(Invalid, match="each partition"):
            local(4).accept(owner.accept(waits, wrapped={"personal": b64u_encode(bytes(40))}))
        at((1, 2, 4), lambda node: node.accept(owner.accept(waits)))
        assert {one.partitions for one in local(4).records(owner.id)} == {("medical",)}


class TestLostKeys:
    """A node that lost its keys, and what was sealed to them while it was away."""

    def test_lists_and_records_are_known_and_their_keys_are_not(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        owner, user = member(), member("physician")
        sealed = owner.seal({"medical": element("medical")})
        at((1, 2), lambda node: node.deposit(owner.deposit_for(sealed, node.index)))
        give(owner, [user], [user], (1, 2))
        other = bytes(range(32))
        monkeypatch.setattr(
            context,
            "secret",
            lambda data, name: other if name == "node-3-hpke" else secret(data, name),
        )
        assert catch_up(local(3)) == 2
        assert sane(3) == sane(1)
        assert [held(3)[name] for name in SEALED] == [[], []]
        assert local(3).records(user.id) == local(1).records(user.id) != ()
        assert verdicts(ask(user, sealed, "medical")[2]) == [("medical", "deny", "not-here")]

    def test_one_that_passes_on_something_else_takes_nothing_away(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        owner, user = member(), member("physician")
        sealed = owner.seal({"medical": element("medical")})
        other = owner.seal({"medical": element("medical")})
        at((1, 2), lambda node: node.deposit(owner.deposit_for(sealed, node.index)))
        give(owner, [user], [user], (1, 2))
        honest = LocalSrs.journal

        def lying(self: LocalSrs, after: int) -> JournalPage:
            page = honest(self, after)
            if self.index != 1:
                return page
            wrong = {"3": owner.deposit_for(other, 3).sealed}
            entries = (replace(one, sealed=wrong) if one.sealed else one for one in page.entries)
            return replace(page, entries=tuple(entries))

        monkeypatch.setattr(LocalSrs, "journal", lying)
        assert catch_up(local(3), [local(1)]) == 1
        assert held(3)["parameters"] == []
        assert catch_up(local(3), [local(2)]) == 1
        assert len(held(3)["parameters"]) == len(held(1)["parameters"]) == 1
        assert verdicts(ask(user, sealed, "medical")[2])[0][:2] == ("medical", "allow")


class TestNew:
    """Who has nothing yet answers nobody before it heard all that others have."""

    def test_one_other_is_not_enough(self, grow: Grow, monkeypatch: pytest.MonkeyPatch) -> None:
        # They hold this test's transactions.
        monkeypatch.setattr(catching_up, "close_old_connections", lambda: None)
        owner = member()
        grow()
        keeper = catching_up.Keeper(local(4), [local(1), local(2), local(3)])
        gate.guard(4, keeper.ready)
        try:
            keeper._once(local(3))
            with pytest.raises(Unavailable):
                local(4).acl(owner.id)
            for index in (1, 2, 3):
                keeper._once(local(index))
            local(4).acl(owner.id)
            keeper._once(local(1))
            assert not JournalHead.objects.using("srs-4").get().behind
        finally:
            gate.release(4)
