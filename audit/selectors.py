"""Reads of the log: sizes, entries, roots and paths. Never writes."""

import uuid
from collections.abc import Callable
from itertools import groupby
from typing import TypeVar

from django.db.models import Max, Q

from audit import tree
from audit.models import Entry, Hash
from sesphr.ports.errors import IntegrityFailure

T = TypeVar("T")


def size() -> int:
    """How many leaves the tree has."""
    last = Entry.objects.aggregate(last=Max("index"))["last"]
    return 0 if last is None else int(last) + 1


def stream_length(stream: uuid.UUID) -> int:
    """The highest number of a stream; 0 when it has no entry."""
    return Entry.objects.filter(stream=stream).aggregate(last=Max("number"))["last"] or 0


def find(stream: uuid.UUID, number: int) -> Entry | None:
    """A stream's entry of that number, if appended."""
    return Entry.objects.filter(stream=stream, number=number).first()


def evaluate(compute: Callable[[tree.Reader], T]) -> T:
    """Run a function of `audit.tree` with one query.

    Which nodes such a function reads depends on sizes only, so a first run with
    blank hashes tells what the second one needs.
    """
    wanted: set[tree.Node] = set()

    def remember(level: int, position: int) -> bytes:
        wanted.add((level, position))
        return bytes(32)

    compute(remember)
    found = nodes(wanted)
    return compute(lambda level, position: found[level, position])


def nodes(wanted: set[tree.Node]) -> dict[tree.Node, bytes]:
    """The stored hashes of all of these nodes.

    Raises:
        IntegrityFailure: one is missing.
    """
    query = Q()
    for level, group in groupby(sorted(wanted), key=lambda node: node[0]):
        query |= Q(level=level, position__in=[position for _, position in group])
    rows = Hash.objects.filter(query).values_list("level", "position", "hash") if wanted else ()
    found = {(level, position): value for level, position, value in rows}
    if len(found) != len(wanted):
        raise IntegrityFailure("The log lacks hashes of its tree; run verify_log.")
    return found


def root(size: int) -> bytes:
    """The root of the first `size` leaves."""
    return evaluate(lambda read: tree.root(size, read))


def root_path_leaf(index: int, size: int) -> tuple[bytes, tuple[bytes, ...], bytes]:
    """The root of the first `size` leaves, the inclusion path of leaf `index`, and its hash."""
    return evaluate(
        lambda read: (tree.root(size, read), tree.inclusion(index, size, read), read(0, index))
    )


def consistency(first: int, second: int) -> tuple[bytes, ...]:
    """The consistency path between two sizes, 0 < first <= second <= size()."""
    return evaluate(lambda read: tree.consistency(first, second, read))
