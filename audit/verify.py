"""Recomputes the whole log from its entries and compares it with what is stored.

It changes nothing. What it cannot see is a log that was rewritten as a whole:
for that, give it a checkpoint that was kept elsewhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from audit import selectors, services, tree
from audit.models import Entry, Hash
from sesphr.crypto import log as logformat
from sesphr.crypto import merkle
from sesphr.crypto.errors import CryptoError
from sesphr.deployment import get_deployment
from sesphr.ports.errors import IntegrityFailure

BATCH = 500


class LogDamaged(Exception):
    """The log is not what its entries say; the message is a sentence for the operator."""


@dataclass
class Replay:
    """The tree as it grows again, entry by entry, from nothing but the entries."""

    size: int = 0
    streams: dict[UUID, int] = field(default_factory=dict)
    peaks: dict[int, bytes] = field(default_factory=dict)
    accumulator: merkle.MerkleAccumulator = field(default_factory=merkle.MerkleAccumulator)

    def add(self, row: Entry) -> dict[tree.Node, bytes]:
        """Check an entry's place and append it; the nodes that it completes."""
        if row.index != self.size:
            raise LogDamaged(f"Entry {self.size} is missing: the next one is {row.index}.")
        expected = self.streams.get(row.stream, 0) + 1
        if row.number != expected:
            raise LogDamaged(
                f"Entry {row.index} has number {row.number} in its stream, where {expected} comes next."
            )
        leaf = merkle.leaf_hash(row.entry)
        added = dict(tree.completed(row.index, leaf, self._peak))
        self.peaks.update({level: value for (level, _), value in added.items()})
        self.accumulator.append(leaf)
        self.streams[row.stream] = expected
        self.size += 1
        return added

    def _peak(self, level: int, _: int) -> bytes:
        return self.peaks[level]


def verify(checkpoint: str | None = None) -> Replay:
    """Check every entry, number and hash, and a checkpoint if one is given.

    Raises:
        LogDamaged: the first difference found.
    """
    size = selectors.size()
    replay = Replay()
    rows = Entry.objects.filter(index__lt=size).order_by("index").iterator(chunk_size=BATCH)
    while batch := list(islice(rows, BATCH)):
        _compare(_replay(replay, batch))
    if replay.size != size:
        raise LogDamaged(
            f"The log has {replay.size} entries, where the last one's index says {size}."
        )
    if replay.accumulator.root() != _stored_root(size):
        raise LogDamaged("The root of the stored hashes is not the root of the entries.")
    _compare_extent()
    if checkpoint is not None:
        compare_checkpoint(checkpoint, size)
    return replay


def _replay(replay: Replay, batch: list[Entry]) -> dict[tree.Node, bytes]:
    return {node: value for row in batch for node, value in replay.add(row).items()}


def _compare(computed: dict[tree.Node, bytes]) -> None:
    rows = _stored(computed)
    for node, value in computed.items():
        if node not in rows:
            raise LogDamaged(f"The hash at level {node[0]}, position {node[1]} is missing.")
        if rows[node] != value:
            raise LogDamaged(
                f"The hash at level {node[0]}, position {node[1]} is not its entries'."
            )


def _stored(computed: dict[tree.Node, bytes]) -> dict[tree.Node, bytes]:
    found: dict[tree.Node, bytes] = {}
    for level, (low, high) in _spans(computed):
        rows = Hash.objects.filter(level=level, position__gte=low, position__lte=high)
        found |= {
            (level, position): value for position, value in rows.values_list("position", "hash")
        }
    return found


def _spans(computed: dict[tree.Node, bytes]) -> Iterator[tuple[int, tuple[int, int]]]:
    """Per level, the lowest and highest position; a batch's positions have no gaps."""
    for level in {level for level, _ in computed}:
        positions = [position for at, position in computed if at == level]
        yield level, (min(positions), max(positions))


def _stored_root(size: int) -> bytes:
    try:
        return selectors.root(size)
    except IntegrityFailure as failure:
        raise LogDamaged(str(failure)) from failure


def _compare_extent() -> None:
    """No hash may lie beyond the entries; locked, because appends go on meanwhile."""
    with transaction.atomic(using=services.ALIAS):
        services.lock()
        size = selectors.size()
        found = Hash.objects.order_by().values_list("level").annotate(Max("position"))
        for level, last in found:
            if last + 1 != size >> level:
                raise LogDamaged(
                    f"Level {level} has {last + 1} hashes, where {size >> level} are right."
                )


def compare_checkpoint(checkpoint: str, size: int) -> None:
    """Check that the first entries of a log of `size` are those that a checkpoint signs."""
    deployment = get_deployment()
    try:
        signed, root = logformat.verify_note(deployment.log_name, deployment.log_key, checkpoint)
    except CryptoError as error:
        raise LogDamaged(f"The checkpoint is not one that this log signed: {error}") from error
    if signed > size:
        raise LogDamaged(f"The checkpoint is of {signed} entries, the log has only {size}.")
    if _stored_root(signed) != root:
        raise LogDamaged(f"The first {signed} entries are not those that the checkpoint signs.")
