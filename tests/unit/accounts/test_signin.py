"""Signing in and out; what strangers can learn by trying: nothing."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import services, signin
from accounts.models import Member, RateLimit
from accounts.ratelimits import Limit
from tests.unit.accounts.people import Person, code, registered, second_factor, signed_in
from tests.unit.accounts.test_registration import kinds

pytestmark = pytest.mark.django_db
VALUE = re.compile(r"'(?:[^']|'')*'|\b\d+\b|s\d+_x\d+")


def status(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


def test_the_right_secret_starts_a_session_and_gives_the_slot() -> None:
    person = registered()
    answer = person.sign_in()
    assert answer.status_code == 200
    assert answer.json()["slot"] == person.slot()
    assert answer.json()["generations"] == {"password": 1, "recovery": 1}
    me = {
        "id": person.id, "login": person.login, "name": "Ada Example", "role": "owner",
        "state": "pending", "confirmed": False, "joined": None, "second_factor": False,
    }  # fmt: skip
    assert answer.json()["member"] == me
    assert person.me().json().items() >= me.items()


def test_the_recovery_code_signs_in_and_is_noted() -> None:
    person = registered()
    assert person.sign_in("recovery").json()["slot"] == person.slot("recovery")
    assert kinds(person) == ["registered", "recovery-used"]


def test_wrong_secret_unknown_login_and_administrator_read_alike() -> None:
    person, unknown = registered(), Person()
    Member.objects.create_superuser(login="root@example.org", name="Root", password="ab" * 32)
    answers = [
        person.sign_in(login_secret="0" * 64),
        person.sign_in(login_secret=person.secret("recovery")),
        unknown.sign_in(),
        Person().post(
            "session", {"login": "root@example.org", "type": "password", "login_secret": "ab" * 32}
        ),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert len({tuple(answer.items()) for answer in answers}) == 1
    assert answers[0].json()["code"] == "wrong-secret"
    assert status(person.me()) == (401, "signed-out")


def test_known_and_unknown_logins_cost_one_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    person, checked = registered(), []
    Person().sign_in()
    real = signin.check_password

    def counted(*given: Any) -> bool:
        checked.append(given)
        return real(*given)

    monkeypatch.setattr(signin, "check_password", counted)
    person.sign_in(login_secret="0" * 64)
    Person().sign_in()
    assert len(checked) == 2
    assert {given[1].split("$")[0] for given in checked} == {person.member.password.split("$")[0]}


def test_the_first_sign_in_of_a_process_costs_the_same_for_everybody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    person, made, real = registered(), [], signin.make_password

    def counted(secret: str) -> str:
        made.append(secret)
        return real(secret)

    monkeypatch.setattr(signin, "make_password", counted)
    for one in (person, Person()):
        signin._hash_of_nobody.cache_clear()
        made.clear()
        one.sign_in(login_secret="0" * 64)
        assert len(made) == 1


def queries(call: Callable[[], Any], code: int) -> list[str]:
    """What a call asks of the database, without the values."""
    with CaptureQueriesContext(connection) as asked:
        assert call().status_code == code
    return [VALUE.sub("?", query["sql"]) for query in asked]


@pytest.mark.parametrize("kind", ["password", "recovery"])
def test_known_suspended_departed_and_unknown_logins_cost_the_same_queries(kind: str) -> None:
    people = [registered(address=f"192.0.2.{n}") for n in range(10, 13)]
    people.append(Person(address="192.0.2.13"))
    services.suspend(member=people[1].member, by="test")
    services.depart(member=people[2].member, by="test")
    signin._hash_of_nobody.cache_clear()
    wrong = [
        [queries(partial(p.sign_in, kind, login_secret="0" * 64), 401) for _ in range(2)]
        for p in people
    ]
    assert wrong[0][0]
    assert all(one == wrong[0] for one in wrong[1:])


def test_refusals_at_the_limit_cost_the_same_queries(settings: Any) -> None:
    settings.SESPHR_RATES = {**settings.SESPHR_RATES, "sign-in:login": (1, 900)}
    people = registered(address="192.0.2.10"), Person(address="192.0.2.11")
    asked = []
    for one in people:
        one.sign_in(login_secret="0" * 64)
        asked.append(queries(partial(one.sign_in, login_secret="0" * 64), 429))
    assert asked[0] == asked[1] != []


@pytest.mark.parametrize(
    "wrong",
    [
        {"login_secret": "x" * 64}, {"login_secret": ""}, {"login_secret": None}, {"type": "passkey"},
        {"otp": 123456}, {"otp": "1" * 33}, {"password": "hunter2"}, {"login": ["a"]},
    ],
)  # fmt: skip
def test_malformed_sign_ins(wrong: dict[str, Any]) -> None:
    answer = registered().sign_in(**wrong)
    assert status(answer) == (422, "invalid")
    assert "hunter2" not in answer.content.decode()


def test_writes_from_other_sites_are_refused() -> None:
    person = registered()
    person.http.defaults.pop("HTTP_X_REQUESTED_BY", None)
    bare = person.http.__class__()
    body = {"login": person.login, "type": "password", "login_secret": person.secret()}
    answer = bare.post("/api/session", body, content_type="application/json")
    assert answer.status_code == 403


def test_sign_out_ends_this_session_only() -> None:
    person = signed_in()
    elsewhere = Person()
    elsewhere.login, elsewhere.sent = person.login, person.sent
    elsewhere.sign_in()
    for _ in range(2):
        assert person.call("DELETE", "session").status_code == 204
    assert status(person.me()) == (401, "signed-out")
    assert elsewhere.me().status_code == 200


def test_sign_out_everywhere_ends_every_session() -> None:
    person = signed_in()
    elsewhere = Person()
    elsewhere.login, elsewhere.sent = person.login, person.sent
    elsewhere.sign_in()
    assert person.post("session/everywhere/end").json() == {"ended": True}
    assert status(person.me()) == status(elsewhere.me()) == (401, "signed-out")
    assert kinds(person) == ["registered", "signed-out-everywhere"]
    assert status(person.post("session/everywhere/end")) == (401, "signed-out")
    assert person.sign_in().status_code == 200


def test_a_planted_session_is_not_taken_over() -> None:
    planted = SessionStore()
    planted["something"] = 1
    planted.save()
    person = registered()
    person.http.cookies["sesphr_session"] = planted.session_key
    assert person.sign_in().status_code == 200
    assert person.http.cookies["sesphr_session"].value != planted.session_key
    thief = Person()
    thief.http.cookies["sesphr_session"] = planted.session_key
    assert status(thief.me()) == (401, "signed-out")


def test_suspended_members_neither_sign_in_nor_stay() -> None:
    person = signed_in()
    services.suspend(member=person.member, by="test")
    assert status(person.me()) == (401, "signed-out")
    assert status(person.sign_in()) == (403, "not-authorised")
    assert status(person.sign_in(login_secret="0" * 64)) == (401, "wrong-secret")


def test_departed_members_read_like_unknown_ones() -> None:
    person = signed_in()
    services.depart(member=person.member, by="test")
    assert status(person.me()) == (401, "signed-out")
    assert person.sign_in().content == Person().sign_in().content


def test_the_slot_comes_only_after_the_second_factor() -> None:
    person = registered()
    device = second_factor(person)
    answer = person.sign_in()
    assert status(answer) == (401, "otp-needed")
    assert person.slot()["sealed"] not in answer.content.decode()
    assert status(person.sign_in(login_secret="0" * 64, otp=code(device))) == (401, "wrong-secret")
    assert status(person.sign_in(otp="abcdef")) == (401, "otp-needed")
    assert status(person.me()) == (401, "signed-out")
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    answer = person.sign_in(otp=code(device))
    assert answer.json()["slot"] == person.slot()
    assert answer.json()["member"]["second_factor"] is True


def test_a_code_opens_once_and_recovery_needs_it_too() -> None:
    person = registered()
    device = second_factor(person)
    used = code(device)
    assert status(person.sign_in("recovery")) == (401, "otp-needed")
    assert person.sign_in("recovery", otp=used).status_code == 200
    assert status(person.sign_in(otp=used)) == (401, "otp-needed")


def test_unconfirmed_devices_are_not_asked_for() -> None:
    person = registered()
    TOTPDevice.objects.create(user=person.member, name="new", confirmed=False)
    assert person.sign_in().json()["member"]["second_factor"] is False


def test_failures_are_limited_for_an_address_at_a_login(settings: Any) -> None:
    person = registered()
    answers = [person.sign_in(login_secret="0" * 64) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert 1 <= int(answers[-1]["Retry-After"]) <= 900
    elsewhere = Person(address="203.0.113.9")
    elsewhere.login, elsewhere.sent = person.login, person.sent
    assert elsewhere.sign_in().status_code == 200


def test_a_right_secret_passes_limits_that_others_used_up(settings: Any) -> None:
    """Behind one proxy or router, a stranger's failures refuse failures alone."""
    settings.SESPHR_RATES = {
        **settings.SESPHR_RATES, "sign-in:address": (2, 900), "sign-in:login": (2, 900)
    }  # fmt: skip
    person = registered()
    for _ in range(3):
        Person().sign_in()
        person.sign_in(login_secret="0" * 64)
    assert status(person.sign_in(login_secret="0" * 64)) == (429, "rate-limited")
    assert status(Person().sign_in()) == (429, "rate-limited")
    assert person.sign_in().status_code == person.sign_in("recovery").status_code == 200
    assert status(person.sign_in(login_secret="0" * 64)) == (429, "rate-limited")


def test_codes_beyond_the_limit_are_refused_and_right_ones_pass(settings: Any) -> None:
    settings.SESPHR_RATES = {**settings.SESPHR_RATES, "sign-in:login": (1, 900)}
    person = registered()
    device = second_factor(person)
    assert status(person.sign_in(otp="abcdef")) == (401, "otp-needed")
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    assert status(person.sign_in(otp="abcdef")) == (429, "rate-limited")
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    assert person.sign_in(otp=code(device)).status_code == 200
    assert Limit("sign-in:hash", "192.0.2.1")._rows().get().count == 2


def test_a_flood_is_refused_before_anything_is_hashed(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SESPHR_RATES = {**settings.SESPHR_RATES, "sign-in:hash": (3, 900)}
    person = registered()
    for _ in range(6):
        assert person.sign_in().status_code == 200
    for _ in range(3):
        person.sign_in(login_secret="0" * 64)
    monkeypatch.setattr(signin, "check_password", None)
    refused = [person.sign_in(), person.sign_in(login_secret="0" * 64), Person().sign_in()]
    assert [status(one) for one in refused] == [(429, "rate-limited")] * 3
    assert 1 <= int(refused[0]["Retry-After"]) <= 900


def test_refusals_of_a_flood_cost_the_same_queries(settings: Any) -> None:
    settings.SESPHR_RATES = {**settings.SESPHR_RATES, "sign-in:hash": (1, 900)}
    people = registered(address="192.0.2.10"), Person(address="192.0.2.11")
    asked = []
    for one in people:
        one.sign_in(login_secret="0" * 64)
        asked.append(queries(partial(one.sign_in, login_secret="0" * 64), 429))
    assert asked[0] == asked[1] != []


def test_unknown_logins_are_limited_alike() -> None:
    known, unknown = registered(), Person()
    last = [[one.sign_in(login_secret="0" * 64) for _ in range(11)][-1] for one in (known, unknown)]
    assert [answer.status_code for answer in last] == [429, 429]
    assert last[0].json()["code"] == last[1].json()["code"] == "rate-limited"


def test_an_address_is_limited_over_all_logins(settings: Any) -> None:
    settings.SESPHR_RATES = {**settings.SESPHR_RATES, "sign-in:address": (3, 900)}
    answers = [Person(address="203.0.113.5").sign_in() for _ in range(4)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]


def test_right_sign_ins_are_never_counted(settings: Any) -> None:
    settings.SESPHR_RATES = {
        **settings.SESPHR_RATES,
        "sign-in:login": (2, 900),
        "lookup:address": (3, 900),
    }
    person = registered()
    for _ in range(8):
        assert person.post("sign-in/parameters", {"login": person.login}).status_code == 200
        assert person.sign_in().status_code == 200
    for limit in (
        *signin.failures(person.login, "192.0.2.1"),
        Limit("lookup:address", "192.0.2.1"),
        signin.hashing("192.0.2.1"),
    ):
        assert limit._rows().filter(count__gt=0).count() == 0


def test_lookups_alone_are_limited(settings: Any) -> None:
    settings.SESPHR_RATES = {**settings.SESPHR_RATES, "lookup:address": (3, 900)}
    person = Person(address="203.0.113.77")
    answers = [person.post("sign-in/parameters", {"login": person.login}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]


def test_the_window_passes(moved_clock: list[int]) -> None:
    person = registered()
    for _ in range(11):
        person.sign_in(login_secret="0" * 64)
    moved_clock[0] += 900
    assert person.sign_in().status_code == 200
    person.sign_in(login_secret="0" * 64)
    moved_clock[0] += 900
    person.sign_in(login_secret="0" * 64)
    assert not RateLimit.objects.filter(expires__lt=moved_clock[0] - 900).exists()


def test_the_table_of_limits_names_nobody() -> None:
    person = registered()
    person.sign_in(login_secret="0" * 64)
    stored = repr(list(RateLimit.objects.values()))
    assert person.login not in stored
    assert "192.0.2.1" not in stored
