"""Reads of the portal, always scoped to who asks."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts import events
from accounts.models import Member
from phr.models import KeyRequest, Proposal
from phr.relay import nodes, seq_of
from sesphr import fanout
from sesphr.adapters import get_log
from sesphr.deployment import get_deployment
from sesphr.ports.errors import IntegrityFailure, NotFound, PortError
from sesphr.ports.srs import EventView, RecordView

# How many requests a list shows that still wait, and how many that were answered.
LISTED = 200
# Seconds that the activity waits for key nodes beyond the first t.
WAIT_FOR_EVENTS = 1.0


@dataclass(frozen=True)
class ActivityStream:
    """A page of one server's events for a member; `length` is what the log itself counts.

    A server that has no event of the member yet has no stream: None, 0, (). So has one that is
    out of reach.
    """

    source: str
    stream: str | None
    length: int
    events: tuple[EventView, ...]
    reachable: bool = True


def records(asker: UUID, owner: UUID | None) -> tuple[RecordView, ...]:
    """Records that the asker owns or may read something of, as enough nodes for an opening say.

    Raises:
        Unavailable: fewer than t nodes answer.
    """
    enough = get_deployment().t
    whose = None if owner is None else str(owner)
    found = fanout.gather(lambda node: node.records(str(asker), whose), enough, 0.0)
    return agreed(str(asker), fanout.require(found, enough, fanout.NOT_NOW), enough)


def agreed(
    asker: str, answers: list[tuple[RecordView, ...]], enough: int
) -> tuple[RecordView, ...]:
    """Own records as the best informed node knows them; of others' the partitions that `enough`
    nodes would open."""
    by_record: dict[str, list[RecordView]] = {}
    for view in chain.from_iterable(answers):
        by_record.setdefault(view.record, []).append(view)
    views = (_agreed(asker, found, enough) for found in by_record.values())
    shown = [view for view in views if view.partitions]
    return tuple(sorted(shown, key=lambda view: (view.date, view.record)))


def _agreed(asker: str, found: list[RecordView], enough: int) -> RecordView:
    newest = max(found, key=lambda view: view.version)
    if newest.owner == asker:
        return newest
    votes = Counter(name for view in found for name in view.partitions)
    # A node that does not know the newest version yet votes for the partitions of the one before.
    names = {name for view in found if view.version == newest.version for name in view.partitions}
    partitions = tuple(sorted(name for name in names if votes[name] >= enough))
    until = {name: end for name, end in newest.until.items() if name in partitions}
    return replace(newest, partitions=partitions, until=until)


def records_seen_by(owner: UUID, member: UUID) -> tuple[RecordView, ...]:
    """The owner's records with the partitions that an opening would give a member now.

    It is the decision of the node that knows the owner's newest list, the same that it makes when
    that member lists records.
    """
    found = fanout.newest(
        lambda node: (seq_of(node.acl(str(owner))), node.records(str(member), str(owner))),
        lambda one: one[0],
    )
    return found[1]


def lists(owner: UUID) -> tuple[str, ...]:
    """All lists of an owner, oldest first, as the best informed node has them."""
    return fanout.newest(lambda node: node.lists(str(owner)), len)


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
    asked = str(member)
    wanted = {f"srs-{node.index}": node for node in nodes()}
    if source is not None:
        wanted = {name: node for name, node in wanted.items() if name == source}
    gathered = fanout.gather(
        lambda node: _page(f"srs-{node.index}", node.stream, node.events, asked, after),
        min(get_deployment().t, len(wanted)),
        WAIT_FOR_EVENTS,
        among=wanted.values(),
    )
    _stop_at_damage(gathered.failures.values())
    found = gathered.answers
    pages = [
        found.get(node.index, ActivityStream(name, None, 0, (), reachable=False))
        for name, node in wanted.items()
    ]
    if source in (None, events.SOURCE):
        portal = events.portal_log()
        views = partial(portal.views, log=get_log())
        pages.append(_page(events.SOURCE, portal.stream, views, asked, after))
    return pages


def _stop_at_damage(failures: Iterable[PortError]) -> None:
    """A log that is not what a server gave it is no server that is away.

    Raises:
        IntegrityFailure: as the server says.
    """
    for failure in failures:
        if isinstance(failure, IntegrityFailure):
            raise failure


def _page(
    source: str, stream_of: Callable[[str], str | None], page: Any, member: str, after: int
) -> ActivityStream:
    stream = stream_of(member)
    if stream is None:
        return ActivityStream(source, None, 0, ())
    # Counted before, so that what is counted is shown.
    length = get_log().stream_length(stream)
    return ActivityStream(source, stream, length, page(member, after=after))
