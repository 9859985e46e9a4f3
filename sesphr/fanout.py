"""Asking several key nodes at once, of which some may be out of reach, slow or wrong.

A write is acknowledged once max(t, n-t+1) of them took it: then every t of them, which is what an
opening needs, and every n-t+1, which is what a reading asks, have one among them that knows; the
others catch up by themselves. Nobody waits longer than a moment for those that are not needed.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

from django.conf import settings

from sesphr.adapters import get_srs_nodes
from sesphr.ports.errors import PortError, Unavailable
from sesphr.ports.srs import SrsNode

# Seconds that are waited for nodes beyond those that are enough.
GRACE = 0.25
# After how long nobody is waited for any more.
PATIENCE = 15.0
NOT_KEPT = "Too few key nodes can be reached to keep this now. Try again in a moment."
NOT_NOW = (
    "This cannot be done right now: too few key nodes can be reached. Nothing is lost; try again"
    " in a moment."
)
T = TypeVar("T")
Call = Callable[[SrsNode], T]
Outcome = tuple[SrsNode, Any]


@dataclass
class Gathered(Generic[T]):
    """What nodes answered, and how others failed, by index."""

    answers: dict[int, T] = field(default_factory=dict)
    failures: dict[int, PortError] = field(default_factory=dict)

    def add(self, node: SrsNode, found: T | PortError) -> None:
        """Keep an outcome."""
        if isinstance(found, PortError):
            self.failures[node.index] = found
        else:
            self.answers[node.index] = found

    def in_order(self) -> list[T]:
        """The answers, in the order of the nodes."""
        return [self.answers[index] for index in sorted(self.answers)]


def to_write() -> int:
    """How many nodes must have taken what is acknowledged."""
    return max(settings.SESPHR_THRESHOLD, to_read())


def to_read() -> int:
    """How many nodes must answer, so that one of them knows all that was acknowledged."""
    return int(settings.SESPHR_NODES) - int(settings.SESPHR_THRESHOLD) + 1


def gather(
    call: Call[T], enough: int, grace: float = GRACE, among: Iterable[SrsNode] | None = None
) -> Gathered[T]:
    """Ask all nodes, or those `among`; return when `enough` answered and the others had a moment
    more, or when there is nobody left to wait for. Nodes in this process are asked in turn."""
    nodes = get_srs_nodes() if among is None else tuple(among)
    if settings.SESPHR_ROLE == "all":
        return _one_by_one(call, nodes)
    return _at_once(call, nodes, enough, grace)


def _one_by_one(call: Call[T], nodes: tuple[SrsNode, ...]) -> Gathered[T]:
    found: Gathered[T] = Gathered()
    for node in nodes:
        found.add(node, _asked(call, node))
    return found


def _asked(call: Call[T], node: SrsNode) -> T | PortError:
    try:
        return call(node)
    except PortError as failure:
        return failure


def _at_once(call: Call[T], nodes: tuple[SrsNode, ...], enough: int, grace: float) -> Gathered[T]:
    queue: SimpleQueue[Outcome] = SimpleQueue()
    for node in nodes:
        threading.Thread(target=_deliver, args=(call, node, queue), daemon=True).start()
    found: Gathered[T] = Gathered()
    until = time.monotonic() + PATIENCE
    for _ in nodes:
        try:
            node, outcome = queue.get(timeout=max(0.0, until - time.monotonic()))
        except Empty:
            break
        if isinstance(outcome, BaseException) and not isinstance(outcome, PortError):
            raise outcome
        found.add(node, outcome)
        if len(found.answers) >= enough:
            until = min(until, time.monotonic() + grace)
    return found


def _deliver(call: Call[Any], node: SrsNode, queue: "SimpleQueue[Outcome]") -> None:
    try:
        queue.put((node, _asked(call, node)))
    except Exception as error:  # noqa: BLE001
        # A mistake of this program: the thread that asked raises it.
        queue.put((node, error))


def require(found: Gathered[T], enough: int, sentence: str) -> list[T]:
    """The answers in the order of the nodes, if there are enough.

    What a few nodes refuse does not stop the others.

    Raises:
        PortError: what most of the refusing nodes say, if so many refuse that there can never be
            enough; Unavailable with `sentence` otherwise.
    """
    if len(found.answers) >= enough:
        return found.in_order()
    refusals = [
        failure
        for _, failure in sorted(found.failures.items())
        if not isinstance(failure, Unavailable)
    ]
    if len(refusals) > int(settings.SESPHR_NODES) - enough:
        [(kind, _)] = Counter(type(one) for one in refusals).most_common(1)
        raise next(one for one in refusals if type(one) is kind)
    raise Unavailable(sentence)


def write(call: Call[T]) -> list[T]:
    """Have the nodes take something; the answers of at least max(t, n-t+1), in their order.

    Raises:
        PortError: as `require` says; those that took it keep it, and a repeat finishes it.
    """
    return require(gather(call, to_write()), to_write(), NOT_KEPT)


def newest(call: Call[T], rank: Callable[[T], Any], least: int | None = None) -> T:
    """What the best informed of n-t+1 nodes answers, the one with the highest `rank`.

    Raises:
        PortError: fewer than `least` (n-t+1 unless given) answer.
    """
    enough = to_read()
    found = gather(call, enough, 0.0)
    least = enough if least is None else least
    sentence = NOT_NOW
    return max(require(found, least, sentence), key=rank)
