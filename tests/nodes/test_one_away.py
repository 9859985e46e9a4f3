"""One of three key servers does not answer: what a member does by the command line ends as done."""

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

__all__ = ["_hash_passwords_once", "ada", "join", "lee", "no_pauses", "people", "wire"]

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
