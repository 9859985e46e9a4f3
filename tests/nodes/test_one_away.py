"""One of three key nodes is away or wrong: what a member does by the command line ends as done."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from sesphr import fanout
from sesphr.adapters import get_srs_nodes
from sesphr.ports.errors import Unavailable
from sesphr.ports.srs import SrsNode
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
from tests.unit.client.test_visits import BASE32, code, grant_by_code, wrong

__all__ = [
    "_hash_passwords_once", "ada", "authority", "certified", "join", "lee", "no_pauses", "people",
    "wire",
]  # fmt: skip

pytestmark = pytest.mark.django_db(databases="__all__")


class Away:
    """A node that nobody reaches."""

    def __init__(self, index: int) -> None:
        self.index = index

    def __getattr__(self, name: str) -> object:
        raise Unavailable("nobody there")


@pytest.fixture
def third_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on; tests name it after those who register before."""

    def nodes() -> tuple[SrsNode | Away, ...]:
        return (*get_srs_nodes()[:2], Away(3))

    monkeypatch.setattr(fanout, "get_srs_nodes", nodes)


def test_an_answer_to_what_was_added(
    ada: Endpoint, lee: Endpoint, third_away: None, wire: Wire
) -> None:
    ada.ok("grant", lee.login, "--partition", "medical", "--add")
    first, second = (
        str(lee.ok("contribute", SAMPLE, "--owner", ada.login)["record"]) for _ in range(2)
    )
    assert ada.ok("accept", first)["partitions"] == ["medical"]
    assert ada.ok("decline", second)["state"] == "declined"
    # Fewer than every opening needs one of are no confirmation.
    third = str(lee.ok("contribute", SAMPLE, "--owner", ada.login)["record"])
    wire.change("POST", "/proposals/", lambda told: {**told, "receipts": told["receipts"][:1]})
    ada.fails(4, "accept", third)


def quick_ones(wire: Wire, change: Callable[[list[Any]], list[Any]]) -> list[bool]:
    """Have those whom everybody is not waited for give other answers; whether each request waited."""
    waited = []

    def hook(request: httpx.Request, response: httpx.Response) -> httpx.Response | None:
        waited.append(bool(json.loads(request.content).get("everybody")))
        if waited[-1] or not response.is_success:
            return None
        told = json.loads(response.content)
        return httpx.Response(200, json={**told, "answers": change(told["answers"])})

    wire.on("POST", "/access", hook)
    return waited


def spoilt(answer: dict[str, Any]) -> dict[str, Any]:
    return {**answer, "answer": answer["answer"][:-8] + "AAAAAAAA"}


@pytest.fixture
def coded(ada: Endpoint, lee: Endpoint, certified: Callable[[Endpoint], object]) -> list[str]:
    """An owner whose codes let a certified physician in, and how one gives them."""
    certified(lee)
    ada.deposit(medical="<a xmlns=''/>")
    grant_by_code(ada)
    ada.ok("consent-code", "setup", "--secret", BASE32, "--code", code())
    return ["records", "--owner", ada.login, "--code"]


@pytest.mark.parametrize(
    "quick", [lambda found: [found[0], spoilt(found[1])], lambda found: [found[0]]]
)
def test_a_code_where_the_quick_ones_are_not_enough(
    lee: Endpoint, coded: list[str], wire: Wire, quick: Callable[[list[Any]], list[Any]]
) -> None:
    waited = quick_ones(wire, quick)
    assert len(lee.ok(*coded, code())["records"]) == 1
    assert waited == [False, True]
    first, second = (json.loads(body)["request"] for body in wire.sent("POST", "/access"))
    assert first == second


def test_a_code_that_is_wrong_whatever_the_others_say(
    lee: Endpoint, coded: list[str], wire: Wire
) -> None:
    for quick, expected in (
        (lambda found: found[:2], [False]),
        (list, [False]),
        (lambda found: [found[0], spoilt(found[1])], [False, True]),
    ):
        waited = quick_ones(wire, quick)
        assert lee.fails(3, *coded, wrong())["code"] == "code"
        assert waited == expected
        wire.honest()
    wire.change(
        "POST", "/access", lambda told: {**told, "answers": [*map(spoilt, told["answers"])]}
    )
    lee.fails(4, *coded, code())
