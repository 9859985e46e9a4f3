"""The real local ports, with a point before and after every call."""

import functools
from typing import Any

from audit.log import LocalLog
from cloudstore.store import LocalCloud
from srs.node import LocalSrs
from tests.system.killing.points import reach


class Watched:
    """Stands before a port's implementation and counts calls."""

    def __init__(self, name: str, port: Any) -> None:
        self._name, self._port = name, port

    def __getattr__(self, attribute: str) -> Any:
        found = getattr(self._port, attribute)
        if not callable(found):
            return found

        @functools.wraps(found)
        def call(*args: Any, **named: Any) -> Any:
            reach(f"before {self._name}.{attribute}")
            result = found(*args, **named)
            reach(f"after {self._name}.{attribute}")
            return result

        return call


def watched_srs(index: int) -> Watched:
    """A node."""
    return Watched(f"srs-{index}", LocalSrs(index))


def watched_cloud() -> Watched:
    """The cloud."""
    return Watched("cloud", LocalCloud())


def watched_log() -> Watched:
    """The log."""
    return Watched("log", LocalLog())
