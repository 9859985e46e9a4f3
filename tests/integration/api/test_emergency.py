"""Consent codes and emergencies at the portal: what is kept, who is told, and when."""

import secrets
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail

from phr.models import IntegrityReport
from phr.models_notices import EmergencyRequest, Notice
from phr.services import notices
from sesphr import clock, fanout
from sesphr.crypto import consent
from sesphr.crypto.encoding import b64u_encode
from sesphr.ports.errors import Unavailable
from tests.integration.api.conftest import person
from tests.support.certified import certify, council
from tests.support.credentials import Council
from tests.support.endpoints import digest_of, element
from tests.support.people import Person, record_of, verdicts
from tests.support.problems import problem

pytestmark = pytest.mark.django_db(databases="__all__")
SECRET = bytes(range(20))


@pytest.fixture
def authority() -> Iterator[Council]:
    """Who certifies here."""
    with council() as made:
        yield made


class Clinic:
    """An owner with a code rule and an emergency rule for physicians, and two of them."""

    def __init__(self, authority: Council, owner: Person, ann: Person, ben: Person) -> None:
        self.owner, self.ann, self.ben = owner, ann, ben
        for serial, one in enumerate((ann, ben), 1):
            certify(authority, one, serial=serial)
        self.record = record_of(owner.deposited())
        issuer = authority.issuer.id
        rules = [
            owner.role_rule("physician", issuer, ["medical"], history=True, code=True, hours=3),
            owner.role_rule(
                "physician",
                issuer,
                ["personal"],
                history=True,
                emergency={"hours": 4, "signers": 2},
            ),
        ]
        acl = owner.acl(rules)
        deal = owner.sign(
            "sesphr-deal", acl=digest_of(acl), deals=[], consent=owner.sealed_secret(SECRET),
            standing=[owner.share("medical"), owner.share("personal")],
        )  # fmt: skip
        assert owner.post("acl", {"acl": acl, "deal": deal}).status_code == 200
        mail.outbox.clear()

    def coded(self, digits: str) -> Any:
        """Ann's opening with a code."""
        nonce = b64u_encode(secrets.token_bytes(16))
        codes = [self.ann.code_for(self.owner.id, digits, nonce)]
        request = self.ann.access_request({self.record: ["medical"]}, nonce=nonce, codes=codes)
        return self.ann.post("access", {"request": request})

    def asked(self, **changed: Any) -> tuple[str, Any]:
        """Ann's request, and what the portal answers when she asks Ben to confirm it."""
        request = self.ann.access_request({self.record: ["personal"]}, purpose="emergency")
        cosign = self.ann.cosign(request, self.owner.id, "found unconscious")
        body = {"request": request, "cosign": cosign, "colleague": self.ben.id, **changed}
        return request, self.ann.post("emergencies", body)

    def opened(self) -> Any:
        """Ann asks, Ben confirms, Ann opens."""
        request, answer = self.asked()
        cosign = self.ben.cosign(request, self.owner.id, "I am with her")
        path = f"emergencies/{answer.json()['id']}/confirm"
        assert self.ben.post(path, {"cosign": cosign}).status_code == 200
        [found] = self.ann.get("emergencies").json()["asked"]
        return self.ann.post("access", {"request": found["request"], "cosigns": found["cosigns"]})

    def notices(self) -> list[Any]:
        """What the owner is told."""
        found: list[Any] = self.owner.get("notices").json()["notices"]
        return found


@pytest.fixture
def clinic(authority: Council, owner: Person, grantee: Person, stranger: Person) -> Clinic:
    """Olga, Greta and Stig."""
    return Clinic(authority, owner, grantee, stranger)


def now_code() -> str:
    """What the owner's app shows."""
    return consent.code(SECRET, consent.step_of(clock.now()))


def test_a_code_opens_and_its_owner_is_told_at_once(clinic: Clinic) -> None:
    answer = clinic.coded(now_code())
    assert verdicts(answer) == [("medical", "allow", "code-rule")]
    assert clinic.ann.opened(answer, clinic.record, "medical") == element("medical")
    [notice] = clinic.notices()
    assert (notice["kind"], notice["asker_name"], notice["seen"]) == ("code", "Greta", None)
    assert notice["until"] - notice["at"] == 3 * 3600
    [letter] = mail.outbox
    assert letter.to == [clinic.owner.login]
    assert "Greta" in str(letter.body)
    # What goes on with it is no news.
    clinic.ann.access(clinic.record, "medical")
    assert len(clinic.notices()) == len(mail.outbox) == 1


def test_a_wrong_code_says_so_and_tells_nobody(clinic: Clinic) -> None:
    answer = clinic.coded("000000" if now_code() != "000000" else "111111")
    assert verdicts(answer) == [("medical", "deny", "code")]
    assert answer.json()["objects"] == []
    assert clinic.notices() == []
    assert mail.outbox == []


def test_two_clinicians_open_and_the_owner_reviews_it(clinic: Clinic) -> None:
    request, answer = clinic.asked()
    assert answer.json()["owner_name"] == "Olga"
    [waiting] = clinic.ben.get("emergencies").json()["waiting"]
    assert (waiting["asker_name"], waiting["owner_name"]) == ("Greta", "Olga")
    assert (waiting["reason"], waiting["request"]) == ("found unconscious", request)
    answer = clinic.opened()
    assert verdicts(answer) == [("personal", "allow", "emergency-rule")]
    assert clinic.ann.opened(answer, clinic.record, "personal") == element("personal")
    [notice] = clinic.notices()
    assert (notice["kind"], notice["reason"]) == ("emergency", "found unconscious")
    assert {one["name"] for one in notice["signers"]} == {"Greta", "Stig"}
    [letter] = mail.outbox
    assert "unconscious" not in str(letter.body)
    path = f"notices/{notice['id']}/review"
    done = clinic.owner.post(path, {"verdict": "questioned"}).json()
    assert (done["review"], done["seen"] is None) == ("questioned", False)
    assert clinic.owner.post(path, {"verdict": "questioned"}).status_code == 200
    problem(clinic.owner.post(path, {"verdict": "right"}), 409, "conflict")
    [report] = IntegrityReport.objects.all()
    assert (report.reason, str(report.emergency)) == ("emergency-questioned", notice["id"])


def test_the_notice_stands_before_any_answer_leaves(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def cut(*_: Any) -> None:
        seen.append(Notice.objects.count())
        raise OSError("cut")

    monkeypatch.setattr("phr.services.opening._fetch", cut)
    assert clinic.opened().status_code == 500
    assert seen == [1]
    assert len(mail.outbox) == 1


def test_without_its_notice_no_answer_leaves(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(notices, "_note", full)
    answer = clinic.coded(now_code())
    assert answer.status_code == 500
    assert "answers" not in answer.json()


def test_a_release_whose_notice_was_lost_is_told_with_the_next(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(notices, "_note", lambda *_: None)
        assert clinic.opened().status_code == 200
        assert clinic.notices() == []
    request = clinic.ann.access_request({clinic.record: ["personal"]}, purpose="emergency")
    assert clinic.ann.post("access", {"request": request}).status_code == 200
    [notice] = clinic.notices()
    assert (notice["kind"], notice["reason"]) == ("emergency", "")


def test_asking_anew_replaces_what_was_asked(clinic: Clinic) -> None:
    first, answer = clinic.asked()
    old = clinic.ben.cosign(first, clinic.owner.id)
    clinic.asked()
    assert EmergencyRequest.objects.count() == 1
    path = f"emergencies/{answer.json()['id']}/confirm"
    problem(clinic.ben.post(path, {"cosign": old}), 409, "conflict")


def test_what_is_old_waits_for_nobody(clinic: Clinic, moved_clock: list[int]) -> None:
    request, answer = clinic.asked()
    moved_clock[0] += 181
    assert clinic.ben.get("emergencies").json()["waiting"] == []
    assert clinic.ann.get("emergencies").json()["asked"] == []
    path = f"emergencies/{answer.json()['id']}/confirm"
    cosign = clinic.ben.cosign(request, clinic.owner.id)
    problem(clinic.ben.post(path, {"cosign": cosign}), 409, "conflict")


def test_what_cannot_be_asked(clinic: Clinic) -> None:
    request, _ = clinic.asked()
    other = clinic.ann.access_request({clinic.record: ["personal"]}, purpose="emergency")
    plain = clinic.ann.access_request({clinic.record: ["personal"]})
    old = clinic.ann.access_request(
        {clinic.record: ["personal"]}, purpose="emergency", iat=clock.now() - 200
    )
    cosign = clinic.ann.cosign(request, clinic.owner.id)
    problem(clinic.asked(request=other, cosign=cosign)[1], 422, "invalid")
    for wrong, status, code in ((plain, 422, "invalid"), (old, 403, "expired")):
        mine = clinic.ann.cosign(wrong, clinic.owner.id)
        problem(clinic.asked(request=wrong, cosign=mine)[1], status, code)
    problem(clinic.asked(cosign=clinic.ben.cosign(request, clinic.owner.id))[1], 403, "refused")
    for nobody in (clinic.ann.id, clinic.owner.id, str(uuid.uuid4())):
        problem(clinic.asked(colleague=nobody)[1], 404, "not-found")
    body = {"request": request, "cosign": cosign}
    problem(clinic.owner.post("emergencies", body), 403, "refused")


def test_only_the_colleague_who_was_asked_confirms(clinic: Clinic) -> None:
    request, answer = clinic.asked()
    path = f"emergencies/{answer.json()['id']}/confirm"
    third = person("tove", "physician")
    cosign = third.cosign(request, clinic.owner.id)
    problem(third.post(path, {"cosign": cosign}), 404, "not-found")
    problem(clinic.ben.post(path, {"cosign": cosign}), 403, "refused")


def test_the_owners_name_is_told_to_those_alone_who_may_ask(clinic: Clinic) -> None:
    third = person("tove", "physician")
    assert third.get("openable", owner=clinic.owner.id).json()["ways"] == []
    assert third.get("openable", owner=clinic.owner.id).json()["owner_name"] == ""
    request = third.access_request({clinic.record: ["personal"]}, purpose="emergency")
    cosign = third.cosign(request, clinic.owner.id)
    answer = third.post("emergencies", {"request": request, "cosign": cosign})
    assert answer.json()["owner_name"] == ""
    found = clinic.ann.get("openable", owner=clinic.owner.id).json()
    assert found["owner_name"] == "Olga"
    assert [one["way"] for one in found["ways"]] == ["code", "emergency"]


def test_notices_are_their_owners_alone(clinic: Clinic) -> None:
    clinic.coded(now_code())
    [notice] = clinic.notices()
    for path, body in (("seen", None), ("review", {"verdict": "right"})):
        problem(clinic.ann.post(f"notices/{notice['id']}/{path}", body), 404, "not-found")
    seen = clinic.owner.post(f"notices/{notice['id']}/seen").json()["seen"]
    assert seen is not None
    assert clinic.owner.post(f"notices/{notice['id']}/seen").json()["seen"] == seen
    problem(
        clinic.owner.post(f"notices/{notice['id']}/review", {"verdict": "right"}), 409, "conflict"
    )


class Away:
    """A node that cannot be reached."""

    index = 2

    def __getattr__(self, name: str) -> Any:
        raise Unavailable("away")


def test_one_node_that_is_away_stops_nothing(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = fanout.get_srs_nodes()
    monkeypatch.setattr(fanout, "get_srs_nodes", lambda: (Away(), *there))
    assert clinic.ann.get("openable", owner=clinic.owner.id).json()["owner_name"] == "Olga"
    assert clinic.opened().status_code == 200
    [notice] = clinic.notices()
    assert notice["until"] - notice["at"] == 4 * 3600
    monkeypatch.setattr(fanout, "get_srs_nodes", lambda: (Away(),))
    problem(clinic.ann.get("openable", owner=clinic.owner.id), 503, "unavailable")
