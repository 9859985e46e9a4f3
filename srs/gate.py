"""Whether this process may answer for a node: not before the node has heard what it missed.

A node without a keeper (one node, or all servers in one process) always answers.
"""

from collections.abc import Callable

from sesphr.ports.errors import Unavailable

_ready: dict[int, Callable[[], bool]] = {}


def guard(index: int, ready: Callable[[], bool]) -> None:
    """Let node `index` answer only while `ready` says so."""
    _ready[index] = ready


def release(index: int) -> None:
    """Let the node answer without a keeper again."""
    _ready.pop(index, None)


def require_ready(index: int) -> None:
    """Refuse to answer while the node may have missed something.

    Raises:
        Unavailable: it is catching up.
    """
    ready = _ready.get(index)
    if ready is not None and not ready():
        raise Unavailable("This key node is catching up.", code="catching-up")
