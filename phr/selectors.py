"""Reads of the portal, always scoped to who asks."""

from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from accounts import events
from accounts.models import Member
from phr.models import KeyRequest
from phr.relay import nodes
from sesphr.adapters import get_log
from sesphr.ports.srs import EventView, RecordView


@dataclass(frozen=True)
class ActivityStream:
    """A page of one server's events for a member; `length` is what the log itself counts."""

    source: str
    stream: str
    length: int
    events: tuple[EventView, ...]


def records(asker: UUID, owner: UUID | None) -> tuple[RecordView, ...]:
    """Records that the asker owns or may read something of, as the first node decides."""
    return nodes()[0].records(str(asker), None if owner is None else str(owner))


def names(members: set[str]) -> dict[str, str]:
    """Display names by member id."""
    rows = Member.objects.filter(id__in=members).values_list("id", "name")
    return {str(member): name for member, name in rows}


def incoming(member: UUID) -> list[KeyRequest]:
    """Requests that wait for this owner or that they answered, newest first."""
    return list(KeyRequest.objects.filter(owner=member).order_by("-asked", "id"))


def outgoing(member: UUID) -> list[KeyRequest]:
    """Requests that this member made, newest first."""
    return list(KeyRequest.objects.filter(asker=member).order_by("-asked", "id"))


def askers(requests: list[KeyRequest]) -> dict[str, Member]:
    """Who made these requests, by id."""
    rows = Member.objects.filter(id__in={request.asker for request in requests})
    return {str(member.id): member for member in rows}


def activity(member: UUID, source: str | None, after: int) -> list[ActivityStream]:
    """The member's events of every server, or a further page of one server's."""
    found: list[tuple[str, Any, Any]] = [
        (f"srs-{node.index}", node.stream, node.events) for node in nodes()
    ]
    portal, log = events.portal_log(), get_log()
    found.append((events.SOURCE, portal.stream, partial(portal.views, log=log)))
    pages = []
    for name, stream_of, page in found:
        stream = stream_of(str(member)) if source in (None, name) else None
        if stream is not None:
            pages.append(
                ActivityStream(
                    name, stream, log.stream_length(stream), page(str(member), after=after)
                )
            )
    return pages
