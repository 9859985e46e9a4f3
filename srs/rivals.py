"""When nodes took different statements at the same place of a chain.

It happens when a write reached too few nodes to be acknowledged and its owner then made another
one: a list, a registration, a version of a record. What enough nodes took, and so may have been
acknowledged, stays, and a node that took something else follows. Where no statement can have been
acknowledged and all nodes took different ones, all take the one that was signed last.
"""

import hashlib
import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from sesphr.crypto import statements
from sesphr.crypto.encoding import b64u_decode, b64u_encode
from sesphr.crypto.errors import CryptoError
from sesphr.ports.errors import Invalid, PortError
from sesphr.ports.srs import JournalEntry, SrsNode
from srs import journal
from srs.context import Node, refusing_bad_input, uuid_of
from srs.formerly import former_keys
from srs.models import Acl, Cursor, Registration, Rival, Version
from srs.services import deposits, lists, membership

logger = logging.getLogger("sesphr.srs")

CHAINS = ("registration", "acl", "deposit")
_NUMBER = {"registration": "seq", "acl": "seq", "deposit": "version"}
_TYPES = {"acl": "sesphr-acl", "deposit": "sesphr-manifest"}
# The member of a statement that an entry with it is about.
_SUBJECT = {
    "registration": "iss", "acl": "iss", "key-request": "iss",
    "deposit": "record", "accept": "record", "deletion": "record",
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A place of a chain, and what a statement puts there: digest (b64u) and time of signing."""

    kind: str
    subject: str
    seq: int
    digest: str
    dated: int


def require_subject(entry: JournalEntry) -> None:
    """Refuse an entry that says it is about something else than its statement is.

    Raises:
        Invalid: it is, or its statement cannot be read.
    """
    if entry.kind in _SUBJECT:
        _payload(entry.kind, entry.subject, entry.statement)


def _payload(kind: str, subject: str, statement: str) -> dict[str, Any]:
    try:
        payload = statements.payload_of_unverified(statement)
    except CryptoError as error:
        raise Invalid("A statement of a journal cannot be read.") from error
    if payload.get(_SUBJECT[kind]) != subject:
        raise Invalid("A statement of a journal is about something else.")
    return payload


def place_of(kind: str, subject: str, statement: str) -> Place:
    """Where a statement stands; Invalid if it cannot be read, or is about something else."""
    payload = _payload(kind, subject, statement)
    try:
        octets = b64u_decode(statement.split(".")[1])
        digest = b64u_encode(hashlib.sha256(octets).digest())
        return Place(kind, subject, int(payload[_NUMBER[kind]]), digest, int(payload["iat"]))
    except (CryptoError, ValueError, KeyError, TypeError, IndexError) as error:
        raise Invalid("A statement of a journal cannot be read.") from error


def _require_signed(node: Node, kind: str, jws: str) -> None:
    """Refuse a statement of a chain that its author did not sign, with a key of now or of then.

    Raises:
        CryptoError, Invalid: it is none, or this node does not know such a key.
    """
    if kind == "registration":
        membership.signed(node, jws)
        return
    member = node.member(statements.payload_of_unverified(jws).get("iss"))
    former = [one.verification for one in former_keys(node.alias, member)]
    key = statements.signer(jws, [*former, bytes(member.verification)])
    statements.verify(
        jws, typ=_TYPES[kind], deployment=node.deployment.id, directory={str(member.id): key}
    )


def _own(node: Node, place: Place) -> str | None:
    """The digest of what this node took there."""
    key = uuid_of(place.subject)
    if place.kind == "acl":
        found = Acl.objects.using(node.alias).filter(owner=key, seq=place.seq)
        return found.values_list("digest", flat=True).first()
    if place.kind == "registration":
        rows = Registration.objects.using(node.alias).filter(member=key, seq=place.seq)
        return rows.values_list("digest", flat=True).first()
    versions = Version.objects.using(node.alias).filter(record=key, version=place.seq)
    return versions.values_list("digest", flat=True).first()


def _of_peer(node: Node, peer: int, kind: str, subject: str) -> QuerySet[Rival]:
    return Rival.objects.using(node.alias).filter(peer=peer, kind=kind, subject=subject)


def noted(node: Node, peer: int, entry: JournalEntry) -> bool:
    """Note that another node took something else than this one; False if it is no such thing."""
    if entry.kind not in CHAINS:
        return False
    try:
        place = place_of(entry.kind, entry.subject, entry.statement)
        own = _own(node, place)
        rows = _of_peer(node, peer, place.kind, place.subject)
        if own is None or own == place.digest:
            # What follows a rival is read again when that is settled.
            return rows.filter(seq__lt=place.seq).exists()
        _require_signed(node, entry.kind, entry.statement)
    except (CryptoError, Invalid):
        return False
    rows.update_or_create(
        peer=peer, kind=place.kind, subject=place.subject, seq=place.seq,
        defaults={"digest": place.digest, "dated": place.dated},
    )  # fmt: skip
    return True


def agreed(node: Node, peer: int, entry: JournalEntry) -> None:
    """Note that another node has at this place what this one has."""
    if entry.kind in CHAINS:
        place = place_of(entry.kind, entry.subject, entry.statement)
        _of_peer(node, peer, place.kind, place.subject).filter(seq=place.seq).delete()


def settle(node: Node, peers: Mapping[int, SrsNode]) -> None:
    """Follow the other nodes wherever what this one took cannot have been acknowledged."""
    rows = Rival.objects.using(node.alias).order_by("kind", "subject", "seq")
    seen: set[tuple[str, str]] = set()
    for row in list(rows):
        if (row.kind, row.subject) not in seen:
            seen.add((row.kind, row.subject))
            first = Place(row.kind, row.subject, row.seq, row.digest, row.dated)
            try:
                _settle(node, peers, first)
            except Exception:
                # Whatever one chain's trouble is, it must not silence the node for all others.
                logger.exception(
                    "node %s cannot settle %s %s of %s",
                    node.index, first.kind, first.seq, first.subject,
                )  # fmt: skip


def _settle(node: Node, peers: Mapping[int, SrsNode], first: Place) -> None:
    rows = Rival.objects.using(node.alias).filter(
        kind=first.kind, subject=first.subject, seq=first.seq
    )
    held = {row.peer: Place(row.kind, row.subject, row.seq, row.digest, row.dated) for row in rows}
    chosen = _chosen(node, first, held)
    if chosen is None:
        return
    # One of those who have it may lie about the rest.
    for peer in (peer for peer, place in held.items() if place.digest == chosen):
        try:
            _follow(node, first, chosen, _chain(peers[peer], first))
        except PortError as error:
            logger.warning("node %s cannot follow node %s: %s", node.index, peer, error)
        else:
            return


def _chosen(node: Node, first: Place, held: Mapping[int, Place]) -> str | None:
    """The digest that this node must take instead of its own; None while its own may stand."""
    n, t = node.deployment.n, node.deployment.t
    counted = Counter(place.digest for place in held.values())
    digest, most = counted.most_common(1)[0]
    if most >= max(t, n - t + 1):
        return digest
    # Of two nodes the other may have acknowledged what this one has, whatever it says now.
    if n == 2 or len(held) < n - 1 or len(counted) < n - 1:
        return None
    latest = max(held.values(), key=lambda one: (one.dated, one.digest))
    own = _dated(node, first)
    return latest.digest if own is None or (latest.dated, latest.digest) > own else None


def _dated(node: Node, first: Place) -> tuple[int, str] | None:
    """When this node's own statement there was signed, and its digest."""
    rows = journal.entries(node, first.kind, first.subject)
    places = (place_of(one.kind, one.subject, one.statement) for one in rows if not one.void)
    return next(((one.dated, one.digest) for one in places if one.seq == first.seq), None)


def _chain(peer: SrsNode, first: Place) -> dict[int, JournalEntry]:
    """All that another node took of a chain, by its number there."""
    found: dict[int, JournalEntry] = {}
    after, head = 0, 1
    while after < head:
        page = peer.journal(after)
        if not page.entries:
            break
        for entry in page.entries:
            if (entry.kind, entry.subject, entry.void) == (first.kind, first.subject, False):
                found[place_of(entry.kind, entry.subject, entry.statement).seq] = entry
        after, head = page.entries[-1].number, page.head
    return dict(sorted(found.items()))


def _follow(node: Node, first: Place, chosen: str, chain: Mapping[int, JournalEntry]) -> None:
    """Undo this node's chain from the place of difference on, and take the other's.

    Raises:
        Invalid: the other's is not what was chosen, or differs before that place; nothing changes.
    """
    entry = chain.get(first.seq)
    if entry is None or place_of(first.kind, first.subject, entry.statement).digest != chosen:
        raise Invalid("Another node's journal has not what it had.")
    with refusing_bad_input():
        _require_signed(node, first.kind, entry.statement)
    _require_same_before(node, first, chain)
    with node.atomic():
        journal.void(node, first.kind, first.subject, first.seq, _NUMBER[first.kind])
        _undo(node, first, chain)
        for seq, one in chain.items():
            if seq >= first.seq:
                _take(node, one)
        if _own(node, first) != chosen:
            raise Invalid("What another node took cannot be taken here.")
        rows = Rival.objects.using(node.alias).filter(kind=first.kind, subject=first.subject)
        rows.filter(digest=chosen).delete()
        # What could not be done for the difference can be done now.
        Cursor.objects.using(node.alias).update(number=0)
    logger.warning(
        "node %s follows the others in %s %s of %s",
        node.index, first.kind, first.seq, first.subject,
    )  # fmt: skip


def _require_same_before(node: Node, first: Place, chain: Mapping[int, JournalEntry]) -> None:
    """Before the difference the other's chain is this node's own: a place that differs there is
    noted, and settled first."""
    for seq, one in chain.items():
        place = place_of(one.kind, one.subject, one.statement)
        if seq < first.seq and _own(node, place) != place.digest:
            raise Invalid("What another node took before is not what was taken here.")


def _undo(node: Node, first: Place, chain: Mapping[int, JournalEntry]) -> None:
    if first.kind == "acl":
        before = [(one.statement, one.deal) for seq, one in chain.items() if seq < first.seq]
        lists.undo(node, first.subject, first.seq, before)
    elif first.kind == "registration":
        membership.undo(node, first.subject, first.seq, chain[first.seq].statement)
    else:
        deposits.undo(node, first.subject, first.seq)


def _take(node: Node, entry: JournalEntry) -> None:
    if entry.kind == "acl":
        lists.set_acl(node, entry.statement, entry.deal, heard=True)
    elif entry.kind == "registration":
        membership.register(node, entry.statement, heard=True)
    else:
        deposits.hear(node, entry)
