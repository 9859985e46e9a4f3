"""Requests of one session at once: nothing wakes what has ended, and no share is lost."""

import secrets
from typing import Any

import pytest
from django.contrib.sessions.models import Session

from accounts.models import Device
from sesphr import clock
from tests.unit.accounts.people import Person, signed_in
from tests.unit.accounts.test_concurrency import at_once

pytestmark = pytest.mark.usefixtures("committing")
IDLE = 60


def tabs(person: Person, number: int) -> list[Person]:
    """Further tabs of the same browser: the same cookie."""
    made = []
    for _ in range(number):
        tab = Person()
        tab.login, tab.sent, tab.id = person.login, person.sent, person.id
        tab.http.cookies["sesphr_session"] = person.http.cookies["sesphr_session"].value
        made.append(tab)
    return made


def codes(answers: list[Any]) -> set[tuple[int, str]]:
    return {
        (one.status_code, "" if one.status_code == 204 else one.json().get("code", ""))
        for one in answers
    }


def test_no_share_is_lost_between_tabs(settings: Any) -> None:
    person = signed_in()
    share = person.me().json()["share"]
    calls = [lambda tab=tab: tab.post("session/activity") for tab in tabs(person, 6)]
    looks = [lambda tab=tab: tab.me() for tab in tabs(person, 2)]
    answers = at_once(*calls, *looks)
    assert codes(answers) == {(200, "")}
    assert person.me().json()["share"] == share


def test_signing_out_wins_over_signs_of_activity() -> None:
    for _ in range(4):
        person = signed_in()
        signs = [lambda tab=tab: tab.post("session/activity") for tab in tabs(person, 4)]
        [out] = tabs(person, 1)
        answers = at_once(*signs, lambda out=out: out.call("DELETE", "session"))
        assert codes(answers) <= {(200, ""), (204, ""), (401, "signed-out")}
        assert not Device.objects.filter(member=person.id).exists()
        cookie = person.http.cookies["sesphr_session"].value
        assert not Session.objects.filter(session_key=cookie).exists()
        assert person.me().status_code == 401


def test_at_the_last_moment_it_ends_once_for_all_tabs(
    settings: Any, moved_clock: list[int]
) -> None:
    settings.SESPHR_IDLE_SECONDS = IDLE
    person = signed_in()
    every = tabs(person, 8)
    moved_clock[0] += IDLE
    answers = at_once(*[
        (lambda tab=tab: tab.post("session/activity")) if number % 2 else (lambda tab=tab: tab.me())
        for number, tab in enumerate(every)
    ])  # fmt: skip
    assert codes(answers) == {(401, "idle")}
    assert Device.objects.get(member=person.id).share is None


def test_clocks_on_both_sides_of_the_last_moment_agree_in_the_end(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SESPHR_IDLE_SECONDS = IDLE
    for _ in range(4):
        person = signed_in()
        started = Device.objects.get(member=person.id).started
        with monkeypatch.context() as patched:
            patched.setattr(clock, "now", lambda at=started: at + IDLE - secrets.randbelow(2))
            answers = at_once(*[
                lambda tab=tab: tab.post("session/activity") for tab in tabs(person, 8)
            ])  # fmt: skip
            assert codes(answers) <= {(200, ""), (401, "idle"), (401, "signed-out")}
        row = Device.objects.get(member=person.id)
        # Whoever was in time and not overtaken moved the end; or the share is gone for good.
        assert (row.share is None) == (row.seen == started)


def test_eight_sign_ins_in_one_browser_leave_one_session_each() -> None:
    person = signed_in()
    answers = at_once(*[lambda tab=tab: tab.sign_in() for tab in tabs(person, 8)])
    assert codes(answers) == {(200, "")}
    assert len({one.json()["share"] for one in answers}) == 8
    live = Device.objects.filter(member=person.id, share__isnull=False)
    assert live.count() == 8
