"""Consent codes at the nodes: one, and three of which two are enough."""

import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from sesphr.crypto import consent, statements
from sesphr.crypto.encoding import b64u_encode
from sesphr.ports.errors import Invalid
from sesphr.roles import node_database
from srs import consent as node_consent
from srs.models_visits import ConsentSecret, ConsentStep, ConsentTry, Visit
from tests.contract.test_srs import NODES, deposit, everywhere, member, record_of, verdicts
from tests.contract.wires import over_all
from tests.support.certified import certify, council
from tests.support.credentials import Council
from tests.support.endpoints import Endpoint, digest_of

pytestmark = [pytest.mark.django_db(databases="__all__"), pytest.mark.usefixtures("reached")]
HOUR = 3600
OPENED, SHUT, WRONG, TOO_MANY = "code-rule", "no-rule", "code", "code-tries"


def _secret(now: int) -> bytes:
    """A secret whose codes around now are all different: one time in a million two are not."""
    near = range(consent.step_of(now) - 3, consent.step_of(now) + 6)
    while True:
        made = secrets.token_bytes(20)
        if len({consent.code(made, step) for step in near}) == len(near):
            return made


class Owner:
    """An owner with a record, an authenticator app, and a code rule for physicians."""

    def __init__(self, authority: Council, clock: list[int], **rule: Any) -> None:
        self.me, self.clock, self.secret = member(), clock, _secret(clock[0])
        self.record = record_of(deposit(self.me))
        issuer = authority.issuer.id
        terms = {"code": True, "history": True, **rule}
        self.rules = [
            self.me.role_rule(terms.pop("role", "physician"), issuer, ["medical"], **terms)
        ]
        self.put(self.secret)

    def put(self, secret: bytes | None, **changed: Any) -> None:
        """The next list; with a secret, b"" for none any more, None for no word of it."""
        acl = self.me.acl(self.rules)
        extra: dict[str, Any] = {}
        if secret is not None:
            extra["consent"] = self.me.sealed_secret(secret) if secret else []
        first = self.me.acl_head is None
        shares = [self.me.share("medical")] if first else []
        deal = self.me.sign(
            "sesphr-deal", acl=digest_of(acl), deals=[], standing=shares, **{**extra, **changed}
        )
        everywhere(lambda node: node.set_acl(acl, deal))
        self.me.acl_head = acl

    def code(self, off: int = 0) -> str:
        """What her app shows, `off` steps from now."""
        return consent.code(self.secret, consent.step_of(self.clock[0]) + off)

    def wrong(self) -> str:
        """A code of none of the steps around now."""
        near = {self.code(off) for off in range(-2, 3)}
        return next(
            one
            for one in ("000000", "111111", "222222", "333333", "444444", "5" * 6)
            if one not in near
        )

    def request(self, user: Endpoint, code: str | None = None, **changed: Any) -> str:
        """A request by this user, with a code."""
        nonce = b64u_encode(secrets.token_bytes(16))
        codes = {} if code is None else {"codes": [user.code_for(self.me.id, code, nonce)]}
        members = {"nonce": nonce, **codes, **changed}
        return user.access_request({self.record: ["medical"]}, **members)

    def asks(self, user: Endpoint, code: str | None = None, **changed: Any) -> str:
        """Why every node answers as it does."""
        return reason(self.request(user, code, **changed))


def reason(request: str) -> str:
    """The reason of all nodes for the one pair of a request."""
    answers = everywhere(lambda node: node.access(request))
    [found] = {verdicts(answer)[0] for answer in answers}
    assert (found[1] == "allow") == (found[2] == OPENED)
    return found[2]


def events(owner: Endpoint, kind: str) -> list[Any]:
    """Events of a kind in the owner's stream of each node, without what differs between nodes."""
    found = [
        [dict(view.event) for view in node.events(owner.id) if view.event["type"] == kind]
        for node in NODES()
    ]
    for rows in found:
        for row in rows:
            row.pop("source")
            row.pop("number")
    assert all(rows == found[0] for rows in found)
    return found[0]


@pytest.fixture
def authority(moved_clock: list[int]) -> Iterator[Council]:
    """Who certifies here."""
    with council() as made:
        yield made


@pytest.fixture
def owner(authority: Council, moved_clock: list[int]) -> Owner:
    """Ada."""
    return Owner(authority, moved_clock)


def physician(authority: Council, serial: int = 1) -> Endpoint:
    """A physician with a credential."""
    made = member("physician")
    certify(authority, made, serial=serial)
    return made


@pytest.fixture
def doctor(authority: Council) -> Endpoint:
    """Bob."""
    return physician(authority)


class TestVisits:
    """A right code."""

    def test_it_opens_for_the_rules_hours_and_is_logged(
        self, owner: Owner, doctor: Endpoint, moved_clock: list[int]
    ) -> None:
        assert owner.asks(doctor) == SHUT
        began = moved_clock[0]
        request = owner.request(doctor, owner.code())
        assert reason(request) == OPENED
        [event] = events(owner.me, "consent-code")
        assert (event["user"], event["since"], event["until"]) == (
            doctor.id,
            began,
            began + 24 * HOUR,
        )
        assert event["rule"] == owner.rules[0]["id"]
        moved_clock[0] = began + 24 * HOUR - 1
        assert owner.asks(doctor) == OPENED
        moved_clock[0] += 1
        assert owner.asks(doctor) == SHUT
        reasons = [event["items"][0]["reason"] for event in events(owner.me, "access")]
        assert reasons == [SHUT, OPENED, OPENED, SHUT]

    def test_it_opens_for_the_hours_that_the_rule_says(
        self, authority: Council, doctor: Endpoint, moved_clock: list[int]
    ) -> None:
        owner = Owner(authority, moved_clock, hours=2)
        assert owner.asks(doctor, owner.code()) == OPENED
        [view] = NODES()[0].records(doctor.id, owner.me.id)
        assert (view.purpose, view.until) == ("treatment", {"medical": moved_clock[0] + 2 * HOUR})
        moved_clock[0] += 2 * HOUR
        assert owner.asks(doctor) == SHUT
        assert NODES()[0].records(doctor.id, owner.me.id) == ()

    def test_the_event_stands_before_the_release(self, owner: Owner, doctor: Endpoint) -> None:
        request = owner.request(doctor, owner.code())
        for node in NODES():
            answer = node.access(request)
            logged = statements.payload_of_unverified(answer.answer)["log"]
            numbers = {view.number: view.event["type"] for view in node.events(owner.me.id)}
            assert [numbers[one["number"]] for one in logged] == ["consent-code", "access"]
            assert len(answer.proofs) == 2

    @over_all
    def test_the_same_request_again_is_one_use_and_one_answer(
        self, owner: Owner, doctor: Endpoint
    ) -> None:
        request = owner.request(doctor, owner.code())
        first = everywhere(lambda node: node.access(request).answer)
        assert everywhere(lambda node: node.access(request).answer) == first
        assert len(events(owner.me, "consent-code")) == 1
        for node in NODES():
            assert ConsentStep.objects.using(node_database(node.index)).count() == 1

    def test_it_is_for_the_one_who_gave_it(
        self, authority: Council, owner: Owner, doctor: Endpoint
    ) -> None:
        other = physician(authority, 2)
        assert owner.asks(doctor, owner.code()) == OPENED
        assert owner.asks(other) == SHUT

    @pytest.mark.parametrize("off", [-1, 0, 1])
    def test_a_clock_may_be_one_step_off(self, owner: Owner, doctor: Endpoint, off: int) -> None:
        assert owner.asks(doctor, owner.code(off)) == OPENED

    def test_another_code_begins_another_visit(
        self, owner: Owner, doctor: Endpoint, moved_clock: list[int]
    ) -> None:
        assert owner.asks(doctor, owner.code()) == OPENED
        moved_clock[0] += 23 * HOUR
        assert owner.asks(doctor, owner.code()) == OPENED
        moved_clock[0] += 2 * HOUR
        assert owner.asks(doctor) == OPENED
        assert len(events(owner.me, "consent-code")) == 2


class TestRefusals:
    """What opens nothing, and what it costs."""

    @pytest.mark.parametrize("off", [-3, -2, 2, 3])
    def test_a_code_of_another_time_is_refused(
        self, owner: Owner, doctor: Endpoint, off: int
    ) -> None:
        assert owner.asks(doctor, owner.code(off)) == WRONG

    def test_a_code_counts_once_whoever_gives_it(
        self, authority: Council, owner: Owner, doctor: Endpoint, moved_clock: list[int]
    ) -> None:
        other, code = physician(authority, 2), owner.code()
        assert owner.asks(doctor, code) == OPENED
        assert owner.asks(other, code) == WRONG
        moved_clock[0] += 30
        assert owner.asks(other, code) == WRONG
        assert owner.asks(other, owner.code()) == OPENED

    def test_the_sixth_try_of_an_hour_is_refused_though_it_is_right(
        self, authority: Council, owner: Owner, doctor: Endpoint, moved_clock: list[int]
    ) -> None:
        for _ in range(5):
            assert owner.asks(doctor, owner.wrong()) == WRONG
        assert owner.asks(doctor, owner.code()) == TOO_MANY
        # His wrong codes lock out nobody else, and himself for an hour only.
        assert owner.asks(physician(authority, 2), owner.code()) == OPENED
        moved_clock[0] += HOUR
        assert owner.asks(doctor, owner.code()) == OPENED

    def test_all_askers_together_have_twenty_wrong_tries_an_hour(
        self, authority: Council, owner: Owner, moved_clock: list[int]
    ) -> None:
        for node in NODES():
            alias = node_database(node.index)
            for serial in range(4):
                liar = member("physician")
                for _ in range(5):
                    ConsentTry.objects.using(alias).create(
                        owner_id=owner.me.id, user_id=liar.id, at=moved_clock[0] - serial
                    )
        late = physician(authority)
        assert owner.asks(late, owner.code()) == TOO_MANY
        moved_clock[0] += HOUR - 3
        assert owner.asks(late, owner.code()) == OPENED

    def test_with_a_nonce_that_was_used_no_code_is_looked_at(
        self, owner: Owner, doctor: Endpoint, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Or codes could be tried without a trace, and told apart by the time that each takes."""
        nonce, looked = b64u_encode(secrets.token_bytes(16)), []
        assert owner.asks(doctor, nonce=nonce) == SHUT
        take = node_consent.take

        def watched(*given: Any) -> str | None:
            looked.append(given)
            return take(*given)

        monkeypatch.setattr(node_consent, "take", watched)
        for digits in (owner.code(), owner.wrong()):
            codes = [doctor.code_for(owner.me.id, digits, nonce)]
            request = owner.request(doctor, nonce=nonce, codes=codes)
            for node in NODES():
                with pytest.raises(Invalid, match="nonce"):
                    node.access(request)
        assert not looked
        assert owner.asks(doctor, owner.code()) == OPENED
        assert len(looked) == len(NODES())

    def test_another_owners_code_is_refused(
        self, authority: Council, owner: Owner, doctor: Endpoint, moved_clock: list[int]
    ) -> None:
        other = Owner(authority, moved_clock)
        assert owner.asks(doctor, other.code()) == WRONG
        nonce = b64u_encode(secrets.token_bytes(16))
        codes = [doctor.code_for(other.me.id, other.code(), nonce)]
        assert owner.asks(doctor, nonce=nonce, codes=codes) == SHUT
        assert other.asks(doctor, other.code()) == OPENED

    def test_a_code_sealed_for_something_else_is_a_wrong_one(
        self, owner: Owner, doctor: Endpoint
    ) -> None:
        nonce, another, third = (b64u_encode(secrets.token_bytes(16)) for _ in range(3))
        for used, sealed in (
            (nonce, doctor.code_for(owner.me.id, owner.code(), another)),
            (third, doctor.code_for(owner.me.id, owner.code(), third, asker=owner.me.id)),
        ):
            assert owner.asks(doctor, nonce=used, codes=[sealed]) == WRONG

    def test_a_code_not_sealed_to_every_node_is_no_request(
        self, owner: Owner, doctor: Endpoint
    ) -> None:
        nonce = b64u_encode(secrets.token_bytes(16))
        code = doctor.code_for(owner.me.id, owner.code(), nonce)
        code["sealed"] = [*code["sealed"], code["sealed"][0]]
        request = owner.request(doctor, nonce=nonce, codes=[code])
        for node in NODES():
            with pytest.raises(Invalid):
                node.access(request)

    def test_whom_no_code_rule_lets_in_uses_nothing_up(
        self, authority: Council, owner: Owner, doctor: Endpoint
    ) -> None:
        nurse, plain = member("nurse"), member("physician")
        certify(authority, nurse, "nurse", serial=7)
        for nobody in (nurse, plain):
            for code in (owner.code(), owner.wrong()):
                assert owner.asks(nobody, code) == SHUT
        for node in NODES():
            for model in (ConsentStep, ConsentTry, Visit):
                assert not model._base_manager.using(node_database(node.index)).exists()
        assert owner.asks(doctor, owner.code()) == OPENED

    def test_where_another_rule_allows_no_code_is_used_up(
        self, owner: Owner, doctor: Endpoint
    ) -> None:
        plain = {key: value for key, value in owner.rules[0].items() if key != "code"}
        owner.rules = [plain]
        owner.put(None)
        for code in (owner.wrong(), owner.code()):
            request = owner.request(doctor, code)
            for node in NODES():
                assert verdicts(node.access(request)) == [("medical", "allow", "role-rule")]
        for node in NODES():
            for model in (ConsentStep, ConsentTry, Visit):
                assert not model._base_manager.using(node_database(node.index)).exists()

    def test_without_a_secret_every_code_is_wrong(
        self, authority: Council, owner: Owner, doctor: Endpoint
    ) -> None:
        assert owner.asks(doctor, owner.code()) == OPENED
        owner.put(b"")
        assert owner.asks(doctor) == SHUT
        assert owner.asks(doctor, owner.code(1)) == WRONG
        for node in NODES():
            assert not ConsentSecret.objects.using(node_database(node.index)).exists()

    def test_a_new_secret_replaces_the_old_one_and_ends_its_visits(
        self, owner: Owner, doctor: Endpoint
    ) -> None:
        assert owner.asks(doctor, owner.code()) == OPENED
        old, owner.secret = owner.code(1), secrets.token_bytes(20)
        owner.put(owner.secret)
        assert owner.asks(doctor) == SHUT
        assert owner.asks(doctor, old) == WRONG
        assert owner.asks(doctor, owner.code(1)) == OPENED

    def test_a_list_without_the_rule_ends_what_it_opened(
        self, owner: Owner, doctor: Endpoint
    ) -> None:
        assert owner.asks(doctor, owner.code()) == OPENED
        owner.rules = []
        owner.put(None)
        assert owner.asks(doctor) == SHUT
        assert owner.asks(doctor, owner.code(1)) == SHUT

    def test_a_deny_rule_wins(self, owner: Owner, doctor: Endpoint) -> None:
        owner.rules = [*owner.rules, owner.me.rule(doctor, ["medical"], deny=True)]
        owner.put(None)
        assert owner.asks(doctor, owner.code()) == SHUT

    def test_a_list_says_nothing_of_the_secret_and_keeps_it(
        self, owner: Owner, doctor: Endpoint
    ) -> None:
        owner.put(None)
        assert owner.asks(doctor, owner.code()) == OPENED

    @pytest.mark.parametrize("change", ["owner", "count"])
    def test_a_secret_sealed_for_something_else_is_refused(
        self, owner: Owner, doctor: Endpoint, change: str
    ) -> None:
        sealed = owner.me.sealed_secret(owner.secret, owner=doctor.id)
        if change == "count":
            right = owner.me.sealed_secret(owner.secret)
            sealed = [*right, right[0]]
        with pytest.raises(Invalid):
            owner.put(None, consent=sealed)

    def test_a_departed_owner_leaves_no_secret(self, owner: Owner, doctor: Endpoint) -> None:
        assert owner.asks(doctor, owner.code()) == OPENED
        everywhere(lambda node: node.depart(owner.me.id))
        assert owner.asks(doctor) == SHUT
        for node in NODES():
            alias = node_database(node.index)
            assert not ConsentSecret.objects.using(alias).exists()
            assert not Visit.objects.using(alias).exists()


class TestOpenable:
    """What somebody who is about to ask is told."""

    def test_it_is_one_record_and_only_for_those_who_may(
        self, authority: Council, owner: Owner, doctor: Endpoint
    ) -> None:
        plain = member("physician")
        for node in NODES():
            [found] = node.openable(doctor.id, owner.me.id)
            assert (found.way, found.partitions, found.signers) == ("code", ("medical",), 0)
            assert found.record == owner.record
            assert node.openable(plain.id, owner.me.id) == ()
            assert node.openable(owner.me.id, owner.me.id) == ()
            assert node.openable(doctor.id, doctor.id) == ()
        for model in (ConsentStep, Visit):
            assert not model._base_manager.using("srs").exists()
