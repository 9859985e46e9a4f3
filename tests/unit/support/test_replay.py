"""A beginning is made once, and is the same where it is put back."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core import mail
from django.db import transaction

from accounts.models import Member
from tests.support import replay
from tests.support.tables import dump
from tests.unit.pages.conftest import browser_of, member

pytestmark = pytest.mark.django_db(databases="__all__")


class Maker:
    """Makes a member with a session and a letter, and counts how often."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> str:
        self.times += 1
        browser = browser_of(member("olga", "owner"))
        mail.send_mail("Hello", "you", "from@example.org", ["olga@example.org"])
        return browser.cookies["sesphr_session"].value


@contextmanager
def taken_back() -> Iterator[None]:
    """What is written inside is gone afterwards, as after a test."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    mail.outbox.clear()


def twice(make: Maker) -> list[object]:
    seen: list[object] = []
    for _ in range(2):
        with taken_back():
            cookie = replay.beginning(f"test {id(make)}", make)
            assert Member.objects.get().login == "olga@example.org"
            assert [one.to for one in mail.outbox] == [["olga@example.org"]]
            seen.append((dump(), cookie))
    return seen


def test_it_is_made_once() -> None:
    make = Maker()
    first, second = twice(make)
    assert first == second
    assert make.times == 1


def test_what_is_old_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "FRESH_SECONDS", -1)
    make = Maker()
    twice(make)
    assert make.times == 2


def test_what_changes_other_rows_is_made_each_time() -> None:
    class Changing(Maker):
        def __call__(self) -> str:
            Member.objects.filter(login="otto@example.org").update(name="Otto Else")
            Member.objects.filter(login="otto@example.org").delete()
            return super().__call__()

    make = Changing()
    for _ in range(2):
        with taken_back():
            member("otto", "owner")
            replay.beginning("changing", make)
            assert Member.objects.get().login == "olga@example.org"
    assert make.times == 2


def test_what_begins_elsewhere_is_made_there() -> None:
    make = Maker()
    with taken_back():
        replay.beginning("elsewhere", make)
    with taken_back():
        member("otto", "owner")
        replay.beginning("elsewhere", make)
        assert Member.objects.count() == 2
    assert make.times == 2
