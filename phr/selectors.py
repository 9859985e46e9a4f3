"""Reads of the portal, always scoped to who asks."""

from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts import events
from accounts.models import Member
from phr.models import KeyRequest, Proposal
from phr.relay import nodes
from sesphr.adapters import get_log
from sesphr.ports.errors import NotFound
from sesphr.ports.srs import EventView, RecordView

# How many requests a list shows that still wait, and how many that were answered.
LISTED = 200


@dataclass(frozen=True)
class ActivityStream:
    """A page of one server's events for a member; `length` is what the log itself counts.

    A server that has no event of the member yet has no stream: None, 0, ().
    """

    source: str
    stream: str | None
    length: int
    events: tuple[EventView, ...]


def records(asker: UUID, owner: UUID | None) -> tuple[RecordView, ...]:
    """Records that the asker owns or may read something of, as the first node decides."""
    return nodes()[0].records(str(asker), None if owner is None else str(owner))


def records_seen_by(owner: UUID, member: UUID) -> tuple[RecordView, ...]:
    """The owner's records with the partitions that an opening would give a member now.

    It is the first node's own decision, the same that it makes when that member lists records.
    """
    return nodes()[0].records(str(member), str(owner))


def names(members: set[str]) -> dict[str, str]:
    """Display names by member id."""
    rows = Member.objects.filter(id__in=members).values_list("id", "name")
    return {str(member): name for member, name in rows}


def incoming(member: UUID) -> list[KeyRequest]:
    """Requests that wait for this owner or that they answered, newest first; 200 of each."""
    return _listed(KeyRequest.objects.filter(owner=member))


def outgoing(member: UUID) -> list[KeyRequest]:
    """Requests that this member made, newest first; 200 that wait, 200 that were answered."""
    return _listed(KeyRequest.objects.filter(asker=member))


def _listed(requests: QuerySet[KeyRequest]) -> list[KeyRequest]:
    newest, pending = requests.order_by("-asked", "id"), Q(state=KeyRequest.State.PENDING)
    found = [*newest.filter(pending)[:LISTED], *newest.exclude(pending)[:LISTED]]
    return sorted(found, key=lambda request: (-request.asked, request.id.hex))


def waiting_for(owner: UUID) -> int:
    """How many requests wait for this owner's answer."""
    return KeyRequest.objects.filter(owner=owner, state=KeyRequest.State.PENDING).count()


def waiting_of(asker: UUID) -> int:
    """How many of this member's requests wait for an answer."""
    return KeyRequest.objects.filter(asker=asker, state=KeyRequest.State.PENDING).count()


def request_to(owner: UUID, request: UUID) -> KeyRequest:
    """A request to this owner.

    Raises:
        NotFound: there is none of this id to this owner.
    """
    found = KeyRequest.objects.filter(owner=owner, id=request).first()
    if found is None:
        raise NotFound("There is no such request to you.")
    return found


def askers(requests: list[KeyRequest]) -> dict[str, Member]:
    """Who made these requests, by id."""
    return members({str(request.asker) for request in requests})


def members(ids: set[str]) -> dict[str, Member]:
    """Members by id."""
    return {str(member.id): member for member in Member.objects.filter(id__in=ids)}


def offered_by(author: UUID) -> list[Proposal]:
    """What this member added to others' records, newest first; 200 that wait, 200 answered."""
    rows = Proposal.objects.filter(author=author).order_by("-offered", "record")
    pending = Q(state=Proposal.State.PENDING)
    found = [*rows.filter(pending)[:LISTED], *rows.exclude(pending)[:LISTED]]
    return sorted(found, key=lambda one: (-one.offered, one.record.hex))


def activity(member: UUID, source: str | None, after: int) -> list[ActivityStream]:
    """The member's events of every server, or a further page of one server's."""
    found: list[tuple[str, Any, Any]] = [
        (f"srs-{node.index}", node.stream, node.events) for node in nodes()
    ]
    portal, log = events.portal_log(), get_log()
    found.append((events.SOURCE, portal.stream, partial(portal.views, log=log)))
    pages = []
    for name, stream_of, page in found:
        if source in (None, name):
            stream = stream_of(str(member))
            known = stream is not None
            length = log.stream_length(stream) if known else 0
            views = page(str(member), after=after) if known else ()
            pages.append(ActivityStream(name, stream, length, views))
    return pages
