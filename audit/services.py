"""The log's only write: append an entry with the hashes that it completes."""

import logging
import uuid

from django.db import transaction

from audit import selectors, tree
from audit.models import Entry, Hash, Lock, Stream
from sesphr import clock
from sesphr.crypto import merkle
from sesphr.ports.errors import Conflict, Refused
from sesphr.roles import database_of

logger = logging.getLogger(__name__)

ALIAS = database_of("audit")


def append(*, stream: uuid.UUID, number: int, entry: bytes, caller: str | None = None) -> int:
    """Append entry `number` of a stream, or find the identical one; its leaf index.

    When this returns, the entry is committed. `caller` is the server that asks, None for this
    process itself: whoever has the log's database needs nobody's leave.

    Raises:
        Conflict: another entry has that number, or earlier ones are missing.
        Refused: the stream is another server's.
    """
    # Durable, because a proof must never be given for what could be rolled back.
    with transaction.atomic(using=ALIAS, durable=True):
        lock()
        if caller is not None:
            _require_own(stream, caller)
        length = selectors.stream_length(stream)
        if number <= length and (present := selectors.find(stream, number)) is not None:
            return _same(present, entry)
        if number != length + 1:
            raise Conflict(f"The stream has {length} entries; append number {length + 1} next.")
        if caller is not None:
            Stream.objects.get_or_create(id=stream, defaults={"writer": caller})
        return _add(stream, number, entry)


def lock() -> None:
    """Keep all appends out until the transaction ends, so that numbers have no gaps."""
    Lock.objects.get_or_create(id=1)
    Lock.objects.select_for_update().get(id=1)


def _require_own(stream: uuid.UUID, caller: str) -> None:
    """Stream ids stand in every answer. One entry of somebody else's, and its server could never
    append the next, nor release anything, which waits for that."""
    found = Stream.objects.filter(id=stream).first()
    if found is None or found.writer == caller:
        return
    logger.warning("%s was refused the stream %s of %s", caller, stream, found.writer)
    raise Refused("The stream is another server's.", code="foreign-stream")


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
