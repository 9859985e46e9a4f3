"""Events that a server decided and owes to the log, gap-free per member.

A server keeps event and salt (erasable) and sends only the salted commitment
to the log. Each member has one opaque stream per server, so that the log
cannot tell whose entries it counts. An event is committed together with what
it speaks of; `publish` then appends whatever the log does not have yet, in
order, so a crash between the two is healed by the next call.
"""

import json
import secrets
import uuid
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.db import models, transaction

from sesphr import clock
from sesphr.crypto import log as logformat
from sesphr.crypto.encoding import canonical_json
from sesphr.ports.audit import Entry, Log, LogProof
from sesphr.ports.errors import IntegrityFailure, NotFound
from sesphr.ports.srs import EventView

PAGE = 500


class AbstractStream(models.Model):
    """A member's stream at this server; the row is the lock that keeps numbers gap-free."""

    member = models.UUIDField(unique=True)
    stream = models.UUIDField(unique=True, default=uuid.uuid4)
    length = models.PositiveBigIntegerField(default=0)

    class Meta:
        abstract = True


class AbstractEvent(models.Model):
    """An event as committed: canonical JSON, 32 octets of salt, the log's index once known."""

    stream_id: int
    number = models.PositiveBigIntegerField()
    event = models.TextField(null=True)
    salt = models.BinaryField(max_length=32, null=True)
    entry = models.BinaryField(max_length=32)
    index = models.PositiveBigIntegerField(null=True)

    class Meta:
        abstract = True


S = TypeVar("S", bound=AbstractStream)
E = TypeVar("E", bound=AbstractEvent)


class EventLog(Generic[S, E]):
    """Writes and publishes the events of one server, in one database."""

    def __init__(
        self,
        streams: type[S],
        events: type[E],
        alias: str,
        source: str,
        deployment: str,
        *,
        name: Callable[[str], uuid.UUID] | None = None,
        before: Callable[[S], None] | None = None,
    ) -> None:
        """`name` gives a member's new stream its id (random without); `before` is called with a
        locked stream before an event is added to it."""
        self._streams, self._events, self._alias = streams, events, alias
        self._source, self._deployment = source, deployment
        self._name, self._before = name or (lambda member: uuid.uuid4()), before

    def record(self, member: str, kind: str, **details: Any) -> E:
        """Commit an event of `kind` in the member's stream; call inside the transaction
        of what it speaks of (it takes the stream's lock until that ends)."""
        stream = self._locked(member)
        stream.length += 1
        stream.save(using=self._alias, update_fields=["length"])
        event = {
            "deployment": self._deployment, "source": self._source, "member": member,
            "number": stream.length, "type": kind, "time": clock.now(), **details,
        }  # fmt: skip
        salt, octets = secrets.token_bytes(32), canonical_json(event)
        return self._events._base_manager.using(self._alias).create(
            stream=stream,
            number=stream.length,
            event=octets.decode(),
            salt=salt,
            entry=logformat.entry_of(salt, octets),
        )

    def _locked(self, member: str) -> S:
        manager = self._streams._base_manager.using(self._alias)
        stream = manager.select_for_update().filter(member=member).first()
        if stream is None:
            manager.get_or_create(member=member, defaults={"stream": self._name(member)})
            stream = manager.select_for_update().get(member=member)
        if self._before is not None:
            self._before(stream)
        return stream

    def publish(self, member: str, log: Log) -> list[tuple[E, LogProof]]:
        """Append what the log lacks of a member's stream, oldest first; each event (without its
        text and salt) with its proof.

        Raises:
            PortError: the log is out of reach or holds something else; what was
                appended so far stays appended.
        """
        return [(row, self._append(row, log)) for row in self._unpublished(member)]

    def _append(self, row: E, log: Log) -> LogProof:
        proof = log.append(Entry(str(row.stream.stream), row.number, bytes(row.entry)))  # type: ignore[attr-defined]
        self._rows().filter(pk=row.pk).update(index=proof.index)
        return proof

    def _rows(self) -> models.QuerySet[E]:
        return self._events._base_manager.using(self._alias)

    def _unpublished(self, member: str) -> list[E]:
        rows = self._rows().select_related("stream").filter(stream__member=member, index=None)
        return list(rows.defer("event", "salt").order_by("number"))

    def owing(self) -> list[str]:
        """Members with events that the log does not have yet."""
        found = self._rows().filter(index=None).values_list("stream__member", flat=True).distinct()
        return [str(member) for member in found]

    def stream(self, member: str) -> str | None:
        """The member's stream as the log knows it; None before the first event."""
        found = self._streams._base_manager.using(self._alias).filter(member=member).first()
        return None if found is None else str(found.stream)

    def views(self, member: str, log: Log, after: int = 0) -> tuple[EventView, ...]:
        """Up to PAGE events numbered above `after`, oldest first, each with the log's
        proof where it has one."""
        rows = self._rows().select_related("stream").filter(stream__member=member, number__gt=after)
        return tuple(
            EventView(
                stream=str(row.stream.stream),  # type: ignore[attr-defined]
                number=row.number,
                event=json.loads(row.event) if row.event else {},
                salt=bytes(row.salt or b""),
                proof=None if row.index is None else self.prove(row, log),
            )
            for row in rows.order_by("number")[:PAGE]
        )

    def prove(self, row: E, log: Log) -> LogProof:
        """The log's proof of an event that it has taken.

        Raises:
            IntegrityFailure: the log does not have it any more.
        """
        try:
            return log.prove(str(row.stream.stream), row.number)  # type: ignore[attr-defined]
        except NotFound:
            raise IntegrityFailure("The log lacks an event that it had taken.") from None

    def atomic(self) -> Any:
        """The transaction that an event and what it speaks of share."""
        return transaction.atomic(using=self._alias)
