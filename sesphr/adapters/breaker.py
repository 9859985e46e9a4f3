"""A circuit breaker: a peer that fails again and again is left alone for a moment.

Meanwhile calls fail at once instead of waiting each for its own time-out; then
one call may probe, and its end decides for the others.
"""

import time
from collections.abc import Callable
from threading import Lock

FAILURES = 3


class Breaker:
    """Counts consecutive failures of one peer; thread-safe."""

    def __init__(self, pause: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._pause, self._clock = pause, clock
        self._lock = Lock()
        self._failures = 0
        self._closed_at = 0.0

    def lets_through(self) -> bool:
        """Whether a call may be tried now; of several after a pause, one."""
        with self._lock:
            if self._failures < FAILURES:
                return True
            if self._clock() < self._closed_at:
                return False
            # This one probes; the others wait for as long as it may take to find out.
            self._closed_at = self._clock() + self._pause
            return True

    def succeeded(self) -> None:
        """The peer answered, whatever it said."""
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        """The peer was out of reach."""
        with self._lock:
            self._failures += 1
            self._closed_at = self._clock() + self._pause
