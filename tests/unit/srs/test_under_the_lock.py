"""What was true before the lock is asked again under it; nothing is told by the way of refusing."""

from typing import Any

import pytest

from sesphr.adapters import get_srs_nodes
from sesphr.ports.errors import Invalid, PortError
from sesphr.ports.srs import SrsNode
from srs.models import Delegation
from srs.services import deposits, lists, membership
from tests.contract.test_srs import deposit, grant, member, put_acl, record_of, verdicts
from tests.support.endpoints import Endpoint, element

pytestmark = pytest.mark.django_db(databases="__all__")


def node() -> SrsNode:
    return get_srs_nodes()[0]


@pytest.fixture
def slow_lookup(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The look before the lock sees nothing, as when the identical call still runs."""

    def install(module: Any) -> None:
        asked, real = [], module._known

        def known(*args: Any) -> Any:
            asked.append(args)
            return None if len(asked) == 1 else real(*args)

        monkeypatch.setattr(module, "_known", known)

    return install


def test_an_identical_deposit_that_waited_gets_the_receipt(slow_lookup: Any) -> None:
    owner = member()
    sealed = owner.seal({"medical": element("medical")})
    first = node().deposit(owner.deposit_for(sealed, 1))
    slow_lookup(deposits)
    assert node().deposit(owner.deposit_for(sealed, 1)) == first


def test_an_identical_list_that_waited_gets_the_receipt(slow_lookup: Any) -> None:
    owner = member()
    acl = owner.acl([])
    first = node().set_acl(acl, None)
    slow_lookup(lists)
    assert node().set_acl(acl, None) == first


def test_an_identical_registration_that_waited_gets_the_receipt(slow_lookup: Any) -> None:
    jws = Endpoint().registration()
    first = node().register(jws)
    slow_lookup(membership)
    assert node().register(jws) == first


def test_a_rule_does_not_tell_who_is_registered() -> None:
    owner, known, nobody = member(), member("owner"), Endpoint()
    told = []
    for who in (known, nobody):
        rule = owner.rule(Endpoint(id=who.id), ["medical"])
        with pytest.raises(Invalid) as refused:
            node().set_acl(owner.acl([rule]), None)
        told.append(str(refused.value).replace(rule["id"], "ID"))
    assert told[0] == told[1]


def test_no_key_is_taken_for_somebody_who_departed() -> None:
    owner, user = member(), member("physician")
    node().depart(user.id)
    acl = owner.acl([owner.rule(user, ["medical"])])
    with pytest.raises(PortError):
        node().set_acl(acl, owner.deal(acl, [(user, "medical")]))
    assert not Delegation.objects.using("srs").exists()


def test_an_owner_who_departed_or_was_suspended_commits_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    owner = member()
    sealed = owner.seal({"medical": element("medical")})
    node().suspend(owner.id)
    for module in (deposits, lists):
        real = module.require_active
        asked: list[Any] = []

        def once_blind(found: Any, asked: list[Any] = asked, real: Any = real) -> None:
            asked.append(found)
            if len(asked) > 1:
                real(found)

        monkeypatch.setattr(module, "require_active", once_blind)
    with pytest.raises(PortError):
        node().deposit(owner.deposit_for(sealed, 1))
    with pytest.raises(PortError):
        node().set_acl(owner.acl([]), None)


def test_records_of_an_owner_who_departed_are_closed() -> None:
    owner, user = member(), member("physician")
    sealed = deposit(owner)
    grant(owner, user, "medical")
    for one in get_srs_nodes():
        one.depart(owner.id)
    jws = user.access_request({record_of(sealed): ["medical"]})
    assert verdicts(node().access(jws)) == [("medical", "deny", "no-rule")]


def test_made_up_names_are_counted_and_not_kept() -> None:
    owner, user = member(), member("physician")
    sealed = deposit(owner)
    names = [f"made-up-{number}" for number in range(900)]
    node().access(user.access_request({record_of(sealed): ["medical", *names]}))
    event = node().events(owner.id)[-1].event
    assert (len(event["items"]), event["unknown"]) == (1, 900)  # type: ignore[arg-type]


def test_numbers_beyond_the_databases_small_integers_are_answered() -> None:
    owner = member()
    put_acl(owner, [])
    with pytest.raises(PortError):
        node().set_acl(owner.acl([], seq=2**40), None)
    sealed = owner.seal({"medical": element("medical")}, version=2**40, previous="A" * 43)
    with pytest.raises(PortError):
        node().deposit(owner.deposit_for(sealed, 1))


def test_a_registration_or_request_names_at_most_64_partitions() -> None:
    owner, user = member(), member("physician")
    names = [f"p-{number}" for number in range(65)]
    with pytest.raises(Exception, match=r"size|long"):
        Endpoint().registration(names)
    with pytest.raises(Exception, match=r"size|long"):
        user.key_request(owner, names)
