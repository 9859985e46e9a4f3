"""Two contributions for one record id: whichever stays, no node is silenced by the other."""

import time

import pytest

from srs import catching_up, rivals
from srs.catching_up import Keeper, catch_up
from srs.models import Acl, Contribution, ContributionAnswer, Rival, Version
from tests.contract.test_srs import deposit, member, record_of
from tests.contract.test_srs_contributions import adder
from tests.nodes.state import at, everybody_catches_up, held, local
from tests.support.endpoints import Endpoint, element

pytestmark = pytest.mark.django_db(databases="__all__")
ALIASES = ("srs", "srs-2", "srs-3")


def alike() -> None:
    """All nodes hold the same, and nothing is left to settle."""
    everybody_catches_up()
    assert held(1) == held(2) == held(3)
    waiting = [
        sorted(Contribution.objects.using(one).values_list("version__digest", "state"))
        for one in ALIASES
    ]
    assert waiting[0] == waiting[1] == waiting[2]
    assert not any(Rival.objects.using(one).exists() for one in ALIASES)


@pytest.mark.parametrize("answered", ["", "accept", "erase"])
def test_the_one_that_two_took_stays(answered: str) -> None:
    owner = member()
    author = adder(owner)
    lost = author.contribution(owner, {"medical": element("medical", "lost")})
    kept = author.contribution(
        owner, {"medical": element("medical", "kept")}, record=record_of(lost)
    )
    at((1,), lambda node: node.deposit(author.deposit_for(lost, node.index)))
    at((2, 3), lambda node: node.deposit(author.deposit_for(kept, node.index)))
    if answered:
        # The owner saw the first node's alone, and answered there.
        answer = owner.accept(lost) if answered == "accept" else owner.deletion(lost)
        at((1,), lambda node: getattr(node, answered)(answer))
    alike()
    assert Version.objects.using("srs").filter(record=record_of(lost)).count() == 1
    assert not ContributionAnswer.objects.using("srs").exists()
    accept = owner.accept(kept)
    at((1, 2, 3), lambda node: node.accept(accept))
    alike()


def test_an_owners_record_and_a_contribution_in_one_place() -> None:
    owner = member()
    author = adder(owner)
    lost = author.contribution(owner, {"medical": element("medical", "lost")})
    kept = owner.seal({"medical": element("medical", "kept")}, record=record_of(lost))
    at((1,), lambda node: node.deposit(author.deposit_for(lost, node.index)))
    at((2, 3), lambda node: node.deposit(owner.deposit_for(kept, node.index)))
    alike()


def test_whoever_took_a_members_place_leaves_nothing() -> None:
    """Contributions to the other's records, and by the other to somebody's, go with the other."""
    owner, friend = Endpoint(), member()
    thief = Endpoint(id=owner.id)
    at((3,), lambda node: node.register(thief.registration()))
    at((3,), lambda node: node.activate(thief.id, "owner"))
    for giver, taker in ((thief, friend), (friend, thief)):
        acl = giver.acl([giver.rule(taker, ["medical"], actions=["add"], history=False)])
        at((3,), lambda node, acl=acl: node.set_acl(acl, None))
        made = taker.contribution(giver, {"medical": element("medical")})
        at((3,), lambda node, m=made, t=taker: node.deposit(t.deposit_for(m, node.index)))
        accept = giver.accept(made)
        at((3,), lambda node, accept=accept: node.accept(accept))
    jws = owner.registration()
    at((1, 2), lambda node: node.register(jws))
    at((1, 2), lambda node: node.activate(owner.id, "owner"))
    everybody_catches_up()
    assert held(3)["members"] == held(1)["members"]
    assert held(3)["registrations"] == held(1)["registrations"]
    assert not Contribution.objects.using("srs-3").exists()
    assert not Version.objects.using("srs-3").exists()
    assert not Acl.objects.using("srs-3").filter(owner=owner.id).exists()
    assert not any(Rival.objects.using(one).exists() for one in ALIASES)


def test_what_cannot_be_settled_keeps_nothing_else_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of two differences one fails for a reason that nobody foresaw."""
    stuck, owner = member(), member()
    if stuck.id > owner.id:
        stuck, owner = owner, stuck
    for one in (stuck, owner):
        lost, kept = one.acl([]), one.acl([one.rule(stuck, ["medical"], deny=True)])
        at((1,), lambda node, lost=lost: node.set_acl(lost, None))
        at((2, 3), lambda node, kept=kept: node.set_acl(kept, None))
    follow = rivals._follow

    def failing(node: object, first: rivals.Place, *rest: object) -> None:
        if first.subject == stuck.id:
            raise RuntimeError("nobody foresaw this")
        follow(node, first, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(rivals, "_follow", failing)
    # The connection has the transaction of this test.
    monkeypatch.setattr(catching_up, "close_old_connections", lambda: None)
    keeper = Keeper(local(1), [local(2), local(3)])
    for peer in (local(2), local(3)):
        keeper._once(peer)
    assert keeper.ready()
    assert keeper._read[2] <= time.monotonic()
    assert local(1).acl(owner.id) == local(2).acl(owner.id)
    assert local(1).acl(stuck.id) != local(2).acl(stuck.id)
    monkeypatch.undo()
    alike()
    deposit(owner)
    catch_up(local(1))
