"""Entries of other nodes' journals that this node could not do: none is lost, each is tried again.

Kept are the kinds without which something stays open that others closed: registrations, states
of members, lists, revocation lists. Of one subject the first entry that failed is enough:
when it succeeds, all that follows is read again. Nobody waits for these, and a node that lies
fills no more than its own share of them (docs/adr/0007).
"""

import logging
from collections.abc import Callable

from django.db.models import QuerySet

from sesphr import clock
from sesphr.ports.errors import Invalid
from sesphr.ports.srs import JournalEntry, SrsNode
from srs.context import Node
from srs.models import Cursor, Unsettled

logger = logging.getLogger("sesphr.srs")

KINDS = ("registration", "membership", "acl", "revocations")
# Subjects of one node, and how many of them are tried after one reading.
MOST = 1000
AT_ONCE = 20
# Seconds between two attempts: doubled each time, up to this.
LONGEST = 600
Apply = Callable[[Node, int, JournalEntry], None]


def keep(node: Node, peer: int, entry: JournalEntry) -> None:
    """Keep an entry that failed for trying again."""
    if entry.kind not in KINDS:
        return
    rows = Unsettled.objects.using(node.alias).filter(peer=peer)
    row = rows.filter(kind=entry.kind, subject=entry.subject).first()
    if row is None:
        if rows.count() >= MOST:
            logger.error("node %s cannot keep what it cannot do of node %s", node.index, peer)
            return
        row = Unsettled(peer=peer, kind=entry.kind, subject=entry.subject, number=entry.number)
    elif entry.number > row.number:
        return
    else:
        row.number, row.tries = entry.number, row.tries + 1
    row.tried = clock.now()
    row.save(using=node.alias)


def done(node: Node, peer: int, entry: JournalEntry) -> None:
    """Note that an entry was done: those before it are no news."""
    if entry.kind in KINDS:
        _of(node, peer, entry).filter(number__lte=entry.number).delete()


def dropped(node: Node, peer: int, entry: JournalEntry) -> None:
    """Note that an entry need not be done: it is void, or `srs.rivals` looks after it."""
    if entry.kind in KINDS:
        _of(node, peer, entry).filter(number=entry.number).delete()


def _of(node: Node, peer: int, entry: JournalEntry) -> QuerySet[Unsettled]:
    rows = Unsettled.objects.using(node.alias)
    return rows.filter(peer=peer, kind=entry.kind, subject=entry.subject)


def forget(node: Node, peer: int) -> None:
    """Forget all of a node whose journal is another one now: it is read from its beginning."""
    Unsettled.objects.using(node.alias).filter(peer=peer).delete()


def again(node: Node, peer: SrsNode, apply: Apply) -> None:
    """Try what is due of a node's; where something succeeds, its journal is read again.

    Raises:
        PortError: it cannot be reached.
    """
    rows = Unsettled.objects.using(node.alias).filter(peer=peer.index)
    due = [row for row in rows.order_by("tried") if _due(row)]
    for row in due[:AT_ONCE]:
        entry = _entry(peer, row)
        if entry is None:
            row.delete(using=node.alias)
            continue
        apply(node, peer.index, entry)
        if not rows.filter(pk=row.pk).exists():
            Cursor.objects.using(node.alias).filter(peer=peer.index).update(number=0)


def _due(row: Unsettled) -> bool:
    since = clock.now() - row.tried
    # Before its last attempt: the clock was set back.
    return since < 0 or since >= min(2 ** min(row.tries, 16), LONGEST)


def _entry(peer: SrsNode, row: Unsettled) -> JournalEntry | None:
    """The entry in the other journal, unless something else stands there."""
    try:
        entries = peer.journal(row.number - 1).entries
    except Invalid:
        return None
    found = entries[0] if entries else None
    if found is None or (found.number, found.kind, found.subject) != (
        row.number, row.kind, row.subject
    ):  # fmt: skip
        return None
    return found
