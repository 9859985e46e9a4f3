"""Staff sign in with a password and a second factor; half of that is nothing."""

import re
from typing import Any

import pytest
from django.test import Client
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import Event, Member
from sesphr import clock
from tests.support import staff as people
from tests.support.people import Person

pytestmark = pytest.mark.django_db(databases="__all__")

SECRET = re.compile(r'class="secret">([A-Z2-7]+)<')
CODES = re.compile(r"<li><code>([a-z2-7]+)</code></li>")


@pytest.fixture
def jo(db: None) -> Member:
    return people.staff()


def password(http: Client, typed: str = people.PASSWORD, login: str = "Jo@example.org") -> Any:
    return http.post("/admin/login?next=/admin/audit/entry/", {"login": login, "password": typed})


def test_the_first_sign_in_sets_up_a_device(jo: Member) -> None:
    http = people.browser()
    assert password(http).headers["Location"].startswith("/admin/login/code?next=")
    assert http.get("/admin/login/code").headers["Location"].startswith("/admin/login/device")
    page = http.get("/admin/login/device").content.decode()
    picture = http.get("/admin/login/device.svg")
    assert (picture.headers["Content-Type"], b"<svg" in picture.content) == ("image/svg+xml", True)
    secret = SECRET.search(page)
    assert secret is not None
    assert http.get("/admin/").status_code == 302
    wrong = http.post("/admin/login/device", {"code": "000000"})
    assert wrong.status_code == 422
    assert SECRET.search(wrong.content.decode())[1] == secret[1]  # type: ignore[index]
    TOTPDevice.objects.update(throttling_failure_count=0)
    done = http.post("/admin/login/device", {"code": people.code_of_secret(secret[1])})
    codes = CODES.findall(done.content.decode())
    assert sorted(codes) == sorted(StaticToken.objects.values_list("token", flat=True))
    assert len(codes) == 10
    assert http.get("/admin/").status_code == 200
    assert http.get("/admin/login/device").status_code == 302
    assert Event.objects.filter(event__contains='"type":"second-factor-set"').count() == 1


def test_later_ones_ask_for_a_code(jo: Member) -> None:
    device, http = people.device_of(jo), people.browser()
    password(http)
    assert http.get("/admin/").status_code == 302
    assert http.get("/admin/login/device").headers["Location"].startswith("/admin/login/code")
    answer = http.post(
        "/admin/login/code?next=/admin/audit/entry/", {"code": people.code(device.bin_key)}
    )
    assert answer.headers["Location"] == "/admin/audit/entry/"
    assert http.get("/admin/").status_code == 200
    assert http.get("/admin/login?next=https://evil.example/").headers["Location"] == "/admin/"


def test_a_code_counts_once(jo: Member) -> None:
    device, first, second = people.device_of(jo), people.browser(), people.browser()
    now = people.code(device.bin_key)
    for http in (first, second):
        password(http)
    assert first.post("/admin/login/code", {"code": now}).status_code == 302
    assert second.post("/admin/login/code", {"code": now}).status_code == 422
    assert second.get("/admin/").status_code == 302


@pytest.mark.parametrize(
    ("login", "typed"),
    [
        ("jo@example.org", "wrong"),
        ("nobody@example.org", people.PASSWORD),
        ("jo@example.org", ""),
        ("", people.PASSWORD),
        ("jo@example.org", people.PASSWORD.upper()),
    ],
)
def test_what_is_wrong_gets_nowhere(jo: Member, login: str, typed: str) -> None:
    http = people.browser()
    assert password(http, typed, login).status_code == 422
    assert http.get("/admin/login/code").headers["Location"].startswith("/admin/login?")
    assert http.get("/admin/login/device").headers["Location"].startswith("/admin/login?")


def test_an_unknown_name_and_a_wrong_password_read_alike(jo: Member) -> None:
    token = re.compile(rb'csrfmiddlewaretoken" value="[^"]+"')
    answers = [
        password(people.browser(), "wrong", login).content for login in ("jo@example.org", "no@example.org")
    ]  # fmt: skip
    first, second = (token.sub(b"", one) for one in answers)
    assert first.replace(b"jo@", b"no@") == second


def test_a_members_account_does_not_open_the_administration() -> None:
    olga = Person.named("olga").register().authorised()
    http = people.browser()
    assert password(http, olga.papers.secret("password"), olga.login).status_code == 422
    Member.objects.filter(pk=olga.member.pk).update(is_superuser=True)
    assert password(http, olga.papers.secret("password"), olga.login).status_code == 422


def test_a_staff_account_gets_a_sentence_at_the_members_sign_in(jo: Member) -> None:
    answer = Client(headers={"X-Requested-By": "sesphr"}).post(
        "/api/session",
        {"login": jo.login, "type": "password", "login_secret": "ab" * 32},
        content_type="application/json",
    )
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong-secret")


def test_failures_are_limited_and_logged(
    jo: Member, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.SESPHR_RATES = {**settings.SESPHR_RATES, "sign-in:login": (2, 900)}
    http = people.browser()
    for _ in range(2):
        assert b"is not right" in password(http, "wrong").content
    assert b"Too many attempts" in password(http, "wrong").content
    assert [one.name for one in caplog.records].count("sesphr.staff") == 3
    assert "wrong" not in caplog.text
    # A right password passes: nobody can be locked out by a stranger.
    assert password(http).status_code == 302


def test_codes_are_limited_too(jo: Member, settings: Any) -> None:
    settings.SESPHR_RATES = {**settings.SESPHR_RATES, "sign-in:login": (1, 900)}
    people.device_of(jo)
    http = people.browser()
    password(http)
    for expected in (b"not right", b"Too many attempts"):
        TOTPDevice.objects.update(throttling_failure_count=0)
        assert expected in http.post("/admin/login/code", {"code": "000000"}).content


def test_half_a_sign_in_is_forgotten(jo: Member, moved_clock: list[int]) -> None:
    people.device_of(jo)
    http = people.browser()
    password(http)
    assert http.get("/admin/login/code").status_code == 200
    moved_clock[0] += 601
    assert http.get("/admin/login/code").status_code == 302


def test_half_a_sign_in_ends_with_the_password(jo: Member) -> None:
    http = people.browser()
    password(http)
    jo.set_password("another long one")
    jo.save()
    assert http.get("/admin/login/device").headers["Location"].startswith("/admin/login?")


def test_two_who_set_up_a_device_do_not_see_the_same_key(jo: Member) -> None:
    first, second = people.browser(), people.browser()
    keys = []
    for http in (first, second):
        password(http)
        page = http.get("/admin/login/device").content.decode()
        keys.append(SECRET.search(page)[1])  # type: ignore[index]
    assert keys[0] != keys[1]
    late = first.post("/admin/login/device", {"code": people.code_of_secret(keys[0])})
    assert (late.status_code, b"The key below is new" in late.content) == (422, True)


def test_sessions_of_staff_end_when_idle(jo: Member, moved_clock: list[int]) -> None:
    moved_clock[0] = clock.now()
    http = people.verified(jo)
    assert http.get("/admin/").status_code == 200
    moved_clock[0] += 901
    assert http.get("/admin/").status_code == 302


def test_signing_out_takes_a_post_and_ends_the_session(jo: Member) -> None:
    http = people.verified(jo)
    assert http.get("/admin/logout").status_code == 405
    assert http.post("/admin/logout").status_code == 302
    assert http.get("/admin/").status_code == 302


def test_forms_from_elsewhere_are_refused(jo: Member) -> None:
    http = Client(enforce_csrf_checks=True)
    sent = {"login": jo.login, "password": people.PASSWORD}
    assert http.post("/admin/login", sent).status_code == 403
