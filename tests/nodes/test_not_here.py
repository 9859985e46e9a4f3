"""Three key nodes of which some never got what a record takes: who reads is refused by denials alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sesphr import fanout
from sesphr.adapters import get_srs_nodes
from srs.context import Node
from srs.models import Acl, Delegation, RParameter
from tests.nodes.state import undone
from tests.nodes.test_one_away import Away
from tests.unit.client.conftest import (
    Endpoint,
    Wire,
    _hash_passwords_once,
    ada,
    join,
    lee,
    no_pauses,
    people,
    wire,
)
from tests.unit.client.test_contributions import SAMPLE
from tests.unit.client.test_roles import authority, certified
from tests.unit.client.test_visits import BASE32, code, grant_by_code

__all__ = [
    "_hash_passwords_once", "ada", "authority", "certified", "join", "lee", "no_pauses", "people",
    "wire",
]  # fmt: skip

pytestmark = pytest.mark.django_db(databases="__all__")
MEDICAL = "<partition><note>blood pressure 120/80</note></partition>"
REFUSED, NOT_NOW = 3, 5


@pytest.fixture
def record(ada: Endpoint, lee: Endpoint) -> str:
    """A record of which the physician may read one partition of two."""
    found = ada.deposit(medical=MEDICAL, insurance="<partition/>")
    ada.ok("grant", lee.login, "--partition", "medical", "--history")
    return found


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Nobody reaches these nodes from now on."""

    def act(*indexes: int) -> None:
        nodes = tuple(Away(one.index) if one.index in indexes else one for one in get_srs_nodes())
        monkeypatch.setattr(fanout, "get_srs_nodes", lambda: nodes)

    return act


def without(*indexes: int) -> None:
    """These nodes have no R, as those that were added after a deposit."""
    for index in indexes:
        RParameter.objects.using(Node(index).alias).all().delete()


def unlisted(*indexes: int) -> None:
    """These nodes have not heard of any list, and deny."""
    for index in indexes:
        Acl.objects.using(Node(index).alias).all().delete()


def opened(who: Endpoint, record: str, tmp_path: Path, *more: str) -> tuple[int, dict[str, Any]]:
    found = who.run("open", record, "--output", str(tmp_path / "out"), *more)
    return found.code, found.json


# Which nodes have nothing, which deny, which are away; and how an opening ends then.
CASES: list[tuple[list[int], list[int], list[int], int]] = [
    ([3], [], [], 0),
    ([], [3], [], 0),
    ([], [], [3], 0),
    # One grants, and one was added later.
    ([3], [], [2], NOT_NOW),
    ([2, 3], [], [], NOT_NOW),
    ([1, 2, 3], [], [], NOT_NOW),
    # One denies, and two have nothing: nobody took anything away.
    ([2, 3], [1], [], NOT_NOW),
    # One grants, one denies, and who would decide is away.
    ([], [2], [3], NOT_NOW),
    # Of two that hold it one denies.
    ([3], [2], [], REFUSED),
    ([], [2, 3], [], REFUSED),
    ([3], [1, 2], [], REFUSED),
    # Who denies counts as that, whatever it holds.
    ([3], [3, 2], [1], REFUSED),
]


def test_what_a_reader_is_told(
    lee: Endpoint, record: str, away: Callable[..., None], tmp_path: Path
) -> None:
    for lacking, denying, gone, expected in CASES:
        away(*gone)
        with undone():
            without(*lacking)
            unlisted(*denying)
            exit_code, told = opened(lee, record, tmp_path, "--partition", "medical")
        assert exit_code == expected, (lacking, denying, gone, told)
        if expected == NOT_NOW:
            assert told["code"] == "unavailable"
            assert "Nothing is lost" in told["error"]
            assert (told["opened"], told["away"]) == ({}, ["medical"])
        if expected == REFUSED:
            assert (told["code"], told["refused"]) == ("refused", ["medical"])


def test_nothing_of_it_is_a_denial_in_the_owners_activity(
    ada: Endpoint, lee: Endpoint, record: str, away: Callable[..., None], tmp_path: Path
) -> None:
    without(3)
    away(2)
    assert opened(lee, record, tmp_path, "--partition", "medical")[0] == NOT_NOW
    events = [one for one in ada.ok("activity")["events"] if one["type"] == "access"]
    items = [item for one in events for item in one["items"]]
    assert [item["allowed"] for item in items] != []
    assert all(item["allowed"] for item in items)


def test_who_was_taken_off_the_list_is_refused(
    ada: Endpoint, lee: Endpoint, record: str, away: Callable[..., None], tmp_path: Path
) -> None:
    without(3)
    ada.ok("revoke", lee.login, "--partition", "medical")
    away(2)
    assert opened(lee, record, tmp_path, "--partition", "medical")[0] == REFUSED


def test_a_part_that_was_never_given_is_refused_beside_one_that_is_away(
    lee: Endpoint, record: str, away: Callable[..., None], tmp_path: Path
) -> None:
    without(3)
    named = ("--partition", "medical", "--partition", "insurance")
    away(2)
    assert opened(lee, record, tmp_path, *named)[0] == NOT_NOW
    away()
    exit_code, told = opened(lee, record, tmp_path, *named)
    assert (exit_code, told["refused"], told["away"]) == (REFUSED, ["insurance"], [])


def test_a_part_that_is_away_beside_one_that_opens(
    ada: Endpoint, lee: Endpoint, record: str, tmp_path: Path
) -> None:
    ada.ok("grant", lee.login, "--partition", "insurance", "--history")
    for index in (2, 3):
        Delegation.objects.using(Node(index).alias).filter(partition="insurance").delete()
    exit_code, told = opened(lee, record, tmp_path)
    assert exit_code == NOT_NOW
    assert (set(told["opened"]), told["refused"], told["away"]) == ({"medical"}, [], ["insurance"])


def test_an_owner_needs_no_key_of_theirs_for_what_she_wrote(
    ada: Endpoint, record: str, away: Callable[..., None], tmp_path: Path
) -> None:
    without(1, 2, 3)
    away(2)
    assert opened(ada, record, tmp_path)[0] == 0
    assert len(ada.ok("export", "--output", str(tmp_path / "all"))["records"]) == 1


def test_an_owner_and_what_somebody_added(
    ada: Endpoint, lee: Endpoint, away: Callable[..., None], tmp_path: Path, wire: Wire
) -> None:
    ada.ok("grant", lee.login, "--partition", "medical", "--add")
    offer = str(lee.ok("contribute", SAMPLE, "--owner", ada.login)["record"])
    without(3)
    away(2)
    assert opened(ada, offer, tmp_path)[0] == NOT_NOW
    assert ada.fails(NOT_NOW, "accept", offer)["code"] == "unavailable"
    assert not wire.sent("POST", f"/proposals/{offer}/accept")
    away()
    assert opened(ada, offer, tmp_path)[0] == 0
    events = [one for one in ada.ok("activity")["events"] if one["type"] == "access"]
    assert {item["allowed"] for one in events for item in one["items"]} == {True}
    assert ada.ok("accept", offer)["partitions"] == ["medical"]


def test_a_code(
    ada: Endpoint, lee: Endpoint, certified: Callable[[Endpoint], object],
    away: Callable[..., None],
) -> None:  # fmt: skip
    certified(lee)
    ada.deposit(medical="<a xmlns=''/>")
    grant_by_code(ada)
    ada.ok("consent-code", "setup", "--secret", BASE32, "--code", code())
    without(3)
    away(2)
    told = lee.fails(NOT_NOW, "records", "--owner", ada.login, "--code", code())
    assert told["code"] == "unavailable"
    away()
    assert len(lee.ok("records", "--owner", ada.login, "--code", code(1))["records"]) == 1
