"""What any SRS must do with role credentials and revocation lists: the port's contract."""

from collections.abc import Iterator
from typing import Any

import pytest

from sesphr import clock
from sesphr.crypto import statements
from sesphr.crypto.authorities import Issuer
from sesphr.ports.errors import Conflict, Invalid, Refused, Unavailable
from srs.context import Node
from srs.decisions import Docket, decide
from srs.models import Credential, Event, Member
from tests.contract.test_srs import NODES, deposit, everywhere, grant, member, put_acl, record_of
from tests.contract.wires import over_all
from tests.support.credentials import DAY, Council, pinned
from tests.support.endpoints import Endpoint

pytestmark = [pytest.mark.django_db(databases="__all__"), pytest.mark.usefixtures("reached")]
SERIAL = 4711


@pytest.fixture
def council() -> Iterator[Council]:
    """A pinned authority for physicians whose first list every node has."""
    made = Council(clock.now(), roles=("physician", "nurse"))
    with pinned(made.issuer):
        tell(made.crl())
        yield made


def tell(crl: bytes) -> None:
    """Every node takes a revocation list."""
    everywhere(lambda node: node.take_revocations(crl))


def credential(council: Council, holder: Endpoint, **changed: Any) -> bytes:
    """A credential of this member."""
    return council.credential(holder.id, holder.keys.signing_key, **changed)


def shared(council: Council) -> tuple[Endpoint, str]:
    """An owner whose physicians may read `medical`; the record."""
    owner = member()
    sealed = deposit(owner)
    put_acl(owner, [role_rule(owner, council)], standing=["medical"])
    return owner, record_of(sealed)


def role_rule(owner: Endpoint, council: Council, role: str = "physician") -> dict[str, Any]:
    """A rule for everybody whom the authority certified."""
    rule: dict[str, Any] = owner.rule(owner, ["medical"], history=True)
    return {**rule, "who": {"role": role, "issuer": council.issuer.id}}


def verdict(user: Endpoint, record: str, now: int | None = None) -> tuple[bool, str]:
    """What every node decides; they agree."""
    found = set()
    for one in NODES():
        node = Node(one.index)
        row = Member.objects.using(node.alias).get(pk=user.id)
        (made,) = decide(
            Docket(node, [record]), row, record, ["medical"], "treatment", now or clock.now()
        )
        found.add((made.allowed, made.reason))
    (only,) = found
    return only


def test_a_role_rule_is_for_whom_its_authority_certified(council):
    _, record = shared(council)
    user = member("physician")
    assert verdict(user, record) == (False, "no-rule")
    receipts = everywhere(lambda node: node.present(credential(council, user)))
    assert statements.payload_of_unverified(receipts[0])["kind"] == "credential"
    assert verdict(user, record) == (True, "role-rule")


def test_its_role_is_the_certified_one_whatever_the_account_says(council):
    _, record = shared(council)
    user = member("physician")
    everywhere(lambda node: node.present(credential(council, user, role="nurse")))
    assert verdict(user, record) == (False, "no-rule")


def test_another_authority_of_the_same_role(council):
    _, record = shared(council)
    user, other = member("physician"), Council(clock.now())
    with pinned(other.issuer):
        tell(other.crl())
        everywhere(lambda node: node.present(credential(other, user)))
        assert verdict(user, record) == (False, "no-rule")


def test_expiry_is_seen_at_every_access(council):
    _, record = shared(council)
    user = member("physician")
    everywhere(lambda node: node.present(credential(council, user, days=2)))
    end = NODES()[0].credential(user.id).valid_until
    assert verdict(user, record, end - 1) == (True, "role-rule")
    assert verdict(user, record, end) == (False, "credential")


@over_all
def test_a_revocation_counts_at_once_for_direct_grants_too(council):
    owner, record = shared(council)
    user = member("physician")
    grant(owner, user, "medical", history=True)
    everywhere(lambda node: node.present(credential(council, user, serial=SERIAL)))
    assert verdict(user, record) == (True, "member-rule")
    tell(council.crl(SERIAL))
    assert verdict(user, record) == (False, "credential")
    assert all(everywhere(lambda node: node.credential(user.id).revoked))
    with pytest.raises(Refused):
        NODES()[0].present(credential(council, user, serial=SERIAL))


def test_a_stale_list_fails_closed(council):
    _, record = shared(council)
    user = member("physician")
    everywhere(lambda node: node.present(credential(council, user)))
    assert verdict(user, record, clock.now() + 33 * DAY - 60) == (True, "role-rule")
    assert verdict(user, record, clock.now() + 33 * DAY + 60) == (False, "credential")


def test_suspension_goes_before(council):
    _, record = shared(council)
    user = member("physician")
    everywhere(lambda node: node.present(credential(council, user)))
    everywhere(lambda node: node.suspend(user.id))
    assert verdict(user, record) == (False, "inactive")
    with pytest.raises(Refused):
        NODES()[0].present(credential(council, user))


def test_an_authority_that_is_pinned_no_more_vouches_for_nobody(council):
    _, record = shared(council)
    user = member("physician")
    everywhere(lambda node: node.present(credential(council, user)))
    narrowed = Issuer(council.authority.certificate, frozenset({"nurse"}))
    with pinned(narrowed):
        assert verdict(user, record) == (False, "no-rule")
    assert NODES()[0].credential(user.id) is None
    assert NODES()[0].authorities() == ()


def test_a_credential_of_another_key_or_member(council):
    user, other = member("physician"), member("physician")
    stranger = Endpoint()
    mixed = council.credential(other.id, user.keys.signing_key)
    for octets in (credential(council, stranger), mixed, b"", b"-----BEGIN", b"0\x80\x00\x00"):
        with pytest.raises(Invalid):
            NODES()[0].present(octets)
    assert NODES()[0].credential(user.id) is None


def test_a_newer_one_replaces_it_only_when_valid(council):
    user, node = member("physician"), NODES()[0]
    now = clock.now()
    first = credential(council, user, since=now - 9 * DAY)
    receipt = node.present(first)
    assert node.present(first) == receipt
    for refused in (
        credential(council, user, since=now - 20 * DAY, days=5),
        credential(council, user, since=now + DAY),
        Council(now).credential(user.id, user.keys.signing_key),
    ):
        with pytest.raises((Refused, Invalid)):
            node.present(refused)
    with pytest.raises(Conflict):
        node.present(credential(council, user, since=now - 10 * DAY))
    assert node.credential(user.id).octets == first
    newer = credential(council, user, role="nurse", since=now - DAY)
    assert node.present(newer) != receipt
    view = node.credential(user.id)
    assert (view.role, view.octets, view.organisation) == ("nurse", newer, "City Heart Clinic")
    assert Credential.objects.using(Node(1).alias).filter(member=user.id).count() == 1


def test_a_departed_member_has_none(council):
    user = member("physician")
    everywhere(lambda node: node.present(credential(council, user)))
    everywhere(lambda node: node.depart(user.id))
    assert everywhere(lambda node: node.credential(user.id)) == [None for _ in NODES()]
    with pytest.raises(Refused):
        NODES()[0].present(credential(council, user))


def test_revocation_lists_only_rise(council):
    first, second, third = council.crl(), council.crl(SERIAL), council.crl()
    node = NODES()[0]
    node.take_revocations(third)
    node.take_revocations(third)
    for older in (first, second):
        with pytest.raises(Conflict):
            node.take_revocations(older)
    council.number -= 1
    with pytest.raises(Conflict):
        node.take_revocations(council.crl(1))


def test_revocation_lists_of_nobody_and_of_tomorrow(council):
    node = NODES()[0]
    future = council.crl(now=clock.now() + DAY)
    for crl in (Council(clock.now()).crl(), future, b"", b"\x30\x80", b"0" * 3_000_000):
        with pytest.raises(Invalid):
            node.take_revocations(crl)


def test_a_pin_that_is_not_right_stops_decisions_instead_of_changing_them(council, data):
    _, record = shared(council)
    user = member("physician")
    everywhere(lambda node: node.present(credential(council, user)))
    broken = data / "authorities" / "broken.json"
    broken.write_text("{}")
    try:
        for call in (
            lambda: verdict(user, record),
            NODES()[0].authorities,
            lambda: NODES()[0].credential(user.id),
        ):
            with pytest.raises(Unavailable):
                call()
    finally:
        broken.unlink()
    assert verdict(user, record) == (True, "role-rule")


def test_authorities_are_listed_by_role(council):
    found = [(one.role, one.name) for one in NODES()[0].authorities()]
    assert found == [("nurse", "Medical Council"), ("physician", "Medical Council")]


def test_it_is_an_event_of_the_member(council):
    user = member("physician")
    everywhere(lambda node: node.present(credential(council, user)))
    for node in NODES():
        told = [one.event for one in node.events(user.id)]
        assert [one["role"] for one in told if one.get("type") == "credential"] == ["physician"]
    assert Event.objects.using(Node(1).alias).exists()
