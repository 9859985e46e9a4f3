"""What any SRS must do when a member's keys change: the port's contract."""

import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings

from sesphr.adapters import get_srs_nodes
from sesphr.crypto import statements
from sesphr.crypto.encoding import b64u_encode
from sesphr.ports.errors import Conflict, Invalid, PortError
from sesphr.ports.srs import SrsNode
from srs.context import Node
from srs.models import Delegation, Share
from tests.contract import wires
from tests.contract.test_srs import member
from tests.support.endpoints import DEFAULTS, Endpoint, digest_of, element

pytestmark = pytest.mark.django_db(databases="__all__")
_nodes: tuple[SrsNode, ...] = ()
ISSUER = b64u_encode(bytes(32))


@pytest.fixture(params=wires.KINDS, autouse=True)
def _reached(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    made = wires.ports(request.param, monkeypatch, settings.SESPHR_NODES)
    monkeypatch.setattr(sys.modules[__name__], "_nodes", made.nodes)


def everywhere(call: Callable[[Any], Any]) -> list[Any]:
    """The same call at every node."""
    return [call(node) for node in _nodes or get_srs_nodes()]


def deposit(owner: Endpoint, **changed: Any) -> Any:
    """A record with a medical partition, at every node."""
    sealed = owner.seal({"medical": element("medical")}, **changed)
    everywhere(lambda node: node.deposit(owner.deposit_for(sealed, node.index)))
    return sealed


def put(owner: Endpoint, rules: list[Any], **dealt: Any) -> str:
    """The owner's next list with what is dealt, at every node."""
    acl = owner.acl(rules)
    deal = owner.deal(acl, **dealt) if dealt else None
    everywhere(lambda node: node.set_acl(acl, deal))
    owner.acl_head = acl
    return acl


def ask(user: Endpoint, sealed: Any) -> list[str]:
    """What each node decides about the medical partition of a record."""
    record = str(statements.payload_of_unverified(sealed.manifest)["record"])
    jws = user.access_request({record: ["medical"]})
    found = []
    for answer in everywhere(lambda node: node.access(jws)):
        [item] = statements.payload_of_unverified(answer.answer)["items"]
        found.append(item["partitions"][0]["decision"])
    return found


def last(who: Endpoint) -> str:
    """A member's last registration."""
    return str((_nodes or get_srs_nodes())[0].registrations(who.id)[-1])


def change(who: Endpoint, below: int = 2, **changed: Any) -> Endpoint:
    """Change a member's keys at every node; the member from then on."""
    new, before = who.renewed(below), last(who)
    seq = statements.payload_of_unverified(before)["seq"] + 1
    jws = who.key_change(new, seq, digest_of(before), **changed)
    receipts = everywhere(lambda node: node.register(jws))
    # The same again, also when the old key signs nothing else any more.
    assert everywhere(lambda node: node.register(jws)) == receipts
    return new


def refused(kind: type[PortError], call: Callable[[Any], Any]) -> None:
    """Every node refuses."""
    for node in _nodes or get_srs_nodes():
        with pytest.raises(kind):
            call(node)


def test_new_keys_sign_from_then_on_and_the_old_ones_nothing() -> None:
    owner = member()
    old = owner
    first = deposit(old)
    acl = put(old, [])
    taken = everywhere(lambda node: node.set_acl(acl, None))
    owner = change(old)
    # What was taken gets the same answer still.
    assert everywhere(lambda node: node.set_acl(acl, None)) == taken
    everywhere(lambda node: node.deposit(old.deposit_for(first, node.index)))
    late = old.seal({"medical": element("medical")})
    refused(Invalid, lambda node: node.deposit(old.deposit_for(late, node.index)))
    refused(Invalid, lambda node: node.set_acl(old.acl([]), None))
    refused(Invalid, lambda node: node.key_request(old.key_request(owner, ["medical"])))
    with pytest.raises(Invalid):
        ask(old, first)
    deposit(owner)
    put(owner, [])
    assert set(ask(owner, first)) == {"allow"}


def test_readers_keep_what_they_had_and_need_new_keys_for_what_is_new() -> None:
    owner, doctor = member(), member("physician")
    first = deposit(owner)
    rules = [owner.rule(doctor, ["medical"])]
    put(owner, rules, pairs=[(doctor, "medical")])
    owner = change(owner)
    second = deposit(owner)
    assert (set(ask(doctor, first)), set(ask(doctor, second))) == ({"allow"}, {"deny"})
    put(owner, rules, pairs=[(doctor, "medical")])
    assert (set(ask(doctor, first)), set(ask(doctor, second))) == ({"allow"}, {"allow"})


def test_a_list_that_deals_one_epoch_alone_promises_too_much() -> None:
    owner, doctor = member(), member("physician")
    owner = change(owner)
    rules = [owner.rule(doctor, ["medical"])]
    acl = owner.acl(rules)
    pairs = [(doctor, "medical")]
    refused(Invalid, lambda node: node.set_acl(acl, owner.deal(acl, pairs, epochs=(2,))))
    refused(Invalid, lambda node: node.set_acl(acl, owner.deal(acl, pairs, epochs=(1,))))
    everywhere(lambda node: node.set_acl(acl, owner.deal(acl, pairs, epochs=(1, 2))))


def test_shares_for_roles_are_needed_of_every_epoch() -> None:
    owner = change(member())
    acl = owner.acl([owner.role_rule("physician", ISSUER, ["medical"])])
    deal = owner.deal(acl, standing=["medical"], epochs=(2,))
    refused(Invalid, lambda node: node.set_acl(acl, deal))
    both = owner.deal(acl, standing=["medical"], epochs=(1, 2))
    everywhere(lambda node: node.set_acl(acl, both))
    for index in range(1, settings.SESPHR_NODES + 1):
        assert Share.objects.using(Node(index).alias).filter(owner=owner.id).count() == 2


def test_what_was_dealt_to_the_old_key_is_forgotten_and_its_givers_are_told() -> None:
    owner, doctor = member(), member("physician")
    first = deposit(owner)
    rule = owner.rule(doctor, ["medical"])
    put(owner, [rule], pairs=[(doctor, "medical")])
    renewed = change(doctor, partitions=())
    for index in range(1, settings.SESPHR_NODES + 1):
        assert not Delegation.objects.using(Node(index).alias).filter(user=doctor.id).exists()
    assert set(ask(renewed, first)) == {"deny"}
    # The rule for the old key gives nothing, and keeps the owner from nothing.
    other = member("nurse")
    put(owner, [rule, owner.rule(other, ["medical"])], pairs=[(other, "medical")])
    assert (set(ask(renewed, first)), set(ask(other, first))) == ({"deny"}, {"allow"})
    put(owner, [owner.rule(renewed, ["medical"])], pairs=[(renewed, "medical")])
    assert set(ask(renewed, first)) == {"allow"}


def test_a_partition_that_comes_later_begins_with_the_new_keys_epoch() -> None:
    owner = change(member())
    before = digest_of(last(owner))
    # The same seed, as one that knows of no former one: right keys and proofs, of epoch 1.
    early = Endpoint(id=owner.id, seed=owner.seed).registration(("genome",), seq=3, previous=before)
    refused(Invalid, lambda node: node.register(early))
    later = owner.registration(("genome",), seq=3, previous=before)
    everywhere(lambda node: node.register(later))


@pytest.mark.parametrize("partitions", [(), ("medical",), (*DEFAULTS, "genome")])
def test_every_partition_gets_new_keys_and_no_other(partitions: tuple[str, ...]) -> None:
    owner = member()
    with pytest.raises(Invalid):
        change(owner, partitions=partitions)


def test_the_epoch_is_the_next_one() -> None:
    owner = member()
    with pytest.raises(Invalid):
        change(owner, below=3)
    again = change(change(owner), below=3)
    assert again.epoch == 3


def test_the_key_for_receiving_changes_too() -> None:
    owner = member()
    kept = statements.payload_of_unverified(owner.registration())["receive"]
    with pytest.raises(Invalid):
        change(owner, receive=kept)


def test_a_former_key_changes_nothing_any_more() -> None:
    owner = member()
    change(owner)
    before = digest_of(last(owner))
    jws = owner.key_change(owner.renewed(3), 3, before)
    refused(Invalid, lambda node: node.register(jws))
    plain = owner.registration(("genome",), seq=3, previous=before)
    refused(Conflict, lambda node: node.register(plain))


def test_a_list_that_came_in_between_is_read_first() -> None:
    owner = member()
    new, before = owner.renewed(), digest_of(last(owner))
    early = owner.key_change(new, 2, before)
    put(owner, [])
    refused(Conflict, lambda node: node.register(early))
    assert change(owner).acl_head == owner.acl_head


def test_nobody_changes_keys_that_are_not_registered() -> None:
    nobody = Endpoint()
    jws = nobody.key_change(nobody.renewed(), 2, "A" * 43)
    refused(Invalid, lambda node: node.register(jws))


def test_of_two_changes_at_the_same_place_one_is_taken() -> None:
    owner = member()
    before = digest_of(last(owner))
    one, two = (owner.key_change(owner.renewed(), 2, before) for _ in range(2))
    everywhere(lambda node: node.register(one))
    refused(Conflict, lambda node: node.register(two))
