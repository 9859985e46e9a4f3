"""A node's streams at the log: names that outlive its database, and what a restored one lost.

A node that was restored from a backup has fewer events than the log. Their numbers are never
given again: they stand as rows without event and salt, so that a member sees that something is
missing, and what.
"""

import hmac
import uuid

from django.conf import settings
from django.db import transaction

from sesphr.adapters import get_log
from sesphr.crypto.encoding import lp
from sesphr.roles import node_database
from sesphr.secretfiles import secret
from srs.models import Event, Stream

# Streams that this process compared with the log, for each node that asks for it.
_compared: dict[int, set[str]] = {}


def name(index: int, member: str) -> uuid.UUID:
    """The opaque id of a member's stream; from the node's key, so that a new database of the
    same node goes on with the same stream."""
    key = secret(settings.SESPHR_DATA, f"node-{index}-sign")
    octets = hmac.digest(key, lp(b"SeSPHR-v1 stream", member.encode()), "sha256")
    return uuid.UUID(bytes=octets[:16], version=4)


def compare(index: int) -> None:
    """From now on compare each stream of node `index` with the log before its first new event."""
    _compared[index] = set()


def leave(index: int) -> None:
    """Compare no more."""
    _compared.pop(index, None)


def make_good(index: int, stream: Stream) -> None:
    """Bring a locked stream to the log's length; once a process for each stream.

    Raises:
        Unavailable: the log is out of reach, so nobody knows which number is free.
    """
    done = _compared.get(index)
    if done is None or str(stream.stream) in done:
        return
    log, present = get_log(), stream.length
    length = log.stream_length(str(stream.stream))
    for number in range(present + 1, length + 1):
        proof = log.prove(str(stream.stream), number)
        Event.objects.using(node_database(index)).create(
            stream=stream, number=number, event=None, salt=None, entry=bytes(32), index=proof.index
        )
    if length > present:
        stream.length = length
        stream.save(using=node_database(index), update_fields=["length"])
    # Only then: what was made good goes with a transaction that is rolled back.
    transaction.on_commit(lambda: done.add(str(stream.stream)), using=node_database(index))
