"""Replacing slots: who may, what ends, what a repeat does."""

from typing import Any

import pytest

from accounts import signin
from accounts.ids import DEFAULT_PARAMS
from accounts.models import KeySlot
from sesphr.crypto.encoding import b64u_encode
from tests.unit.accounts.people import Person, registered, secret, signed_in, slot
from tests.unit.accounts.test_registration import kinds
from tests.unit.accounts.test_signin import status

pytestmark = pytest.mark.django_db


def change(person: Person, kind: str = "password", **more: Any) -> dict[str, Any]:
    return {
        "slot": slot(person.login, kind, 2),
        "login_secret": secret(),
        "current": {"type": "password", "login_secret": person.secret()},
        **more,
    }


def same_person(person: Person) -> Person:
    other = Person()
    other.login, other.id, other.sent = person.login, person.id, person.sent
    return other


def test_a_new_password_replaces_the_old_one() -> None:
    person = signed_in()
    body = change(person)
    answer = person.call("PUT", "slots/password", body)
    assert (answer.status_code, answer.json()) == (200, {"generation": 2})
    assert status(same_person(person).sign_in()) == (401, "wrong-secret")
    found = same_person(person).sign_in(login_secret=body["login_secret"])
    assert found.json()["slot"] == body["slot"]
    assert found.json()["generations"] == {"password": 2, "recovery": 1}
    assert person.member.check_password(body["login_secret"])
    assert kinds(person) == ["registered", "password-changed"]


def test_a_new_password_ends_other_sessions_but_not_this_one() -> None:
    person = signed_in()
    elsewhere = same_person(person)
    elsewhere.sign_in()
    person.call("PUT", "slots/password", change(person))
    assert status(elsewhere.me()) == (401, "signed-out")
    assert person.me().status_code == 200


def test_a_new_recovery_code_keeps_sessions() -> None:
    person = signed_in()
    elsewhere = same_person(person)
    elsewhere.sign_in()
    body = change(person, "recovery")
    assert person.call("PUT", "slots/recovery", body).json() == {"generation": 2}
    assert elsewhere.me().status_code == 200
    assert status(person.sign_in("recovery")) == (401, "wrong-secret")
    found = person.sign_in("recovery", login_secret=body["login_secret"])
    assert found.json()["generations"] == {"password": 1, "recovery": 2}
    assert kinds(person) == ["registered", "recovery-renewed", "recovery-used"]


def test_a_forgotten_password_is_replaced_by_the_recovery_code() -> None:
    person = registered()
    person.sign_in("recovery")
    body = change(person, current={"type": "recovery", "login_secret": person.secret("recovery")})
    assert person.call("PUT", "slots/password", body).json() == {"generation": 2}
    assert kinds(person) == ["registered", "recovery-used", "recovery-used", "password-changed"]


def test_the_identical_slot_again_is_the_same_answer() -> None:
    person = signed_in()
    body = change(person)
    answers = [person.call("PUT", "slots/password", body) for _ in range(3)]
    assert {answer.content for answer in answers} == {b'{"generation": 2}'}
    assert kinds(person) == ["registered", "password-changed"]
    assert person.me().status_code == 200


def test_the_identical_slot_with_another_secret_is_no_repeat() -> None:
    person = signed_in()
    body = change(person)
    person.call("PUT", "slots/password", body)
    other = {**body, "login_secret": secret()}
    assert status(person.call("PUT", "slots/password", other)) == (401, "wrong-secret")


@pytest.mark.parametrize("generation", [1, 3, 2**31 - 1])
def test_only_the_next_generation_is_taken(generation: int) -> None:
    person = signed_in()
    body = change(person, slot=slot(person.login, "password", generation))
    assert status(person.call("PUT", "slots/password", body)) == (409, "conflict")
    assert KeySlot.objects.get(member=person.id, type="password").generation == 1
    assert person.member.session_epoch == 0


def test_an_old_replacement_played_again_changes_nothing() -> None:
    person = signed_in()
    first = change(person)
    person.call("PUT", "slots/password", first)
    second = change(
        person,
        slot=slot(person.login, "password", 3),
        current={"type": "password", "login_secret": first["login_secret"]},
    )
    assert person.call("PUT", "slots/password", second).json() == {"generation": 3}
    assert status(person.call("PUT", "slots/password", first)) == (401, "wrong-secret")
    assert same_person(person).sign_in(login_secret=second["login_secret"]).status_code == 200


def test_a_wrong_present_secret_is_refused_and_counted() -> None:
    person = signed_in()
    wrong = change(person, current={"type": "password", "login_secret": "0" * 64})
    answers = [person.call("PUT", "slots/password", wrong) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert kinds(person) == ["registered"]
    assert person.call("PUT", "slots/password", change(person)).json() == {"generation": 2}


def test_a_flood_of_replacements_is_refused_before_anything_is_hashed(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = signed_in()
    settings.SESPHR_RATES = {**settings.SESPHR_RATES, "sign-in:hash": (2, 900)}
    for generation in (2, 3, 4):
        body = change(person, "recovery", slot=slot(person.login, "recovery", generation))
        assert person.call("PUT", "slots/recovery", body).status_code == 200
    wrong = change(person, current={"type": "password", "login_secret": "0" * 64})
    for _ in range(2):
        person.call("PUT", "slots/password", wrong)
    monkeypatch.setattr(signin, "check_password", None)
    for body in (wrong, change(person)):
        assert status(person.call("PUT", "slots/password", body)) == (429, "rate-limited")


def test_slots_need_a_session() -> None:
    person = registered()
    assert status(person.call("PUT", "slots/password", change(person))) == (401, "signed-out")


@pytest.mark.parametrize(
    "wrong",
    [
        {"slot": slot("somebody.else@example.org", "password", 2)},
        {"login_secret": "short"},
        {"current": None},
        {"extra": 1},
    ],
)
def test_malformed_replacements(wrong: dict[str, Any]) -> None:
    person = signed_in()
    answer = person.call("PUT", "slots/password", change(person, **wrong))
    assert status(answer) == (422, "invalid")


WRONG_SLOTS: dict[str, tuple[str, dict[str, Any], str]] = {
    "a fresh salt": ("password", {"salt": b64u_encode(bytes(16))}, "salt"),
    "a fresh salt of a code": ("recovery", {"salt": b64u_encode(bytes(16))}, "salt"),
    "more memory": ("password", {"params": {"m": 131072, "t": 3, "p": 1}}, "m=65536, t=3, p=1"),
    "more passes": ("password", {"params": {"m": 65536, "t": 4, "p": 1}}, "m=65536, t=3, p=1"),
    "no parameters": ("password", {"params": {}}, "m=65536, t=3, p=1"),
    "a code's parameters": ("recovery", {"params": DEFAULT_PARAMS}, "no parameters"),
}


@pytest.mark.parametrize("name", WRONG_SLOTS)
def test_slots_that_sign_in_parameters_would_not_open(name: str) -> None:
    kind, wrong, sentence = WRONG_SLOTS[name]
    person = signed_in()
    body = change(person, slot={**slot(person.login, kind, 2), **wrong})
    answer = person.call("PUT", f"slots/{kind}", body)
    assert status(answer) == (422, "invalid")
    assert sentence in answer.json()["detail"]
    assert KeySlot.objects.get(member=person.id, type=kind).generation == 1
    assert kinds(person) == ["registered"]


def test_a_salt_of_the_other_type_or_of_somebody_else_is_refused() -> None:
    person = signed_in()
    for login, kind in ((person.login, "recovery"), (Person().login, "password")):
        other = {**slot(person.login, "password", 2), "salt": slot(login, kind)["salt"]}
        answer = person.call("PUT", "slots/password", change(person, slot=other))
        assert status(answer) == (422, "invalid")


def test_the_address_and_the_slot_must_agree() -> None:
    person = signed_in()
    assert status(person.call("PUT", "slots/recovery", change(person))) == (422, "invalid")
    assert status(person.call("PUT", "slots/passkey", change(person))) == (422, "invalid")
