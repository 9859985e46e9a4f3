"""Two browsers and more take the same account over, or the same login, at once."""

from typing import Any

import pytest

from accounts.models import Guardianship, HandOver, KeySlot, Member
from tests.unit.accounts.fakes import FakeCloud, FakeNode
from tests.unit.accounts.handing import kinds, offer
from tests.unit.accounts.people import Person, application, new_login
from tests.unit.accounts.test_concurrency import at_once
from tests.unit.accounts.test_guardians import status
from tests.unit.accounts.test_handing import Waiting, grown_up, sent

pytestmark = pytest.mark.usefixtures("committing")
THREADS = 6


@pytest.fixture(autouse=True)
def _quick(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.SESPHR_RATES = dict.fromkeys(settings.SESPHR_RATES, (10**9, 3600))


def test_the_same_body_at_once_is_done_once(nodes: tuple[FakeNode, ...], cloud: FakeCloud) -> None:
    waiting = Waiting()
    body = waiting.body()
    answers = at_once(*[lambda: sent(body)] * THREADS)
    assert [answer.status_code for answer in answers] == [200] * THREADS
    waiting.handed_over(body)
    done = [one["type"] for one in kinds(waiting.anna.id)]
    assert done.count("dependant-handed-over") == 1
    assert all(len(node.held[waiting.tim]) == 2 for node in nodes)


def test_of_different_bodies_at_once_one_comes_to_its_end(nodes: tuple[FakeNode, ...]) -> None:
    waiting = Waiting()
    bodies = [waiting.body() for _ in range(THREADS)]
    answers = at_once(*[lambda body=body: sent(body) for body in bodies])
    told = [status(answer) for answer in answers]
    assert sorted(told) == [(200, "")] + [(409, "hand-over-finished")] * (THREADS - 1)
    winner = bodies[told.index((200, ""))]
    waiting.handed_over(winner)
    assert {tuple(node.held[waiting.tim])[1:] for node in nodes} == {(winner["registration"],)}


def test_of_two_accounts_that_want_one_login_one_gets_it() -> None:
    stories, login = [Waiting() for _ in range(4)], new_login()
    bodies = [one.body(login) for one in stories]
    answers = at_once(*[lambda body=body: sent(body) for body in bodies])
    told = [status(answer) for answer in answers]
    assert sorted(told) == [(200, "")] + [(409, "login-taken")] * 3
    won = told.index((200, ""))
    stories[won].handed_over(bodies[won])
    for one in stories[:won] + stories[won + 1 :]:
        one.untouched()


def test_whoever_registers_and_whoever_takes_over_never_get_one_login_both() -> None:
    for _ in range(5):
        waiting, login = Waiting(), new_login()
        body, stranger = waiting.body(login), Person()
        stranger.login, stranger.sent = login, application(login)
        over, new = at_once(lambda body=body: sent(body), stranger.register)
        assert new.status_code == 202
        assert status(over) in ((200, ""), (409, "login-taken"))
        assert Member.objects.filter(login=login).count() == 1
        if over.status_code == 200:
            waiting.handed_over(body)
        else:
            assert stranger.sign_in().status_code == 200
            waiting.untouched()


def test_taking_back_and_taking_over_at_once_end_one_way() -> None:
    for _ in range(3):
        waiting = Waiting()
        body, path = waiting.body(), f"dependants/{waiting.tim}/hand-over"
        back, over = at_once(
            lambda path=path, waiting=waiting: waiting.anna.call("DELETE", path),
            lambda body=body: sent(body),
        )
        if over.status_code == 200:
            assert back.status_code in (404, 409)
            waiting.handed_over(body)
        else:
            assert (back.status_code, status(over)) == (204, (404, "code-wrong"))
            waiting.untouched()


def test_two_offers_at_once_leave_one() -> None:
    waiting = Waiting()
    path = f"dependants/{waiting.tim}/hand-over"
    answers = at_once(*[lambda: waiting.anna.post(path, offer(waiting.tim))] * THREADS)
    assert [answer.status_code for answer in answers] == [200] * THREADS
    assert HandOver.objects.filter(dependant=waiting.tim, live=True).count() == 1


def test_a_guardian_who_acts_meanwhile_leaves_no_session_behind() -> None:
    waiting = Waiting()
    body = waiting.body()
    begun, over = at_once(
        lambda: waiting.anna.post(f"dependants/{waiting.tim}/act"), lambda: sent(body)
    )
    assert over.status_code == 200
    assert begun.status_code in (200, 404)
    waiting.anna.http.defaults["HTTP_X_ACTING_FOR"] = waiting.tim
    assert waiting.anna.call("GET", "registrations").status_code in (403, 409)
    assert not Guardianship.objects.filter(dependant=waiting.tim, live=True).exists()
    assert KeySlot.objects.filter(member=waiting.tim).count() == 2
    assert grown_up(body).sign_in().status_code == 200
