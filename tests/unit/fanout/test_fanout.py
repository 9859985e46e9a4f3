"""Asking several key nodes of which some are away, slow or wrong."""

import threading
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from sesphr import fanout
from sesphr.ports.errors import Conflict, Invalid, NotFound, PortError, Refused, Unavailable

AWAY = Unavailable("away")


@pytest.fixture(params=["portal", "all"])
def three(request: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three nodes of which two are enough, asked at once or in turn."""
    settings.SESPHR_ROLE = request.param
    settings.SESPHR_NODES, settings.SESPHR_THRESHOLD = 3, 2
    nodes = tuple(SimpleNamespace(index=index) for index in (1, 2, 3))
    monkeypatch.setattr(fanout, "get_srs_nodes", lambda: nodes)


def says(*found: Any) -> Callable[[Any], Any]:
    """What each node says, or fails with."""

    def call(node: Any) -> Any:
        one = found[node.index - 1]
        if isinstance(one, Exception):
            raise one
        return one

    return call


@pytest.mark.usefixtures("three")
class TestWrite:
    """Acknowledged by two of three."""

    def test_all(self) -> None:
        assert fanout.write(says(1, 2, 3)) == [1, 2, 3]

    @pytest.mark.parametrize(
        "failure", [AWAY, Conflict("c"), Invalid("i"), Refused("r"), NotFound("n")]
    )
    @pytest.mark.parametrize("place", [0, 1, 2])
    def test_one_may_fail_however_it_likes(self, failure: PortError, place: int) -> None:
        found: list[Any] = [1, 2, 3]
        found[place] = failure
        assert fanout.write(says(*found)) == [one for one in found if one is not failure]

    def test_two_away(self) -> None:
        with pytest.raises(Unavailable, match="Too few"):
            fanout.write(says(1, AWAY, AWAY))

    def test_whether_it_can_be_taken_is_open_while_one_is_away(self) -> None:
        with pytest.raises(Unavailable):
            fanout.write(says(1, Conflict("c"), AWAY))

    @pytest.mark.parametrize("third", [1, AWAY, Conflict("c")])
    def test_what_most_refuse_is_refused(self, third: Any) -> None:
        with pytest.raises(Conflict):
            fanout.write(says(Conflict("c"), Conflict("c"), third))

    def test_the_most_frequent_refusal_is_told(self) -> None:
        with pytest.raises(Invalid):
            fanout.write(says(Refused("r"), Invalid("i"), Invalid("i")))

    def test_a_mistake_of_ours_is_none_of_theirs(self) -> None:
        with pytest.raises(ZeroDivisionError):
            fanout.write(says(1, ZeroDivisionError(), 3))


@pytest.mark.usefixtures("three")
class TestRead:
    """The best informed of two."""

    def test_the_highest(self) -> None:
        assert fanout.newest(says(1, AWAY, 3), lambda one: one) == 3

    def test_one_alone_may_know_too_little(self) -> None:
        with pytest.raises(Unavailable):
            fanout.newest(says(AWAY, 5, AWAY), lambda one: one)
        assert fanout.newest(says(AWAY, 5, AWAY), lambda one: one, least=1) == 5


class TestSlow:
    """Nodes elsewhere, of which one does not answer."""

    @pytest.fixture(autouse=True)
    def _elsewhere(self, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        settings.SESPHR_ROLE, settings.SESPHR_NODES, settings.SESPHR_THRESHOLD = "portal", 3, 2
        nodes = tuple(SimpleNamespace(index=index) for index in (1, 2, 3))
        monkeypatch.setattr(fanout, "get_srs_nodes", lambda: nodes)
        self.stuck = threading.Event()
        yield
        self.stuck.set()

    def answer(self, node: Any) -> int:
        if node.index == 2:
            self.stuck.wait(30)
        return int(node.index)

    def test_nobody_waits_for_who_is_not_needed(self) -> None:
        began = time.monotonic()
        assert fanout.write(self.answer) == [1, 3]
        assert time.monotonic() - began < 5

    def test_a_moment_more_hears_who_is_a_little_late(self) -> None:
        found = fanout.gather(lambda node: time.sleep(0.05 * node.index) or node.index, 2)
        assert found.answers == {1: 1, 2: 2, 3: 3}

    def test_patience_ends(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(fanout, "PATIENCE", 0.1)
        with pytest.raises(Unavailable):
            fanout.require(fanout.gather(self.answer, 3), 3, "too few")
