"""Eight threads at once, on committing transactions of the real database."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from accounts.errors import RateLimited
from accounts.models import Event, KeySlot, Member, RateLimit
from accounts.ratelimits import Limit
from tests.unit.accounts.fakes import FakeNode
from tests.unit.accounts.people import (
    Person,
    application,
    new_login,
    registered,
    secret,
    signed_in,
    slot,
)
from tests.unit.accounts.test_registration import kinds

pytestmark = pytest.mark.usefixtures("committing")
THREADS = 8


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run all calls, each in a thread with connections of its own."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [task.result() for task in [pool.submit(run, call) for call in calls]]


def test_one_member_from_eight_identical_registrations(nodes: tuple[FakeNode, ...]) -> None:
    person = Person()
    answers = at_once(*[lambda: Person().post("members", person.sent)] * THREADS)
    assert [answer.status_code for answer in answers] == [202] * THREADS
    assert Member.objects.filter(login=person.login).count() == 1
    assert KeySlot.objects.filter(member=person.id).count() == 2
    assert kinds(person) == ["registered"]


def test_one_member_from_eight_rival_registrations(nodes: tuple[FakeNode, ...]) -> None:
    person = Person()
    bodies = [application(person.login) for _ in range(THREADS)]
    answers = at_once(*[lambda body=body: Person().post("members", body) for body in bodies])
    assert {answer.status_code for answer in answers} <= {202, 409}
    member = person.member
    winner = next(body for body in bodies if body["registration"] == nodes[0].held[person.id][0])
    assert member.check_password(winner["slots"][0]["login_secret"])
    assert {tuple(node.held[person.id]) for node in nodes} == {(winner["registration"],)}
    assert kinds(person) == ["registered"]


def test_failures_are_counted_exactly(settings: Any) -> None:
    settings.SESPHR_RATES = {**settings.SESPHR_RATES, "sign-in:login": (100, 10**9)}
    person = registered()
    answers = at_once(*[lambda: Person().post(
        "session", {"login": person.login, "type": "password", "login_secret": "0" * 64}
    )] * THREADS)  # fmt: skip
    assert [answer.status_code for answer in answers] == [401] * THREADS
    limit = Limit("sign-in:login", person.login, "192.0.2.1")
    assert limit._rows().get().count == THREADS


def test_a_limit_is_exact_under_races(settings: Any) -> None:
    settings.SESPHR_RATES = {**settings.SESPHR_RATES, "mail:login": (5, 10**9)}
    login = new_login()

    def take() -> bool:
        try:
            Limit("mail:login", login).take()
        except RateLimited:
            return False
        return True

    assert sorted(at_once(*[take] * THREADS)) == [False] * 3 + [True] * 5
    assert Limit("mail:login", login)._rows().get().count == 5


def test_one_of_eight_rival_passwords_wins() -> None:
    person = signed_in()
    people = [Person() for _ in range(THREADS)]
    for one in people:
        one.login, one.sent, one.id = person.login, person.sent, person.id
        one.sign_in()
    bodies = [
        {
            "slot": slot(person.login, "password", 2),
            "login_secret": secret(),
            "current": {"type": "password", "login_secret": person.secret()},
        }
        for _ in people
    ]
    calls = zip(people, bodies, strict=True)
    answers = at_once(
        *[lambda one=one, body=body: one.call("PUT", "slots/password", body) for one, body in calls]
    )
    codes = [answer.status_code for answer in answers]
    assert codes.count(200) == 1
    # The others lost the race, or had their session or their present secret ended by the winner.
    assert set(codes) <= {200, 401, 409}
    winner = bodies[codes.index(200)]
    assert person.member.check_password(winner["login_secret"])
    assert kinds(person) == ["registered", "password-changed"]


def test_concurrent_events_are_numbered_without_gaps() -> None:
    person = signed_in()
    people = [Person() for _ in range(THREADS)]
    for one in people:
        one.login, one.sent = person.login, person.sent
    answers = at_once(*[lambda one=one: one.sign_in("recovery") for one in people])
    assert [answer.status_code for answer in answers] == [200] * THREADS
    rows = Event.objects.filter(stream__member=person.id).order_by("number")
    assert [row.number for row in rows] == list(range(1, THREADS + 2))
    assert not RateLimit.objects.filter(count__gt=THREADS * 4).exists()
