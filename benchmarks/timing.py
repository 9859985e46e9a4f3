"""Runs what is compared in turns, so that a slow minute of the machine hits all alike.

A round runs every case once. The number of rounds is bounded by a count and by
seconds, so that no comparison can take for ever.
"""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

LEAST_ROUNDS = 3


@dataclass(frozen=True)
class Series:
    """Seconds that one case took, a value for each round."""

    values: tuple[float, ...]

    def __post_init__(self) -> None:
        """A series without a value is a mistake of whoever made it."""
        if not self.values:
            raise ValueError("a series needs at least one value")

    @property
    def median(self) -> float:
        """The value in the middle."""
        return statistics.median(self.values)

    @property
    def quartiles(self) -> tuple[float, float]:
        """Lower and upper quartile: half of the rounds lie between them."""
        if len(self.values) == 1:
            return self.values[0], self.values[0]
        lower, _, upper = statistics.quantiles(self.values, n=4, method="inclusive")
        return lower, upper

    def divided(self, by: float) -> "Series":
        """The same per item."""
        return Series(tuple(value / by for value in self.values))

    def ratio_to(self, base: "Series") -> "Series":
        """Each round's value against the base's of the same round.

        Raises:
            ValueError: the two did not run in the same rounds.
        """
        return Series(tuple(a / b for a, b in zip(self.values, base.values, strict=True)))


@dataclass(frozen=True)
class Limits:
    """At most so many rounds, and no further one after so many seconds (but at least three)."""

    rounds: int
    seconds: float


def in_turns(
    cases: Mapping[str, Callable[[], float]],
    limits: Limits,
    clock: Callable[[], float] = time.monotonic,
) -> dict[str, Series]:
    """Run every case once a round; each round begins with another case.

    Args:
        cases: what runs; each answers the seconds that it took.
        limits: when to stop.
        clock: seconds, for tests.
    """
    names = list(cases)
    found: dict[str, list[float]] = {name: [] for name in names}
    start = clock()
    for done in range(limits.rounds):
        if done >= LEAST_ROUNDS and clock() - start > limits.seconds:
            break
        first = done % len(names)
        for name in names[first:] + names[:first]:
            found[name].append(cases[name]())
    return {name: Series(tuple(values)) for name, values in found.items()}


def seconds_of(run: Callable[[], object], repeat: int = 1) -> float:
    """Seconds of one call, the mean of `repeat` calls in a row."""
    start = time.perf_counter()
    for _ in range(repeat):
        run()
    return (time.perf_counter() - start) / repeat
