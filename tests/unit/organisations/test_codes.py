"""Enrolment by a one-time code: who gets in, and every way in which a code opens nothing."""

from typing import Any

import pytest

from accounts import services
from accounts.models import ActivationCode, Member, Post
from accounts.organisations import codes, enrolling
from sesphr import clock
from sesphr.ports.errors import Invalid
from tests.unit.accounts.fakes import OUT_OF_REACH, FakeNode
from tests.unit.accounts.people import Person, application, signed_in
from tests.unit.accounts.test_registration import kinds
from tests.unit.organisations.people import Clinic, authorised, members

pytestmark = pytest.mark.django_db


def test_a_code_lets_its_person_take_part_at_once(
    clinic: Clinic, nodes: tuple[FakeNode, ...], mailoutbox: list[Any]
) -> None:
    person = Person(role="physician")
    text = clinic.code(title="Consultant")
    answer = person.register(activation_code=text)
    assert (answer.status_code, answer.json()["state"]) == (202, "pending")
    member = person.member
    assert (member.state, member.listed, member.confirmed_at) == ("authorised", True, None)
    assert member.checked == "Ada Example · Consultant · Cardiology · City Heart Clinic"
    assert member.checked_by == f"{clinic.head.login} (City Heart Clinic)"
    assert all(node.states[person.id] == "active" for node in nodes)
    post = clinic.post(person)
    assert (post.department, post.title, post.gave_role) == (clinic.cardiology, "Consultant", True)
    assert kinds(person) == ["registered", "enrolled", "authorised"]
    assert "You can begin" in [one.subject for one in mailoutbox if one.to == [person.login]]


def test_a_code_is_random_and_only_its_keyed_hash_is_kept(clinic: Clinic) -> None:
    texts = {clinic.code() for _ in range(20)}
    assert len(texts) == 20
    assert all(len(text.replace("-", "")) * 5 >= 128 for text in texts)
    kept = repr(list(ActivationCode.objects.values()))
    assert not any(text in kept or text.replace("-", "") in kept for text in texts)


def test_an_address_that_the_organisation_gave_counts_as_confirmed(clinic: Clinic) -> None:
    assert clinic.doctor().member.confirmed_at is not None


def test_a_code_is_read_as_people_type_it(clinic: Clinic) -> None:
    text = clinic.code()
    typed = f" {text.lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')} "
    assert codes.look(typed).name == "Ada Example"


def test_the_same_registration_again_changes_nothing(clinic: Clinic) -> None:
    person, text = Person(role="physician"), clinic.code()
    for _ in range(2):
        assert person.register(activation_code=text).status_code == 202
    assert Post.objects.filter(member=person.id).count() == 1
    assert kinds(person) == ["registered", "enrolled", "authorised"]


def test_a_node_out_of_reach_is_made_up_for(clinic: Clinic, nodes: tuple[FakeNode, ...]) -> None:
    person, text = Person(role="physician"), clinic.code()
    activate = nodes[1].activate
    nodes[1].activate = lambda member, role: (_ for _ in ()).throw(OUT_OF_REACH)  # type: ignore[method-assign]
    assert person.register(activation_code=text).status_code == 503
    assert person.member.state == "pending"
    nodes[1].activate = activate  # type: ignore[method-assign]
    assert enrolling.finish() == 1
    assert person.member.state == "authorised"
    assert enrolling.finish() == 0
    assert person.register(activation_code=text).status_code == 202


def wrong(clinic: Clinic, how: str, monkeypatch: pytest.MonkeyPatch) -> str:
    if how == "code-wrong":
        return "0000-0000"
    text = clinic.code()
    if how == "code-used":
        assert Person(role="physician").register(activation_code=text).status_code == 202
    if how == "code-withdrawn":
        row = codes.look(text)
        codes.withdraw(organisation=clinic.row, code=row.pk, by=clinic.head.member)
    if how == "code-expired":
        now = clock.now() + codes.DAYS * codes.DAY
        monkeypatch.setattr(clock, "now", lambda: now)
    return text


@pytest.mark.parametrize("how", ["code-wrong", "code-used", "code-withdrawn", "code-expired"])
def test_what_opens_nothing_says_why_in_one_sentence_and_makes_nobody(
    clinic: Clinic, nodes: tuple[FakeNode, ...], how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = wrong(clinic, how, monkeypatch)
    person, before = Person(role="physician"), members()
    answer = person.register(activation_code=text)
    assert (answer.status_code, answer.json()["code"]) == (422, how)
    assert answer.json()["detail"].startswith("This activation code ")
    assert members() == before
    assert person.id not in nodes[0].held
    assert person.post("activation", {"code": text}).json()["code"] == how


@pytest.mark.parametrize(
    ("role", "more", "how"),
    [
        ("nurse", {}, "code-other"),
        ("owner", {}, "code-other"),
        ("physician", {"name": "Mallory"}, "code-other"),
    ],
)
def test_a_code_binds_role_and_name(
    clinic: Clinic, role: str, more: dict[str, str], how: str
) -> None:
    text = clinic.code()
    answer = Person(role=role).register(activation_code=text, **more)
    assert (answer.status_code, answer.json()["code"]) == (422, how)
    assert codes.look(text).used is None


def test_a_code_may_bind_the_address(clinic: Clinic) -> None:
    text = clinic.code(email="somebody.else@example.org")
    answer = Person(role="physician").register(activation_code=text)
    assert (answer.status_code, answer.json()["code"]) == (422, "code-address")


def test_a_taken_login_is_answered_alike_and_does_not_use_the_code(clinic: Clinic) -> None:
    known = authorised("physician")
    fresh, text = Person(role="physician"), clinic.code()
    again = Person(role="physician")
    again.login, again.id = known.login, known.id
    again.sent = application(known.login, "physician")
    answer = again.register(activation_code=text)
    assert answer.status_code == 202
    assert not Post.objects.filter(member=known.id).exists()
    taken = fresh.register(activation_code=text)
    assert answer.json().keys() == taken.json().keys()
    assert (taken.status_code, answer.json()["state"]) == (202, taken.json()["state"])


def test_two_at_once_cannot_use_one_code(clinic: Clinic) -> None:
    text = clinic.code()
    row = codes.look(text)
    first, second = Person(role="physician"), Person(role="physician")
    assert first.register(activation_code=text).status_code == 202
    waiting = signed_in(role="physician").member
    with pytest.raises(codes.BadCode, match="used already"):
        enrolling.redeem(row, waiting)
    assert second.register(activation_code=text).status_code == 422


def test_wrong_codes_are_limited_and_right_ones_are_not(clinic: Clinic, settings: Any) -> None:
    settings.SESPHR_RATES = {**settings.SESPHR_RATES, "code:address": (2, 900)}
    for _ in range(3):
        assert Person(role="physician").register(activation_code=clinic.code()).status_code == 202
    guesser = Person(role="physician")
    for status in (422, 422, 429):
        assert guesser.post("activation", {"code": "1234"}).status_code == status
    assert guesser.register(activation_code=clinic.code()).status_code == 429
    assert guesser.register().status_code == 202


def test_outages_and_right_codes_that_are_refused_are_no_wrong_codes(
    clinic: Clinic, nodes: tuple[FakeNode, ...], settings: Any
) -> None:
    settings.SESPHR_RATES = {**settings.SESPHR_RATES, "code:address": (2, 900)}
    text, used = clinic.code(), clinic.code()
    assert Person(role="physician").register(activation_code=used).status_code == 202
    person, colleague = Person(role="physician"), signed_in(role="physician")
    for node in nodes:
        node.failure = OUT_OF_REACH
    for _ in range(3):
        assert person.register(activation_code=text).status_code == 503
        assert colleague.post("activation/join", {"code": used}).json()["code"] == "code-used"
        assert person.register(activation_code=text, name="Other").json()["code"] == "code-other"
    for node in nodes:
        node.failure = None
    assert person.register(activation_code=text).status_code == 202
    for status in (422, 422, 429):
        assert colleague.post("activation/join", {"code": "1234"}).status_code == status


@pytest.mark.parametrize(
    "more",
    [{"name": ""}, {"name": "a\u202eb"}, {"role": "owner"}, {"role": "administrator"},
     {"title": "x" * 201}, {"title": "a\u0000"}],
)  # fmt: skip
def test_what_cannot_be_is_not_issued(clinic: Clinic, more: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        clinic.code(**more)
    assert not ActivationCode.objects.exists()


def test_one_who_waits_is_let_in_by_a_code(clinic: Clinic) -> None:
    person = signed_in(role="nurse")
    text = clinic.code(role="nurse")
    found = person.post("activation/join", {"code": text})
    assert found.status_code == 200
    assert found.json()["posts"][0]["organisation"] == "City Heart Clinic"
    assert person.member.state == "authorised"
    again = person.post("activation/join", {"code": text})
    assert again.json() == found.json()


def test_a_colleague_whom_the_portal_checked_keeps_that(clinic: Clinic) -> None:
    person = authorised("physician")
    assert person.post("activation/join", {"code": clinic.code()}).status_code == 200
    post = clinic.post(person)
    assert (post.gave_role, person.member.checked) == (False, "passport")
    twice = person.post("activation/join", {"code": clinic.code()})
    assert twice.status_code == 409


def test_a_second_hospital_vouches_as_the_first_did(clinic: Clinic, other: Clinic) -> None:
    doctor = clinic.doctor()
    text = other.code("Dr Bob Lee", email=doctor.login)
    assert doctor.post("activation/join", {"code": text}).status_code == 200
    assert other.post(doctor).gave_role


def test_who_departs_leaves_every_post(clinic: Clinic) -> None:
    doctor = clinic.doctor()
    services.depart(member=doctor.member, by="root")
    assert (clinic.post(doctor).state, clinic.post(doctor).current) == ("left", None)
    assert not Member.objects.get(pk=doctor.id).is_active
