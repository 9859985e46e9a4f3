"""What any SRS must do, whatever its number of nodes: the port's contract.

Runs with the deployment that the settings name: one node, and three of which two
are enough (SESPHR_NODES=3 SESPHR_THRESHOLD=2).
"""

import sys
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings

from sesphr.adapters import get_log, get_srs_nodes
from sesphr.crypto import statements
from sesphr.crypto.encoding import b64u_encode
from sesphr.crypto.groups import random_scalar
from sesphr.deployment import get_deployment
from sesphr.ports.errors import Conflict, Invalid, NotFound, PortError, Refused, Unavailable
from sesphr.ports.srs import Access, Deposit, Sealed, SrsNode
from srs.models import AccessRequest, Delegation, Event, RParameter, Version
from tests.contract import wires
from tests.support.endpoints import DEFAULTS, Endpoint, digest_of, element

pytestmark = pytest.mark.django_db(databases="__all__")
_nodes: tuple[SrsNode, ...] = ()


def NODES() -> tuple[SrsNode, ...]:
    """The nodes, as this test reaches them; those of this process for whoever does not say how."""
    return _nodes or get_srs_nodes()


@pytest.fixture(params=wires.KINDS, autouse=True)
def _reached(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    made = wires.ports(request.param, monkeypatch, settings.SESPHR_NODES)
    monkeypatch.setattr(sys.modules[__name__], "_nodes", made.nodes)


def everywhere(call: Callable[[Any], Any]) -> list[Any]:
    """The same call at every node."""
    return [call(node) for node in NODES()]


def member(role: str = "owner", *, active: bool = True) -> Endpoint:
    """A registered member, activated unless told otherwise."""
    made = Endpoint()
    jws = made.registration(DEFAULTS if role == "owner" else ())
    everywhere(lambda node: node.register(jws))
    if active:
        everywhere(lambda node: node.activate(made.id, role))
    return made


def deposit(owner: Endpoint, **changed: Any) -> Any:
    """A deposited record with two partitions."""
    sealed = owner.seal({"medical": element("medical"), "personal": element("personal")}, **changed)
    everywhere(lambda node: node.deposit(owner.deposit_for(sealed, node.index)))
    return sealed


def record_of(sealed: Any) -> str:
    """The record's id."""
    return str(statements.payload_of_unverified(sealed.manifest)["record"])


def put_acl(owner: Endpoint, rules: list[Any], pairs: Any = (), standing: Any = ()) -> list[str]:
    """The owner's next list, at every node, with keys for pairs and shares for roles."""
    acl = owner.acl(rules)
    deal = owner.deal(acl, pairs, standing) if pairs or standing else None
    receipts = everywhere(lambda node: node.set_acl(acl, deal))
    owner.acl_head = acl
    return receipts


def grant(owner: Endpoint, user: Endpoint, *partitions: str, **changed: Any) -> list[str]:
    """One rule for one user, and the keys for it."""
    return put_acl(
        owner, [owner.rule(user, partitions, **changed)], [(user, one) for one in partitions]
    )


def ask(user: Endpoint, sealed: Any, *partitions: str, **changed: Any) -> list[Access]:
    """A fresh request, at every node."""
    jws = user.access_request({record_of(sealed): partitions}, **changed)
    return everywhere(lambda node: node.access(jws))


def verdicts(answer: Access) -> list[tuple[str, str, str]]:
    """(partition, decision, reason) of an answer."""
    items = statements.payload_of_unverified(answer.answer)["items"]
    return [
        (p["partition"], p["decision"], p["reason"]) for item in items for p in item["partitions"]
    ]


class TestRegistration:
    """Registration with proofs; further ones add keys."""

    def test_the_same_again_gives_the_same_receipt(self) -> None:
        jws = Endpoint().registration()
        assert everywhere(lambda n: n.register(jws)) == everywhere(lambda n: n.register(jws))

    def test_a_further_one_adds_partition_keys(self) -> None:
        owner = Endpoint()
        first = owner.registration()
        second = owner.registration(("genome",), seq=2, previous=digest_of(first))
        for node in NODES():
            node.register(first)
            node.register(second)
            assert node.registrations(owner.id) == (first, second)

    def test_a_rival_with_the_same_number_conflicts(self) -> None:
        owner = Endpoint()
        first, rival = owner.registration(), owner.registration(("genome",))
        for node in NODES():
            node.register(first)
            with pytest.raises(Conflict):
                node.register(rival)

    def test_other_keys_for_a_known_member_conflict(self) -> None:
        owner = Endpoint()
        thief = Endpoint(id=owner.id)
        for node in NODES():
            node.register(owner.registration())
            with pytest.raises(Conflict):
                node.register(thief.registration())

    def test_a_key_is_never_replaced(self) -> None:
        owner = Endpoint()
        first = owner.registration(("medical",))
        foreign = {"medical": owner.partition_key("medical", random_scalar())}
        members = {
            **statements.payload_of_unverified(owner.registration(())),
            "partitions": foreign,
        }
        lie = owner.sign(
            "sesphr-registration", **{**members, "seq": 2, "previous": digest_of(first)}
        )
        for node in NODES():
            node.register(first)
            with pytest.raises(Invalid):
                node.register(lie)

    @pytest.mark.parametrize("member_", ["receive_proof", "verification", "receive"])
    def test_a_wrong_proof_or_key_is_refused(self, member_: str) -> None:
        owner, other = Endpoint(), Endpoint()
        stolen = statements.payload_of_unverified(other.registration())[member_]
        with pytest.raises((PortError, statements.StatementError)):
            NODES()[0].register(owner.registration(**{member_: stolen}))

    def test_garbage_is_refused(self) -> None:
        for text in ("", "a.b.c", "....", "x" * 100_000, "é.é.é"):
            with pytest.raises(Invalid):
                NODES()[0].register(text)


class TestMembership:
    """Activation, suspension, departure."""

    def test_the_joining_date_is_that_of_the_first_activation(self, moved_clock: list[int]) -> None:
        user = member("physician")
        joined = moved_clock[0]
        moved_clock[0] += 1000
        everywhere(lambda node: node.suspend(user.id))
        assert everywhere(lambda node: node.activate(user.id, "physician")) == [joined] * len(
            NODES()
        )

    def test_nobody_unknown_is_activated(self) -> None:
        with pytest.raises(NotFound):
            NODES()[0].activate(str(uuid.uuid4()), "physician")

    def test_a_departed_member_stays_departed_and_loses_every_key(self) -> None:
        owner, user = member(), member("physician")
        sealed = deposit(owner)
        grant(owner, user, "medical")
        assert everywhere(lambda node: node.givers(user.id)) == [(owner.id,)] * len(NODES())
        assert NODES()[0].givers(owner.id) == ()
        assert everywhere(lambda node: node.depart(user.id)) == everywhere(
            lambda node: node.depart(user.id)
        )
        for node in NODES():
            assert node.delegates(owner.id) == ()
            assert node.givers(user.id) == ()
            with pytest.raises(Conflict):
                node.activate(user.id, "physician")
        assert verdicts(ask(user, sealed, "medical")[0]) == [("medical", "deny", "inactive")]

    def test_a_list_may_go_on_naming_somebody_who_departed(self) -> None:
        owner, user, other = member(), member("physician"), member("nurse")
        deposit(owner)
        rules = [owner.rule(user, ["medical"])]
        put_acl(owner, rules, [(user, "medical")])
        everywhere(lambda node: node.depart(user.id))
        put_acl(owner, [*rules, owner.rule(other, ["medical"])], [(other, "medical")])
        assert NODES()[0].delegates(owner.id) == ((other.id, "medical", 1),)

    def test_suspension_is_refused_at_once(self) -> None:
        owner, user = member(), member("physician")
        sealed = deposit(owner)
        grant(owner, user, "medical")
        everywhere(lambda node: node.suspend(user.id))
        assert verdicts(ask(user, sealed, "medical")[0]) == [("medical", "deny", "inactive")]


class TestDeposit:
    """Everything that protocol section 4 asks of a node."""

    def test_the_same_again_gives_the_same_receipt(self) -> None:
        owner = member()
        sealed = owner.seal({"medical": element("medical")})
        first = everywhere(lambda n: n.deposit(owner.deposit_for(sealed, n.index)))
        assert everywhere(lambda n: n.deposit(owner.deposit_for(sealed, n.index))) == first
        assert Version.objects.using("srs").count() == 1

    def test_versions_follow_one_another(self) -> None:
        owner = member()
        first = deposit(owner)
        record, previous = record_of(first), b64u_encode(first.digest)
        deposit(owner, record=record, version=2, previous=previous)
        for version, before in ((2, previous), (4, previous), (1, None)):
            rival = owner.seal(
                {"medical": element("medical", "x")},
                record=record,
                version=version,
                previous=before,
            )
            with pytest.raises(Conflict):
                NODES()[0].deposit(owner.deposit_for(rival, 1))

    def test_a_record_id_cannot_be_taken_over(self) -> None:
        owner, other = member(), member()
        sealed = deposit(owner)
        rival = other.seal({"medical": element("medical")}, record=record_of(sealed))
        with pytest.raises(Conflict):
            NODES()[0].deposit(other.deposit_for(rival, 1))

    def test_a_pending_owner_is_refused(self) -> None:
        owner = member(active=False)
        sealed = owner.seal({"medical": element("medical")})
        with pytest.raises(Refused):
            NODES()[0].deposit(owner.deposit_for(sealed, 1))

    def test_somebody_elses_record_is_refused(self) -> None:
        owner, other = member(), member()
        sealed = other.seal({"medical": element("medical")}, owner=owner.id)
        with pytest.raises(Refused):
            NODES()[0].deposit(other.deposit_for(sealed, 1))

    def test_an_unregistered_partition_is_refused(self) -> None:
        owner = member()
        sealed = owner.seal({"genome": element("genome")})
        with pytest.raises(Invalid):
            NODES()[0].deposit(owner.deposit_for(sealed, 1))

    def test_swapped_or_missing_parameters_are_refused(self) -> None:
        owner = member()
        sealed = owner.seal({"medical": element("medical"), "personal": element("personal")})
        right = owner.deposit_for(sealed, 1)
        medical, personal = right.sealed["medical"], right.sealed["personal"]
        other = owner.deposit_for(owner.seal({"medical": element("medical")}), 1).sealed["medical"]
        for wrong in (
            {"medical": personal, "personal": medical},
            {"medical": medical},
            {"medical": other, "personal": personal},
            {"medical": Sealed(bytes(32), bytes(144)), "personal": personal},
            {"medical": Sealed(b"", b""), "personal": personal},
        ):
            with pytest.raises(Invalid):
                NODES()[0].deposit(Deposit(sealed.manifest, wrong))
        assert not RParameter.objects.using("srs").exists()

    def test_a_manifest_from_the_future_is_refused(self, moved_clock: list[int]) -> None:
        owner = member()
        sealed = owner.seal({"medical": element("medical")}, iat=moved_clock[0] + 3600)
        with pytest.raises(Invalid):
            NODES()[0].deposit(owner.deposit_for(sealed, 1))


class TestLists:
    """Numbered lists with direct delegation."""

    def test_the_same_again_gives_the_same_receipt(self) -> None:
        owner, user = member(), member("physician")
        acl = owner.acl([owner.rule(user, ["medical"])])
        deal = owner.deal(acl, [(user, "medical")])
        assert everywhere(lambda n: n.set_acl(acl, deal)) == everywhere(
            lambda n: n.set_acl(acl, deal)
        )

    def test_an_old_list_never_comes_back(self) -> None:
        owner, user = member(), member("physician")
        sealed = deposit(owner)
        grant(owner, user, "medical")
        granted = owner.acl_head
        put_acl(owner, [])
        # The very same old statement is answered as it was, and changes nothing.
        old_deal = owner.deal(granted, [(user, "medical")])
        everywhere(lambda node: node.set_acl(granted, old_deal))
        assert everywhere(lambda node: node.acl(owner.id)) == [owner.acl_head] * len(NODES())
        assert everywhere(lambda node: node.delegates(owner.id)) == [()] * len(NODES())
        assert verdicts(ask(user, sealed, "medical")[0]) == [("medical", "deny", "no-rule")]

    @pytest.mark.parametrize(
        "change", [{"seq": 1}, {"seq": 3}, {"previous": b64u_encode(bytes(32))}]
    )
    def test_only_the_successor_is_taken(self, change: dict[str, Any]) -> None:
        owner = member()
        put_acl(owner, [])
        if change.get("seq") == 1:
            change = {**change, "previous": None, "default_partitions": []}
        with pytest.raises(Conflict):
            NODES()[0].set_acl(owner.acl([], **change), None)

    def test_a_list_that_allows_without_a_key_is_refused(self) -> None:
        owner, user = member(), member("physician")
        with pytest.raises(Invalid):
            NODES()[0].set_acl(owner.acl([owner.rule(user, ["medical"])]), None)

    def test_a_key_that_the_list_does_not_allow_is_refused(self) -> None:
        owner, user = member(), member("physician")
        acl = owner.acl([owner.rule(user, ["medical"])])
        deal = owner.deal(acl, [(user, "medical"), (user, "personal")])
        with pytest.raises(Invalid):
            NODES()[0].set_acl(acl, deal)

    def test_keys_dealt_for_another_list_user_or_partition_are_refused(self) -> None:
        owner, user, other = member(), member("physician"), member("physician")
        acl = owner.acl([owner.rule(user, ["medical"])])
        elsewhere = owner.acl([owner.rule(user, ["medical"])])
        right = statements.payload_of_unverified(owner.deal(acl, [(user, "medical")]))["deals"][0]
        of_other = statements.payload_of_unverified(owner.deal(acl, [(other, "medical")]))["deals"][
            0
        ]
        of_personal = statements.payload_of_unverified(owner.deal(acl, [(user, "personal")]))[
            "deals"
        ][0]
        wrong = [
            owner.deal(elsewhere, [(user, "medical")]),
            *(
                signer.sign("sesphr-deal", acl=digest_of(acl), deals=[dealt], standing=[])
                for signer, dealt in (
                    (owner, {**right, "sealed": of_other["sealed"]}),
                    (owner, {**right, "sealed": of_personal["sealed"]}),
                    (owner, {**right, "key": of_other["key"]}),
                    (other, right),
                )
            ),
        ]
        for deal in wrong:
            with pytest.raises(Invalid):
                NODES()[0].set_acl(acl, deal)
        assert NODES()[0].acl(owner.id) is None

    def test_a_rule_for_a_stranger_or_an_old_key_is_refused(self) -> None:
        owner, user = member(), member("physician")
        stranger, impostor = Endpoint(), Endpoint(id=user.id)
        for who in (stranger, impostor):
            acl = owner.acl([owner.rule(who, ["medical"])])
            with pytest.raises(Invalid):
                NODES()[0].set_acl(acl, owner.deal(acl, [(who, "medical")]))

    def test_revoking_forgets_the_keys_and_leaves_others_alone(self) -> None:
        owner, user, other = member(), member("physician"), member("nurse")
        sealed = deposit(owner)
        kept = owner.rule(other, ["medical"])
        put_acl(
            owner, [owner.rule(user, ["medical"]), kept], [(user, "medical"), (other, "medical")]
        )
        put_acl(owner, [kept])
        assert Delegation.objects.using("srs").count() == 1
        assert verdicts(ask(user, sealed, "medical")[0])[0][1] == "deny"
        assert verdicts(ask(other, sealed, "medical")[0])[0][1] == "allow"

    def test_a_deny_rule_forgets_the_keys_too(self) -> None:
        owner, user = member(), member("physician")
        sealed = deposit(owner)
        grant(owner, user, "medical")
        rule = owner.rule(user, ["medical"])
        put_acl(owner, [rule, owner.rule(user, ["medical"], deny=True)])
        assert not Delegation.objects.using("srs").exists()
        assert verdicts(ask(user, sealed, "medical")[0])[0][1] == "deny"

    def test_a_list_is_kept_exactly_as_signed(self) -> None:
        owner = member()
        put_acl(owner, [])
        assert everywhere(lambda node: node.acl(owner.id)) == [owner.acl_head] * len(NODES())


class TestKeyRequests:
    """Asking grants nothing and is logged."""

    def test_asking_is_logged_once_and_grants_nothing(self) -> None:
        owner, user = member(), member("physician")
        sealed = deposit(owner)
        jws = user.key_request(owner, ["medical"])
        assert everywhere(lambda n: n.key_request(jws)) == everywhere(lambda n: n.key_request(jws))
        kinds = [view.event["type"] for view in NODES()[0].events(owner.id)]
        assert kinds.count("key-request") == 1
        assert verdicts(ask(user, sealed, "medical")[0])[0][1] == "deny"

    def test_an_unknown_owner_is_answered_alike(self) -> None:
        user = member("physician")
        receipt = NODES()[0].key_request(user.key_request(Endpoint(), ["medical"]))
        assert statements.payload_of_unverified(receipt)["kind"] == "key-request"

    def test_old_pending_and_wrong_requests_are_refused(self, moved_clock: list[int]) -> None:
        owner, user, pending = member(), member("physician"), member("physician", active=False)
        with pytest.raises(Refused):
            NODES()[0].key_request(user.key_request(owner, ["medical"], iat=moved_clock[0] - 4000))
        with pytest.raises(Refused):
            NODES()[0].key_request(pending.key_request(owner, ["medical"]))
        with pytest.raises(Invalid):
            NODES()[0].key_request(user.key_request(owner, ["medical"], key=b64u_encode(bytes(32))))
        nonce = b64u_encode(bytes(16))
        NODES()[0].key_request(user.key_request(owner, ["medical"], nonce=nonce))
        with pytest.raises(Invalid):
            NODES()[0].key_request(user.key_request(owner, ["personal"], nonce=nonce))


class TestAccess:
    """Decide, log, then re-encrypt."""

    def test_exactly_what_was_granted_is_released(self) -> None:
        owner, user = member(), member("physician")
        sealed = deposit(owner)
        grant(owner, user, "medical")
        for answer in ask(user, sealed, "medical", "personal", "genome"):
            assert verdicts(answer) == [
                ("medical", "allow", "member-rule"),
                ("personal", "deny", "no-rule"),
                ("genome", "deny", "no-rule"),
            ]
            assert len(answer.tickets) == len(answer.proofs) == 1

    def test_a_stranger_cannot_tell_a_record_from_none(self) -> None:
        owner, user = member(), member("physician")
        sealed = deposit(owner)
        known = ask(user, sealed, "medical")[0]
        jws = user.access_request({str(uuid.uuid4()): ["medical"]})
        unknown = NODES()[0].access(jws)
        strip = {"record": None}
        shown = [statements.payload_of_unverified(one.answer) for one in (known, unknown)]
        assert [{**item, **strip} for item in shown[0]["items"]] == [
            {**item, **strip} for item in shown[1]["items"]
        ]
        assert shown[0]["log"] == shown[1]["log"] == []
        assert known.tickets == unknown.tickets == ()

    def test_the_same_request_gets_the_same_answer_and_one_event(
        self, moved_clock: list[int]
    ) -> None:
        owner, user = member(), member("physician")
        sealed = deposit(owner)
        grant(owner, user, "medical")
        jws = user.access_request({record_of(sealed): ["medical"]})
        before = Event.objects.using("srs").count()
        first = NODES()[0].access(jws)
        moved_clock[0] += 5
        again = NODES()[0].access(jws)
        assert (first.answer, first.tickets) == (again.answer, again.tickets)
        assert Event.objects.using("srs").count() == before + 1

    def test_refusals_are_logged_and_owners_see_who_and_why(self) -> None:
        owner, user = member(), member("physician")
        sealed = deposit(owner)
        ask(user, sealed, "medical")
        view = NODES()[0].events(owner.id)[-1]
        assert view.event["type"] == "access"
        assert view.event["user"] == user.id
        assert view.event["items"][0]["allowed"] is False
        assert view.proof is not None
        assert get_log().stream_length(view.stream) == view.number

    @pytest.mark.parametrize("age", [-121, 181, 100_000])
    def test_stale_and_future_requests_are_refused(self, age: int, moved_clock: list[int]) -> None:
        owner, user = member(), member("physician")
        sealed = deposit(owner)
        with pytest.raises(PortError):
            ask(user, sealed, "medical", iat=moved_clock[0] - age)
        assert not AccessRequest.objects.using("srs").exists()

    def test_an_expired_request_is_not_answered_again(self, moved_clock: list[int]) -> None:
        owner, user = member(), member("physician")
        sealed = deposit(owner)
        jws = user.access_request({record_of(sealed): ["medical"]})
        NODES()[0].access(jws)
        moved_clock[0] += 200
        with pytest.raises(Refused):
            NODES()[0].access(jws)

    def test_a_nonce_serves_once(self) -> None:
        owner, user = member(), member("physician")
        sealed = deposit(owner)
        nonce = b64u_encode(bytes(16))
        ask(user, sealed, "medical", nonce=nonce)
        with pytest.raises(Invalid):
            ask(user, sealed, "personal", nonce=nonce)

    def test_windows_of_rules_and_records_hold(self, moved_clock: list[int]) -> None:
        owner, user = member(), member("physician")
        now = moved_clock[0]
        sealed = deposit(owner, open_from=now + 100, open_until=now + 300)
        grant(owner, user, "medical", valid_from=now, valid_until=now + 200)
        seen = []
        for moment in (now, now + 100, now + 199, now + 200):
            moved_clock[0] = moment
            seen.append(verdicts(ask(user, sealed, "medical")[0])[0][1])
        assert seen == ["deny", "allow", "allow", "deny"]
        assert verdicts(ask(owner, sealed, "medical")[0])[0][1:] == ("allow", "owner")

    def test_records_from_before_joining_need_history(self, moved_clock: list[int]) -> None:
        owner = member()
        sealed = deposit(owner)
        moved_clock[0] += 100
        user = member("physician")
        grant(owner, user, "medical", history=False)
        assert verdicts(ask(user, sealed, "medical")[0])[0][1] == "deny"
        later = deposit(owner)
        assert verdicts(ask(user, later, "medical")[0])[0][1] == "allow"

    def test_the_owner_gets_the_whole_and_no_answer(self) -> None:
        owner = member()
        sealed = deposit(owner)
        answer = ask(owner, sealed, "medical", "personal")[0]
        ticket = statements.payload_of_unverified(answer.tickets[0])
        assert ticket["objects"][0]["whole"] is True
        items = statements.payload_of_unverified(answer.answer)["items"]
        assert [one["answer"] for one in items[0]["partitions"]] == [None, None]

    def test_without_the_log_nothing_is_released(self, monkeypatch: pytest.MonkeyPatch) -> None:
        owner, user = member(), member("physician")
        sealed = deposit(owner)
        grant(owner, user, "medical")
        jws = user.access_request({record_of(sealed): ["medical"]})

        def out_of_reach(self: object, entry: object) -> None:
            raise Unavailable("The log cannot be reached.")

        with monkeypatch.context() as patch:
            patch.setattr(type(get_log()), "append", out_of_reach)
            with pytest.raises(Unavailable):
                NODES()[0].access(jws)
        assert not AccessRequest.objects.using("srs").exclude(answer=None).exists()
        # Once the log is back the very same request is answered, with one event.
        assert verdicts(NODES()[0].access(jws)) == [("medical", "allow", "member-rule")]
        assert len([v for v in NODES()[0].events(owner.id) if v.event["type"] == "access"]) == 1

    def test_a_thousand_pairs_are_one_request(self) -> None:
        owner, user = member(), member("physician")
        sealed = deposit(owner)
        grant(owner, user, "medical")
        items = {str(uuid.uuid4()): ["medical"] for _ in range(999)}
        jws = user.access_request({**items, record_of(sealed): ["medical"]})
        answer = NODES()[0].access(jws)
        assert [one[1] for one in verdicts(answer)].count("allow") == 1
        with pytest.raises(statements.StatementError):
            user.access_request({**items, record_of(sealed): ["medical", "personal"]})


class TestListing:
    """What a member may know of records."""

    def test_owners_see_all_of_theirs_and_users_what_they_may_open(self) -> None:
        owner, user, stranger = member(), member("physician"), member("physician")
        sealed = deposit(owner)
        grant(owner, user, "medical")
        node = NODES()[0]
        assert [view.partitions for view in node.records(owner.id)] == [("medical", "personal")]
        assert [view.partitions for view in node.records(user.id)] == [("medical",)]
        assert [view.record for view in node.records(user.id, owner.id)] == [record_of(sealed)]
        assert node.records(stranger.id) == node.records(stranger.id, owner.id) == ()
        assert node.records(str(uuid.uuid4())) == ()
        put_acl(owner, [])
        assert node.records(user.id) == ()


class TestCommitted:
    """What became of deposits whose receipts were lost."""

    def test_each_deposit_has_a_receipt_of_each_node(self) -> None:
        owner = member()
        first = deposit(owner)
        second = deposit(
            owner, record=record_of(first), version=2, previous=b64u_encode(first.digest)
        )
        made = owner.seal({"medical": element("medical")})
        names = tuple(digest_of(one.manifest) for one in (first, made, second))
        for node in NODES():
            found = [statements.payload_of_unverified(one) for one in node.committed(names)]
            said = {one["object"]: (one["kind"], one["owner"], one["seq"]) for one in found}
            assert said == {names[0]: ("deposit", owner.id, 1), names[2]: ("deposit", owner.id, 2)}
            assert {one["iss"] for one in found} == {get_deployment().node(node.index).id}

    def test_of_what_a_node_does_not_know_there_is_none(self) -> None:
        strange = ("", "x", "A" * 43, "é" * 100, "x" * 10**5)
        assert everywhere(lambda node: node.committed(strange)) == [()] * len(NODES())
        assert everywhere(lambda node: node.committed(())) == [()] * len(NODES())

    def test_too_many_at_once_are_invalid(self) -> None:
        for node in NODES():
            with pytest.raises(Invalid):
                node.committed(("A" * 43,) * 1001)
