"""How long a session lasts, what goes with it, and where else somebody is signed in."""

import uuid
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import IntegrityError, OperationalError, transaction
from django.test import Client

from accounts import agents, services
from accounts.models import Device
from accounts.services import devices
from sesphr.crypto.encoding import b64u_decode
from tests.unit.accounts.people import Person, secret, signed_in, slot

pytestmark = pytest.mark.django_db
IDLE = 60
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36"


@pytest.fixture(autouse=True)
def _short(settings: Any) -> None:
    settings.SESPHR_IDLE_SECONDS = IDLE


def status(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


def elsewhere(person: Person, agent: str = CHROME) -> Person:
    """The same person at another browser."""
    other = Person()
    other.login, other.sent, other.id = person.login, person.sent, person.id
    other.http = Client(headers={"X-Requested-By": "sesphr", "User-Agent": agent})
    assert other.sign_in().status_code == 200
    return other


def test_each_sign_in_has_a_share_of_its_own() -> None:
    person = signed_in()
    first, other = person.me().json(), elsewhere(person).me().json()
    assert len(b64u_decode(first["share"])) == 32
    assert first["share"] == person.me().json()["share"] != other["share"]
    again = person.sign_in().json()
    assert again["share"] == person.me().json()["share"] != first["share"]
    assert (again["idle_seconds"], again["idle_left"]) == (IDLE, IDLE)
    assert Device.objects.count() == Session.objects.count() == 2


def test_asking_does_not_make_a_session_last(moved_clock: list[int]) -> None:
    person = signed_in()
    for left in (30, 1):
        moved_clock[0] += IDLE - left if left == 30 else 29
        told = person.me().json()
        assert told["idle_left"] == left
        for path in ("sessions", "registrations", f"directory/{person.id}"):
            assert person.call("GET", path).status_code == 200
    moved_clock[0] += 1
    assert status(person.me()) == (401, "idle")


@pytest.mark.parametrize("sign", ["activity", "write", "page"])
def test_signs_of_the_member_do(moved_clock: list[int], sign: str) -> None:
    person = signed_in()
    share = person.me().json()["share"]
    for _ in range(3):
        moved_clock[0] += IDLE - 1
        if sign == "activity":
            assert person.post("session/activity").json() == {"idle_left": IDLE}
        elif sign == "write":
            person.post("directory", {"login": "nobody@example.org"})
        else:
            person.http.raise_request_exception = False
            person.http.get("/no-such-page")
        told = person.me().json()
        assert (told["idle_left"], told["share"]) == (IDLE, share)


@pytest.mark.parametrize("use", ["GET session", "POST session/activity", "GET sessions"])
def test_the_first_use_after_too_long_ends_it(moved_clock: list[int], use: str) -> None:
    person = signed_in()
    cookie = person.http.cookies["sesphr_session"].value
    moved_clock[0] += IDLE
    method, path = use.split()
    answer = person.call(method, path)
    assert status(answer) == (401, "idle")
    assert answer.cookies["sesphr_session"]["max-age"] == 0
    assert not Session.objects.exists()
    assert Device.objects.get().share is None
    # Setting the clock back, or the old cookie, wakes nothing.
    moved_clock[0] -= IDLE
    for sent, at in (("POST", "session/activity"), ("GET", "session")):
        person.http.cookies["sesphr_session"] = cookie
        assert status(person.call(sent, at)) == (401, "idle")
    assert Device.objects.get().share is None
    del person.http.cookies["sesphr_session"]
    assert status(person.me()) == (401, "signed-out")
    assert person.sign_in().status_code == 200


def test_a_page_after_too_long_asks_to_sign_in(moved_clock: list[int]) -> None:
    person = signed_in()
    moved_clock[0] += IDLE
    answer = person.http.get("/profile")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in?next=%2Fprofile")


def test_sign_out_leaves_neither_session_nor_share() -> None:
    person = signed_in()
    cookie = person.http.cookies["sesphr_session"].value
    assert person.call("DELETE", "session").status_code == 204
    assert not Session.objects.exists()
    assert not Device.objects.exists()
    person.http.cookies["sesphr_session"] = cookie
    assert status(person.post("session/activity")) == (401, "signed-out")
    assert not Session.objects.exists()


def test_a_session_that_expired_as_a_whole_gives_no_share(moved_clock: list[int]) -> None:
    person = signed_in()
    cookie = person.http.cookies["sesphr_session"].value
    Session.objects.all().delete()
    assert status(person.me()) == (401, "signed-out")
    moved_clock[0] += IDLE
    person.http.cookies["sesphr_session"] = cookie
    assert status(person.me()) == (401, "idle")
    assert Device.objects.get().share is None


def test_a_session_without_a_device_is_nobodys() -> None:
    person = signed_in()
    Device.objects.all().delete()
    assert status(person.me()) == (401, "signed-out")
    assert not Session.objects.exists()


def test_devices_are_listed_and_ended_one_by_one(moved_clock: list[int]) -> None:
    person = signed_in()
    moved_clock[0] += 1
    phone = elsewhere(person, "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Safari/604.1")
    found = phone.call("GET", "sessions").json()["sessions"]
    assert [one["current"] for one in found] == [True, False]
    assert found[0]["agent"] == {"browser": "safari", "system": "ios"}
    assert found[0]["started"] == found[0]["seen"] == moved_clock[0]
    for _ in range(2):
        assert phone.call("DELETE", f"sessions/{found[1]['id']}").status_code == 204
    assert status(person.me()) == (401, "signed-out")
    assert [one["id"] for one in phone.call("GET", "sessions").json()["sessions"]] == [
        found[0]["id"]
    ]
    assert phone.call("DELETE", f"sessions/{found[0]['id']}").status_code == 204
    assert status(phone.me()) == (401, "signed-out")


def test_idle_devices_are_not_listed(moved_clock: list[int]) -> None:
    person = signed_in()
    moved_clock[0] += IDLE
    assert len(elsewhere(person).call("GET", "sessions").json()["sessions"]) == 1


def test_nobody_ends_or_sees_anothers_devices() -> None:
    person, stranger = signed_in(), signed_in(address="192.0.2.2")
    mine = person.call("GET", "sessions").json()["sessions"]
    assert stranger.call("DELETE", f"sessions/{mine[0]['id']}").status_code == 204
    assert person.me().status_code == 200
    assert mine[0]["id"] not in str(stranger.call("GET", "sessions").json())
    assert stranger.call("DELETE", f"sessions/{uuid.uuid4()}").status_code == 204
    assert Person().call("DELETE", f"sessions/{mine[0]['id']}").status_code == 401


@pytest.mark.parametrize("bad", ["x", "..", "%00", "1", "A" * 36])
def test_a_bad_device_is_nothing(bad: str) -> None:
    assert signed_in().call("DELETE", f"sessions/{bad}").status_code == 404


@pytest.mark.parametrize("end", [services.suspend, services.depart])
def test_who_leaves_is_signed_out_everywhere(end: Any) -> None:
    person = signed_in()
    other = elsewhere(person)
    end(member=person.member, by="test")
    assert not Device.objects.exists()
    assert {status(one.me()) for one in (person, other)} == {(401, "signed-out")}


def test_sign_out_everywhere_drops_all_shares() -> None:
    person = signed_in()
    elsewhere(person)
    stranger = signed_in(address="192.0.2.2")
    assert person.post("session/everywhere/end").status_code == 200
    assert [str(one.member_id) for one in Device.objects.all()] == [stranger.id]


def test_a_new_password_ends_the_others_and_keeps_the_share() -> None:
    person = signed_in()
    other = elsewhere(person)
    before = person.me().json()["share"]
    body = {
        "slot": slot(person.login, "password", 2),
        "login_secret": secret(),
        "current": {"type": "password", "login_secret": person.secret()},
    }
    for _ in range(2):
        assert person.call("PUT", "slots/password", body).status_code == 200
        assert person.me().json()["share"] == before
    assert status(other.me()) == (401, "signed-out")
    assert Device.objects.count() == 1


def test_shares_that_were_left_alone_go_at_the_next_sign_in(
    moved_clock: list[int], settings: Any
) -> None:
    person = signed_in()
    moved_clock[0] += IDLE
    other = signed_in(address="192.0.2.2")
    assert Device.objects.get(member=person.id).share is None
    assert status(person.me()) == (401, "idle")
    moved_clock[0] += settings.SESSION_COOKIE_AGE + 1
    other.sign_in()
    assert {str(one.member_id) for one in Device.objects.all()} == {other.id}


def test_the_clock_may_be_set_back(moved_clock: list[int]) -> None:
    person = signed_in()
    moved_clock[0] -= 3600
    assert person.post("session/activity").status_code == 200
    assert person.me().json()["idle_left"] == IDLE + 3600


def test_the_database_does_not_tell_the_session() -> None:
    person = signed_in()
    cookie = person.http.cookies["sesphr_session"].value
    device = Device.objects.get()
    assert device.session == devices.hashed(cookie)
    assert len(device.session) == 32
    assert person.me().json()["share"] not in str(Session.objects.get().get_decoded())


def test_a_device_was_not_seen_before_it_started() -> None:
    person = signed_in()
    row = Device.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Device.objects.filter(pk=row.pk).update(seen=row.started - 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Device.objects.create(
            member=person.member, session=row.session, started=1, seen=1, browser="x", system="x"
        )


def test_a_lost_database_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    person = signed_in()

    def lost(key: str) -> None:
        raise OperationalError("secret")

    monkeypatch.setattr(devices, "find", lost)
    assert status(person.me()) == (503, "unavailable")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (CHROME, ("chrome", "linux")),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/1 Safari/1 Edg/1", ("edge", "windows")),
        ("Mozilla/5.0 (Linux; Android 15) SamsungBrowser/1 Chrome/1", ("samsung", "android")),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15) Version/1 Safari/1", ("safari", "macos")),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Firefox/145.0", ("firefox", "linux")),
        ("sesphr-client", ("client", "other")),
        ("", ("other", "other")),
        ("\x00<script>" * 10000, ("other", "other")),
    ],
)
def test_agents(header: str, expected: tuple[str, str]) -> None:
    found = agents.parse(header)
    assert (found.browser, found.system) == expected
