"""Two statements for one place of a chain: what enough nodes took stays."""

from typing import Any

import pytest

from sesphr import clock
from srs.catching_up import catch_up
from srs.models import Rival
from tests.contract.test_srs import ask, deposit, grant, member, put_acl, record_of, verdicts
from tests.nodes.state import at, everybody_catches_up, held, local
from tests.support.endpoints import Endpoint, digest_of, element

pytestmark = pytest.mark.django_db(databases="__all__")


def alike() -> None:
    everybody_catches_up()
    assert held(1) == held(2) == held(3)
    for alias in ("srs", "srs-2", "srs-3"):
        assert not Rival.objects.using(alias).exists()


@pytest.mark.parametrize("later", [0, 60])
def test_a_list_that_two_took_wins_over_a_later_one(later: int) -> None:
    owner, user, other = member(), member("physician"), member("nurse")
    sealed = deposit(owner)
    grant(owner, user, "medical")
    # It takes the user's key away at the third node; the two others never hear of it.
    lost = owner.acl([owner.rule(other, ["medical"])], iat=clock.now() + later)
    at((3,), lambda node: node.set_acl(lost, owner.deal(lost, [(other, "medical")])))
    kept = owner.acl([owner.rule(user, ["medical", "personal"])])
    deal = owner.deal(kept, [(user, "personal")])
    at((1, 2), lambda node: node.set_acl(kept, deal))
    owner.acl_head = kept
    put = owner.acl([owner.rule(user, ["medical"])])
    at((1, 2), lambda node: node.set_acl(put, None))
    owner.acl_head = put
    alike()
    assert local(3).acl(owner.id) == put
    assert verdicts(ask(user, sealed, "medical")[2])[0][1] == "allow"
    put_acl(owner, [])


def test_of_lists_that_nobody_acknowledged_the_last_signed_one_stays() -> None:
    owner, users = member(), [member("physician") for _ in range(3)]
    lists = []
    for index, user in enumerate(users):
        acl = owner.acl([owner.rule(user, ["medical"])], iat=clock.now() + 10 * (index % 2))
        deal = owner.deal(acl, [(user, "medical")])
        at((index + 1,), lambda node, acl=acl, deal=deal: node.set_acl(acl, deal))
        lists.append(acl)
    alike()
    assert local(1).acl(owner.id) == lists[1]


def test_nothing_is_given_up_while_it_may_have_been_acknowledged() -> None:
    owner = member()
    first, second = owner.acl([]), owner.acl([], iat=clock.now() + 5)
    at((1, 3), lambda node: node.set_acl(first, None))
    at((2,), lambda node: node.set_acl(second, None))
    catch_up(local(1), [local(2)])
    catch_up(local(3), [local(2)])
    assert {local(1).acl(owner.id), local(3).acl(owner.id)} == {first}
    alike()
    assert local(2).acl(owner.id) == first


def test_versions_of_a_record() -> None:
    owner, user = member(), member("physician")
    first = deposit(owner)
    grant(owner, user, "medical")
    following: dict[str, Any] = {
        "record": record_of(first), "version": 2, "previous": digest_of(first.manifest)
    }  # fmt: skip
    lost = owner.seal({"medical": element("medical", "lost")}, **following)
    kept = owner.seal({"medical": element("medical", "kept")}, **following)
    at((2,), lambda node: node.deposit(owner.deposit_for(lost, node.index)))
    at((1, 3), lambda node: node.deposit(owner.deposit_for(kept, node.index)))
    alike()
    deposit(owner, record=record_of(first), version=3, previous=digest_of(kept.manifest))


def test_a_first_version_that_one_took() -> None:
    owner = member()
    lost = owner.seal({"medical": element("medical", "lost")})
    kept = owner.seal({"medical": element("medical", "kept")}, record=record_of(lost))
    at((1,), lambda node: node.deposit(owner.deposit_for(lost, node.index)))
    at((2, 3), lambda node: node.deposit(owner.deposit_for(kept, node.index)))
    alike()


def test_registrations() -> None:
    owner = Endpoint()
    lost, kept = owner.registration(("genome",)), owner.registration(("medical",))
    at((3,), lambda node: node.register(lost))
    at((1, 2), lambda node: node.register(kept))
    at((1, 2), lambda node: node.activate(owner.id, "owner"))
    alike()
    further = owner.registration(("genome",), seq=2, previous=digest_of(kept))
    rival = owner.registration(("personal",), seq=2, previous=digest_of(kept))
    at((1,), lambda node: node.register(rival))
    at((2, 3), lambda node: node.register(further))
    alike()
    assert local(1).registrations(owner.id) == (kept, further)


def test_somebody_else_in_the_same_place() -> None:
    owner = Endpoint()
    thief = Endpoint(id=owner.id)
    at((3,), lambda node: node.register(thief.registration()))
    jws = owner.registration()
    at((1, 2), lambda node: node.register(jws))
    at((1, 2), lambda node: node.activate(owner.id, "owner"))
    alike()
