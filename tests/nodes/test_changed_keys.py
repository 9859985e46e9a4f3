"""A member's keys changed while one of three nodes was away, or heard of it before all else."""

from typing import Any

import pytest

from sesphr.crypto import statements
from srs.catching_up import catch_up
from srs.context import Node
from srs.models import Acl, Delegation
from tests.contract.test_srs import ask, deposit, grant, member, verdicts
from tests.nodes.state import at, everybody_catches_up, held, local
from tests.support.endpoints import Endpoint, digest_of, element

pytestmark = pytest.mark.django_db(databases="__all__")
UP, AWAY, ALL = (1, 2), 3, (1, 2, 3)


def change_of(owner: Endpoint) -> tuple[Endpoint, str]:
    """A member's next keys, and the registration that puts them in place."""
    new = owner.renewed()
    before = local(1).registrations(owner.id)[-1]
    seq = statements.payload_of_unverified(before)["seq"] + 1
    return new, owner.key_change(new, seq, digest_of(before))


def put(indexes: tuple[int, ...], owner: Endpoint, user: Endpoint, *epochs: int) -> None:
    """A list that lets somebody read medical, at some nodes."""
    acl = owner.acl([owner.rule(user, ["medical"])])
    deal = owner.deal(acl, [(user, "medical")], epochs=epochs)
    at(indexes, lambda node: node.set_acl(acl, deal))
    owner.acl_head = acl


def deposit_at(indexes: tuple[int, ...], owner: Endpoint) -> Any:
    """A record, at some nodes."""
    sealed = owner.seal({"medical": element("medical")})
    at(indexes, lambda node: node.deposit(owner.deposit_for(sealed, node.index)))
    return sealed


def decision(user: Endpoint, sealed: Any) -> list[str]:
    """What each node decides."""
    return [verdicts(answer)[0][1] for answer in ask(user, sealed, "medical")]


def test_who_was_away_has_what_was_signed_before_and_after() -> None:
    old, doctor = member(), member("physician")
    first = deposit_at(UP, old)
    put(UP, old, doctor, 1)
    new, jws = change_of(old)
    at(UP, lambda node: node.register(jws))
    second = deposit_at(UP, new)
    put(UP, new, doctor, 1, 2)
    catch_up(local(AWAY))
    assert held(AWAY) == held(1)
    assert (decision(doctor, first), decision(doctor, second)) == (["allow"] * 3, ["allow"] * 3)


def test_who_heard_of_the_change_first_takes_what_was_signed_before() -> None:
    old, doctor = member(), member("physician")
    first = deposit_at(UP, old)
    put(UP, old, doctor, 1)
    _, jws = change_of(old)
    at((AWAY, *UP), lambda node: node.register(jws))
    catch_up(local(AWAY))
    assert held(AWAY) == held(1)
    assert decision(doctor, first) == ["allow"] * 3


def test_a_list_that_came_after_the_change_is_not_taken_from_another_node_either() -> None:
    old, doctor = member(), member("physician")
    deposit(old)
    _, jws = change_of(old)
    at((AWAY,), lambda node: node.register(jws))
    # Two nodes missed the change: they take what the former holder signs.
    put(UP, old, doctor, 1)
    catch_up(local(AWAY))
    assert not Acl.objects.using(Node(AWAY).alias).filter(owner=old.id).exists()
    assert not Delegation.objects.using(Node(AWAY).alias).filter(owner=old.id).exists()


def test_keys_that_were_dealt_to_former_keys_are_left_out() -> None:
    owner, doctor = member(), member("physician")
    sealed = deposit(owner)
    acl = owner.acl([owner.rule(doctor, ["medical"])])
    deal = owner.deal(acl, [(doctor, "medical")])
    at(UP, lambda node: node.set_acl(acl, deal))
    owner.acl_head = acl
    new = doctor.renewed()
    jws = doctor.key_change(new, 2, digest_of(local(1).registrations(doctor.id)[-1]), ())
    at((AWAY, *UP), lambda node: node.register(jws))
    everybody_catches_up()
    assert held(1) == held(2) == held(AWAY)
    assert local(AWAY).acl(owner.id) == acl
    assert decision(new, sealed) == ["deny"] * 3
    grant(owner, new, "medical")
    assert decision(new, sealed) == ["allow"] * 3


def test_a_list_that_one_node_took_meanwhile_gives_way_to_the_new_holders() -> None:
    old, doctor = member(), member("physician")
    deposit(old)
    new, jws = change_of(old)
    put((AWAY,), old, doctor, 1)
    at(UP, lambda node: node.register(jws))
    put(UP, new, doctor, 1, 2)
    everybody_catches_up()
    assert held(1) == held(2) == held(AWAY)
    assert local(AWAY).acl(new.id) == new.acl_head


def test_a_change_that_one_node_alone_took_is_undone() -> None:
    owner = member()
    before = digest_of(local(1).registrations(owner.id)[-1])
    _, change = change_of(owner)
    plain = owner.registration(("genome",), seq=2, previous=before)
    at((AWAY,), lambda node: node.register(change))
    at(UP, lambda node: node.register(plain))
    everybody_catches_up()
    assert held(1) == held(2) == held(AWAY)
    # The old keys are in force there again.
    sealed = deposit(owner)
    assert decision(owner, sealed) == ["allow"] * 3
