"""Rounds go in turns and end; a counter stands in for the clock."""

from collections.abc import Callable
from itertools import count
from xml.etree import ElementTree as ET

import pytest

from benchmarks.plaintext import SIZES, element
from benchmarks.timing import LEAST_ROUNDS, Limits, Series, in_turns
from sesphr.crypto.document import check_element


def recording(order: list[str], name: str) -> Callable[[], float]:
    def run() -> float:
        order.append(name)
        return float(len(order))

    return run


class TestTurns:
    def test_each_round_begins_with_another_case(self) -> None:
        order: list[str] = []
        in_turns({name: recording(order, name) for name in "abc"}, Limits(4, 100), lambda: 0.0)
        assert "".join(order) == "abcbcacababc"

    def test_values_stay_with_their_round(self) -> None:
        order: list[str] = []
        found = in_turns(
            {name: recording(order, name) for name in "ab"}, Limits(3, 100), lambda: 0.0
        )
        assert found == {"a": Series((1.0, 4.0, 5.0)), "b": Series((2.0, 3.0, 6.0))}

    def test_seconds_bound_the_rounds(self) -> None:
        ticks = count(step=10)
        found = in_turns({"a": lambda: 1.0}, Limits(1000, 65), lambda: float(next(ticks)))
        assert LEAST_ROUNDS < len(found["a"].values) < 12

    def test_a_slow_case_still_gets_its_least_rounds(self) -> None:
        ticks = count(step=10_000)
        found = in_turns({"a": lambda: 1.0}, Limits(1000, 1), lambda: float(next(ticks)))
        assert len(found["a"].values) == LEAST_ROUNDS


class TestSeries:
    def test_none_is_empty(self) -> None:
        with pytest.raises(ValueError, match="at least one"):
            Series(())

    def test_median_and_quartiles(self) -> None:
        made = Series((9.0, 1.0, 3.0, 5.0, 7.0))
        assert (made.median, made.quartiles) == (5.0, (3.0, 7.0))

    def test_a_ratio_needs_the_same_rounds(self) -> None:
        assert Series((2.0, 9.0)).ratio_to(Series((1.0, 3.0))) == Series((2.0, 3.0))
        with pytest.raises(ValueError, match="argument 2"):
            Series((2.0, 9.0)).ratio_to(Series((1.0,)))


@pytest.mark.parametrize("size", SIZES)
def test_a_plaintext_is_one_element_of_exactly_its_size(size: int) -> None:
    octets = element(size)
    assert len(octets) == size * 1024
    assert check_element(octets) == octets
    entries = len(ET.fromstring(octets)) - 1
    assert size < entries < 3 * size
