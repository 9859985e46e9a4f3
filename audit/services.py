"""The log's only write: append an entry with the hashes that it completes."""

import uuid

from django.db import transaction

from audit import selectors, tree
from audit.models import Entry, Hash, Lock
from sesphr import clock
from sesphr.crypto import merkle
from sesphr.ports.errors import Conflict
from sesphr.roles import database_of

ALIAS = database_of("audit")


def append(*, stream: uuid.UUID, number: int, entry: bytes) -> int:
    """Append entry `number` of a stream, or find the identical one; its leaf index.

    When this returns, the entry is committed.

    Raises:
        Conflict: another entry has that number, or earlier ones are missing.
    """
    # Durable, because a proof must never be given for what could be rolled back.
    with transaction.atomic(using=ALIAS, durable=True):
        lock()
        present = selectors.find(stream, number)
        if present is not None:
            return _same(present, entry)
        length = selectors.stream_length(stream)
        if number != length + 1:
            raise Conflict(f"The stream has {length} entries; append number {length + 1} next.")
        return _add(stream, number, entry)


def lock() -> None:
    """Keep all appends out until the transaction ends, so that numbers have no gaps."""
    Lock.objects.get_or_create(id=1)
    Lock.objects.select_for_update().get(id=1)


def _same(present: Entry, entry: bytes) -> int:
    if present.entry != entry:
        raise Conflict(f"The stream has another entry at number {present.number}.")
    return present.index


def _add(stream: uuid.UUID, number: int, entry: bytes) -> int:
    index = selectors.size()
    leaf = merkle.leaf_hash(entry)
    added = selectors.evaluate(lambda read: list(tree.completed(index, leaf, read)))
    Entry.objects.create(index=index, stream=stream, number=number, entry=entry, time=clock.now())
    Hash.objects.bulk_create(
        Hash(level=level, position=position, hash=value) for (level, position), value in added
    )
    return index
