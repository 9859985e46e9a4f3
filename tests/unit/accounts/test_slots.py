"""Replacing slots: who may, what ends, what a repeat does."""

from typing import Any

import pytest

from accounts.models import KeySlot
from tests.unit.accounts.people import Person, registered, secret, signed_in, slot
from tests.unit.accounts.test_registration import kinds
from tests.unit.accounts.test_signin import status

pytestmark = pytest.mark.django_db


def change(person: Person, kind: str = "password", **more: Any) -> dict[str, Any]:
    return {
        "slot": slot(person.id, kind, 2),
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
    assert person.member.check_password(body["login_secret"])
    assert kinds(person) == ["registered", "password-changed"]


def test_a_new_password_ends_other_sessions_but_not_this_one() -> None:
    person = signed_in()
    elsewhere = same_person(person)
    elsewhere.sign_in()
    person.call("PUT", "slots/password", change(person))
    assert status(elsewhere.me()) == (401, "unauthenticated")
    assert person.me().status_code == 200


def test_a_new_recovery_code_keeps_sessions() -> None:
    person = signed_in()
    elsewhere = same_person(person)
    elsewhere.sign_in()
    body = change(person, "recovery")
    assert person.call("PUT", "slots/recovery", body).json() == {"generation": 2}
    assert elsewhere.me().status_code == 200
    assert status(person.sign_in("recovery")) == (401, "wrong-secret")
    assert person.sign_in("recovery", login_secret=body["login_secret"]).status_code == 200
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
    body = change(person, slot=slot(person.id, "password", generation))
    assert status(person.call("PUT", "slots/password", body)) == (409, "conflict")
    assert KeySlot.objects.get(member=person.id, type="password").generation == 1
    assert person.member.session_epoch == 0


def test_an_old_replacement_played_again_changes_nothing() -> None:
    person = signed_in()
    first = change(person)
    person.call("PUT", "slots/password", first)
    second = change(
        person,
        slot=slot(person.id, "password", 3),
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


def test_slots_need_a_session() -> None:
    person = registered()
    assert status(person.call("PUT", "slots/password", change(person))) == (401, "unauthenticated")


@pytest.mark.parametrize(
    "wrong",
    [
        {"slot": slot("00000000-0000-4000-8000-000000000000", "password", 2)},
        {"login_secret": "short"},
        {"current": None},
        {"extra": 1},
    ],
)
def test_malformed_replacements(wrong: dict[str, Any]) -> None:
    person = signed_in()
    answer = person.call("PUT", "slots/password", change(person, **wrong))
    assert status(answer) == (422, "invalid")


def test_the_address_and_the_slot_must_agree() -> None:
    person = signed_in()
    assert status(person.call("PUT", "slots/recovery", change(person))) == (422, "invalid")
    assert status(person.call("PUT", "slots/passkey", change(person))) == (422, "invalid")
