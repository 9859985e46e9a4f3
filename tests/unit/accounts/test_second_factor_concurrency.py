"""One code, many requests at the same moment."""

import pytest
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests.unit.accounts.people import Person
from tests.unit.accounts.test_concurrency import THREADS, at_once
from tests.unit.accounts.test_registration import kinds
from tests.unit.accounts.test_second_factor import begun, code_of, proof, signed_in, with_factor

pytestmark = pytest.mark.usefixtures("committing")


def copies(person: Person) -> list[Person]:
    made = [Person(address=f"192.0.2.{n}") for n in range(10, 10 + THREADS)]
    for one in made:
        one.login, one.sent, one.id = person.login, person.sent, person.id
    return made


@pytest.mark.parametrize("kind", ["app", "backup"])
def test_a_code_signs_in_one_of_eight(kind: str) -> None:
    person, device, codes = with_factor()
    code = code_of(device) if kind == "app" else codes[0]
    answers = at_once(*[lambda one=one: one.sign_in(otp=code) for one in copies(person)])
    found = sorted(answer.status_code for answer in answers)
    assert found[0] == 200
    assert set(found[1:]) <= {401, 429}
    assert kinds(person).count("backup-code-used") == (kind == "backup")


def test_eight_confirmations_set_one_app() -> None:
    person = signed_in()
    code = code_of(begun(person))
    tabs = copies(person)
    for one in tabs:
        one.http.cookies["sesphr_session"] = person.http.cookies["sesphr_session"].value
    answers = at_once(*[lambda t=t: t.post("second-factor/confirm", {"code": code}) for t in tabs])
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert TOTPDevice.objects.filter(user=person.member).count() == 1
    assert StaticToken.objects.filter(device__user=person.member).count() == 10
    assert kinds(person).count("second-factor-set") == 1


def test_beginning_eight_times_leaves_one_key() -> None:
    person = signed_in()
    tabs = copies(person)
    for one in tabs:
        one.http.cookies["sesphr_session"] = person.http.cookies["sesphr_session"].value
    answers = at_once(*[lambda t=t: t.post("second-factor", proof(person)) for t in tabs])
    assert {answer.status_code for answer in answers} == {200}
    assert TOTPDevice.objects.filter(user=person.member).count() == 1
