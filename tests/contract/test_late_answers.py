"""What a node decided while the log was away, and releases when it is back: only what still holds."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from sesphr.adapters import get_log
from sesphr.crypto import statements
from sesphr.ports.errors import Unavailable
from sesphr.ports.srs import Access
from tests.contract.test_consent import Owner, physician
from tests.contract.test_emergency import Ward
from tests.contract.test_srs import (
    NODES,
    deposit,
    everywhere,
    grant,
    member,
    put_acl,
    record_of,
    verdicts,
)
from tests.support.certified import council
from tests.support.credentials import Council
from tests.support.endpoints import digest_of

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def authority(moved_clock: list[int]) -> Iterator[Council]:
    with council() as made:
        yield made


@contextmanager
def log_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The log takes nothing."""

    def away(self: object, entry: object) -> None:
        raise Unavailable("The log cannot be reached.")

    with monkeypatch.context() as patch:
        patch.setattr(type(get_log()), "append", away)
        yield


def begun(monkeypatch: pytest.MonkeyPatch, jws: str, cosigns: tuple[str, ...] = ()) -> None:
    """Every node decides the request and can release nothing."""
    with log_away(monkeypatch):
        for node in NODES():
            with pytest.raises(Unavailable):
                node.access(jws, cosigns)


def answered(jws: str) -> tuple[str, str]:
    """What all nodes answer for the one pair; an answer that releases nothing has nothing with it."""
    found = set()
    for node in NODES():
        answer = node.access(jws)
        [(_, decision, reason)] = verdicts(answer)
        found.add((decision, reason))
        assert_whole(answer, decision == "allow")
        again = node.access(jws)
        assert (again.answer, again.tickets) == (answer.answer, answer.tickets)
        assert len(again.proofs) == len(answer.proofs)
    [only] = found
    return only


def assert_whole(answer: Access, released: bool) -> None:
    """Log entries, proofs and tickets are of what was released, and of nothing else."""
    payload = statements.payload_of_unverified(answer.answer)
    assert len(payload["log"]) == len(answer.proofs)
    assert (len(answer.proofs) > 0, len(answer.tickets)) == (released, released)
    assert (payload["items"][0]["partitions"][0]["answer"] is not None) == released


class TestRules:
    """A rule for one member."""

    def scene(self, **rule: Any) -> tuple[Any, Any, Any, str]:
        """Owner, user, record, and a request that the list allows."""
        owner, user = member(), member("physician")
        sealed = deposit(owner)
        grant(owner, user, "medical", **rule)
        return owner, user, sealed, user.access_request({record_of(sealed): ["medical"]})

    def test_what_holds_is_released(self, monkeypatch: pytest.MonkeyPatch) -> None:
        owner, user, _, jws = self.scene()
        begun(monkeypatch, jws)
        # Another list that says the same of her.
        acl = statements.payload_of_unverified(owner.acl_head)["rules"]
        put_acl(owner, acl, [(user, "medical")])
        assert answered(jws) == ("allow", "member-rule")
        [ticket] = NODES()[0].access(jws).tickets
        assert statements.payload_of_unverified(ticket)["seq"] == 2

    def test_not_to_who_was_suspended_since(self, monkeypatch: pytest.MonkeyPatch) -> None:
        _, user, _, jws = self.scene()
        begun(monkeypatch, jws)
        everywhere(lambda node: node.suspend(user.id))
        assert answered(jws) == ("deny", "inactive")

    def test_not_what_was_taken_back_since(self, monkeypatch: pytest.MonkeyPatch) -> None:
        owner, _, _, jws = self.scene()
        begun(monkeypatch, jws)
        put_acl(owner, [])
        assert answered(jws) == ("deny", "no-rule")

    def test_not_after_the_rules_end(
        self, monkeypatch: pytest.MonkeyPatch, moved_clock: list[int]
    ) -> None:
        *_, jws = self.scene(valid_until=moved_clock[0] + 10)
        begun(monkeypatch, jws)
        moved_clock[0] += 10
        assert answered(jws) == ("deny", "no-rule")

    def test_not_of_another_version_than_was_logged(self, monkeypatch: pytest.MonkeyPatch) -> None:
        owner, _, sealed, jws = self.scene()
        begun(monkeypatch, jws)
        deposit(
            owner,
            record=record_of(sealed),
            version=2,
            previous=digest_of(sealed.manifest),
        )
        assert answered(jws) == ("deny", "no-rule")

    def test_what_was_refused_stays_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        owner, user = member(), member("physician")
        sealed = deposit(owner)
        jws = user.access_request({record_of(sealed): ["medical"]})
        begun(monkeypatch, jws)
        grant(owner, user, "medical")
        assert answered(jws) == ("deny", "no-rule")

    def test_an_owner_who_was_suspended_since(self, monkeypatch: pytest.MonkeyPatch) -> None:
        owner = member()
        sealed = deposit(owner)
        jws = owner.access_request({record_of(sealed): ["medical"]})
        begun(monkeypatch, jws)
        everywhere(lambda node: node.suspend(owner.id))
        assert answered(jws) == ("deny", "inactive")


class TestBegun:
    """What a request began itself counts as begun: no code is asked for again."""

    def test_a_code(
        self, authority: Council, moved_clock: list[int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        owner, doctor = Owner(authority, moved_clock), physician(authority)
        jws = owner.request(doctor, owner.code())
        begun(monkeypatch, jws)
        assert answered(jws) == ("allow", "code-rule")

    def test_a_wrong_code_is_not_tried_again(
        self, authority: Council, moved_clock: list[int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        owner, doctor = Owner(authority, moved_clock), physician(authority)
        jws = owner.request(doctor, owner.wrong())
        begun(monkeypatch, jws)
        assert owner.asks(doctor, owner.code()) == "code-rule"
        assert answered(jws) == ("deny", "code")

    def test_a_visit_that_the_owner_ended_since(
        self, authority: Council, moved_clock: list[int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        owner, doctor = Owner(authority, moved_clock), physician(authority)
        jws = owner.request(doctor, owner.code())
        begun(monkeypatch, jws)
        owner.put(b"")
        assert answered(jws) == ("deny", "no-rule")

    @pytest.mark.parametrize("suspended", [False, True])
    def test_an_emergency_and_its_signers(
        self, authority: Council, monkeypatch: pytest.MonkeyPatch, suspended: bool
    ) -> None:
        ward = Ward(authority)
        request, cosigns = ward.signed(ward.ann, ward.ben)
        begun(monkeypatch, request, cosigns)
        if suspended:
            everywhere(lambda node: node.suspend(ward.ben.id))
        expected = ("deny", "no-rule") if suspended else ("allow", "emergency-rule")
        assert answered(request) == expected
