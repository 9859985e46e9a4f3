"""Emergency access at the nodes: one, and three of which two are enough."""

from collections.abc import Iterator
from typing import Any

import pytest

from sesphr.crypto import statements
from sesphr.ports.errors import Invalid, PortError, Refused
from sesphr.roles import node_database
from srs.models_visits import Emergency
from tests.contract.test_consent import events
from tests.contract.test_srs import NODES, deposit, everywhere, member, record_of, verdicts
from tests.contract.wires import over_all
from tests.support.certified import certify, council, revoke
from tests.support.credentials import Council
from tests.support.endpoints import Endpoint, digest_of

pytestmark = [pytest.mark.django_db(databases="__all__"), pytest.mark.usefixtures("reached")]
HOUR = 3600
OPENED, SHUT = "emergency-rule", "no-rule"


class Ward:
    """An owner with an emergency rule for physicians, and physicians who are there."""

    def __init__(self, authority: Council, *, signers: int = 2, **rule: Any) -> None:
        self.authority, self.owner, self.serial = authority, member(), 0
        self.record = record_of(deposit(self.owner))
        self.ann, self.ben, self.cas = (self.clinician() for _ in range(3))
        terms = {"emergency": {"hours": 4, "signers": signers}, "history": True, **rule}
        self.rule = self.owner.role_rule("physician", authority.issuer.id, ["medical"], **terms)
        self.put(self.rule)

    def clinician(self, role: str = "physician") -> Endpoint:
        """Somebody with a credential of this role."""
        self.serial += 1
        made = member(role)
        certify(self.authority, made, role, serial=self.serial)
        return made

    def put(self, *rules: Any) -> None:
        """The owner's next list."""
        acl = self.owner.acl(rules)
        shares = [self.owner.share("medical")] if self.owner.acl_head is None else []
        deal = self.owner.sign("sesphr-deal", acl=digest_of(acl), deals=[], standing=shares)
        everywhere(lambda node: node.set_acl(acl, deal))
        self.owner.acl_head = acl

    def request(self, asker: Endpoint | None = None, **changed: Any) -> str:
        """An emergency's request, Ann's unless told otherwise."""
        members = {"purpose": "emergency", **changed}
        return (asker or self.ann).access_request({self.record: ["medical"]}, **members)

    def signed(self, *signers: Endpoint, **changed: Any) -> tuple[str, tuple[str, ...]]:
        """Ann's request, and what these signed of it."""
        request = self.request()
        return request, tuple(one.cosign(request, self.owner.id, **changed) for one in signers)

    def asks(self, *signers: Endpoint, **changed: Any) -> str:
        """Why every node answers Ann's request as it does."""
        return reason(*self.signed(*signers, **changed))


def reason(request: str, cosigns: tuple[str, ...] = ()) -> str:
    """The reason of all nodes for the one pair of a request."""
    answers = everywhere(lambda node: node.access(request, cosigns))
    [found] = {verdicts(answer)[0] for answer in answers}
    assert (found[1] == "allow") == (found[2] == OPENED)
    return found[2]


def refused(error: type[PortError], request: str, *cosigns: str) -> None:
    """Every node refuses the whole request."""
    for node in NODES():
        with pytest.raises(error):
            node.access(request, cosigns)


@pytest.fixture
def authority(moved_clock: list[int]) -> Iterator[Council]:
    """Who certifies here."""
    with council() as made:
        yield made


@pytest.fixture
def ward(authority: Council) -> Ward:
    """A rule for two clinicians."""
    return Ward(authority)


class TestAnswers:
    """What opens, for how long, and what is written before."""

    def test_two_open_it_for_the_rules_hours(self, ward: Ward, moved_clock: list[int]) -> None:
        began = moved_clock[0]
        assert ward.asks(ward.ann, ward.ben) == OPENED
        moved_clock[0] += 4 * HOUR - 1
        assert reason(ward.request()) == OPENED
        [view] = NODES()[0].records(ward.ann.id, ward.owner.id)
        assert (view.purpose, view.partitions) == ("emergency", ("medical",))
        assert view.until == {"medical": began + 4 * HOUR}
        moved_clock[0] += 1
        assert reason(ward.request()) == SHUT
        assert NODES()[0].records(ward.ann.id, ward.owner.id) == ()
        assert ward.asks(ward.ann, ward.ben) == OPENED

    def test_one_opens_where_the_owner_asks_for_one(self, authority: Council) -> None:
        ward = Ward(authority, signers=1)
        assert ward.asks(ward.ann) == OPENED
        assert ward.asks(ward.ann, ward.ben, ward.cas) == OPENED

    def test_the_event_says_who_and_why_and_stands_before_the_release(self, ward: Ward) -> None:
        request, cosigns = ward.signed(ward.ann, ward.ben, reason="found unconscious")
        for node in NODES():
            logged = statements.payload_of_unverified(node.access(request, cosigns).answer)["log"]
            kinds = {view.number: view.event["type"] for view in node.events(ward.owner.id)}
            assert [kinds[one["number"]] for one in logged] == ["emergency", "access"]
        [event] = events(ward.owner, "emergency")
        assert event["reason"] == "found unconscious"
        assert event["signers"] == sorted([ward.ann.id, ward.ben.id])
        assert (event["user"], event["rule"]) == (ward.ann.id, ward.rule["id"])
        assert event["until"] - event["since"] == 4 * HOUR
        [access] = events(ward.owner, "access")
        assert access["purpose"] == "emergency"
        assert access["items"][0]["reason"] == OPENED

    @over_all
    def test_the_same_request_again_is_one_emergency_and_one_answer(self, ward: Ward) -> None:
        request, cosigns = ward.signed(ward.ann, ward.ben)
        first = everywhere(lambda node: node.access(request, cosigns).answer)
        assert everywhere(lambda node: node.access(request, cosigns).answer) == first
        assert everywhere(lambda node: node.access(request).answer) == first
        assert len(events(ward.owner, "emergency")) == 1
        for node in NODES():
            assert Emergency.objects.using(node_database(node.index)).count() == 1

    def test_it_is_the_askers_alone(self, ward: Ward) -> None:
        assert ward.asks(ward.ann, ward.ben) == OPENED
        assert reason(ward.request(ward.ben)) == SHUT
        assert reason(ward.request(ward.ann, purpose="treatment")) == SHUT

    def test_the_list_in_force_counts_at_each_request(self, ward: Ward) -> None:
        assert ward.asks(ward.ann, ward.ben) == OPENED
        ward.put({**ward.rule, "emergency": {"hours": 4, "signers": 1}})
        assert reason(ward.request()) == OPENED
        ward.put()
        assert reason(ward.request()) == SHUT

    def test_a_signer_who_is_not_what_he_was_ends_it(self, ward: Ward) -> None:
        assert ward.asks(ward.ann, ward.ben) == OPENED
        everywhere(lambda node: node.suspend(ward.ben.id))
        assert reason(ward.request()) == SHUT


class TestRefusals:
    """What opens nothing."""

    def test_fewer_than_the_rule_says(self, ward: Ward) -> None:
        assert reason(ward.request()) == SHUT
        assert ward.asks(ward.ann) == SHUT
        assert ward.asks(ward.ann, ward.ann) == SHUT
        request = ward.request()
        twice = [ward.ann.cosign(request, ward.owner.id, reason=why) for why in ("a", "b")]
        assert reason(request, tuple(twice)) == SHUT
        assert not Emergency.objects.using("srs").exists()
        assert events(ward.owner, "emergency") == []

    def test_without_the_asker_two_others_open_nothing(self, ward: Ward) -> None:
        assert ward.asks(ward.ben, ward.cas) == SHUT

    def test_another_role_or_none(self, ward: Ward) -> None:
        assert ward.asks(ward.ann, ward.clinician("nurse")) == SHUT
        assert ward.asks(ward.ann, member("physician")) == SHUT
        nurse = ward.clinician("nurse")
        request = ward.request(nurse)
        cosigns = tuple(one.cosign(request, ward.owner.id) for one in (nurse, ward.ben))
        assert reason(request, cosigns) == SHUT

    def test_another_issuer(self, ward: Ward) -> None:
        with council("physician") as other:
            certify(other, ward.ben, serial=99)
            assert ward.asks(ward.ann, ward.ben) == SHUT

    def test_a_revoked_or_expired_credential(self, ward: Ward, moved_clock: list[int]) -> None:
        revoke(ward.authority, 2)
        assert ward.asks(ward.ann, ward.ben) == SHUT
        assert ward.asks(ward.ann, ward.cas) == OPENED
        moved_clock[0] += 91 * 24 * HOUR
        revoke(ward.authority)
        assert ward.asks(ward.ann, ward.cas) == "credential"

    def test_a_signer_who_is_not_active(self, ward: Ward) -> None:
        everywhere(lambda node: node.suspend(ward.ben.id))
        assert ward.asks(ward.ann, ward.ben) == SHUT
        everywhere(lambda node: node.depart(ward.ben.id))
        assert ward.asks(ward.ann, ward.ben) == SHUT

    @pytest.mark.parametrize("blank", [" ", "\t\n", "\u2003\ufeff"])
    def test_a_blank_reason(self, ward: Ward, blank: str) -> None:
        assert ward.asks(ward.ann, ward.ben, reason=blank) == SHUT
        request = ward.request()
        mine = ward.ann.cosign(request, ward.owner.id)
        assert reason(request, (mine, ward.ben.cosign(request, ward.owner.id, blank))) == SHUT

    def test_a_deny_rule_wins(self, ward: Ward) -> None:
        ward.put(ward.rule, ward.owner.rule(ward.ann, ["medical"], deny=True))
        assert ward.asks(ward.ann, ward.ben) == SHUT

    def test_a_rule_that_ended_or_was_withdrawn(self, ward: Ward, moved_clock: list[int]) -> None:
        ward.put({**ward.rule, "valid_until": moved_clock[0]})
        assert ward.asks(ward.ann, ward.ben) == SHUT
        ward.put()
        assert ward.asks(ward.ann, ward.ben) == SHUT

    def test_what_was_signed_for_another_owner(self, ward: Ward) -> None:
        other = Ward(ward.authority)
        request = ward.request()
        cosigns = tuple(one.cosign(request, other.owner.id) for one in (ward.ann, ward.ben))
        assert reason(request, cosigns) == SHUT

    def test_a_part_that_the_rule_does_not_name(self, ward: Ward) -> None:
        request = ward.ann.access_request({ward.record: ["personal"]}, purpose="emergency")
        cosigns = tuple(one.cosign(request, ward.owner.id) for one in (ward.ann, ward.ben))
        assert reason(request, cosigns) == SHUT

    def test_what_was_signed_of_another_request(self, ward: Ward) -> None:
        _, cosigns = ward.signed(ward.ann, ward.ben)
        refused(Invalid, ward.request(), *cosigns)

    def test_what_was_signed_for_a_request_of_another_purpose(self, ward: Ward) -> None:
        request = ward.request(purpose="treatment")
        refused(Invalid, request, ward.ann.cosign(request, ward.owner.id))

    def test_what_is_not_signed_rightly(self, ward: Ward) -> None:
        request, (mine, his) = ward.signed(ward.ann, ward.ben)
        stranger = Endpoint()
        forged = Endpoint(id=ward.ben.id).cosign(request, ward.owner.id)
        for wrong in (
            stranger.cosign(request, ward.owner.id),
            forged,
            his[:-4] + "AAAA",
            request,
            "",
        ):
            refused(Invalid, request, mine, wrong)
        refused(Invalid, request, *[mine] * 65)

    def test_an_old_request_or_signature(self, ward: Ward, moved_clock: list[int]) -> None:
        request, cosigns = ward.signed(ward.ann, ward.ben)
        moved_clock[0] += 181
        refused(Refused, request, *cosigns)
        request = ward.request()
        now = moved_clock[0]
        for iat in (now - 181, now + 121):
            late = ward.ben.cosign(request, ward.owner.id, iat=iat)
            refused(Refused, request, ward.ann.cosign(request, ward.owner.id), late)

    def test_three_minutes_are_enough(self, ward: Ward, moved_clock: list[int]) -> None:
        request = ward.request()
        mine = ward.ann.cosign(request, ward.owner.id)
        moved_clock[0] += 180
        assert reason(request, (mine, ward.ben.cosign(request, ward.owner.id))) == OPENED


class TestOpenable:
    """What a clinician who is about to ask is told."""

    def test_it_says_how_many_must_sign(self, ward: Ward) -> None:
        for node in NODES():
            [found] = node.openable(ward.ann.id, ward.owner.id)
            assert (found.way, found.partitions, found.signers) == ("emergency", ("medical",), 2)
            assert found.record == ward.record
            assert node.openable(member("physician").id, ward.owner.id) == ()
        ward.put(ward.rule, ward.owner.rule(ward.ann, ["medical"], deny=True))
        assert NODES()[0].openable(ward.ann.id, ward.owner.id) == ()
