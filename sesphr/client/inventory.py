"""Which records an export must have: what the log and HOME know, not what a list shows.

A server can leave a record out of its list, or a partition out of a record. The
owner's own events are in the log, and the manifest is the owner's own signature.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sesphr.client import activity, listing
from sesphr.client.answers.activity import Event
from sesphr.client.answers.records import RecordView
from sesphr.client.errors import ServerError
from sesphr.client.outbox import Outbox
from sesphr.client.session import Session


@dataclass(frozen=True)
class Inventory:
    """The records to export; `waiting` are those whose deposit was not acknowledged yet."""

    views: list[RecordView]
    waiting: list[str]


def complete(session: Session) -> Inventory:
    """One's own records as listed, after checking that the list leaves none out.

    Raises:
        IntegrityError: a record that was deposited, or its newest version, is missing.
    """
    # The events first: what is deposited meanwhile is in the list at most.
    with session.folder.locked(activity.SEEN):
        found = activity.read(session)
    if len({*found.away, *found.lost}) >= session.deployment.t > 1:
        raise ServerError("Too few key nodes can be reached to know what is yours. Try again.")
    views = listing.listed(session, session.me.id)
    waiting = {one.parts["record"] for one in Outbox(session.folder).waiting()}
    known = _deposited(found.events)
    listing.check_none_missing(views, {one: known[one] for one in known.keys() - waiting})
    return Inventory(views, sorted(waiting - {view.record for view in views}))


def _deposited(events: Iterable[Event]) -> dict[str, int]:
    """The newest version of each record that some key node logged."""
    found: dict[str, int] = {}
    for one in events:
        told = one.event
        # What somebody else added is one's own from the acceptance on.
        accepted = told.get("type") == "accepted" and told.get("owner") == told.get("member")
        if told.get("type") == "deposit" or accepted:
            record, version = str(told.get("record")), told.get("version")
            found[record] = max(found.get(record, 0), version if isinstance(version, int) else 1)
    return found
