"""A node's journal: every call that it committed, in the transaction that committed it.

Other nodes read it to catch up (`srs.catching_up`). What was sealed to nodes stands apart in a
row, so that it can be forgotten with the keys that it holds: revoking, departing and erasing
leave nothing here from which a node could make them again.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from sesphr.crypto import statements
from sesphr.crypto.encoding import b64u_decode, b64u_encode, dec, lp
from sesphr.ports.errors import Invalid
from sesphr.ports.srs import Deposit, Heard, JournalEntry, JournalPage, Sealed
from srs.context import Node, uuid_of
from srs.models import Cursor, Delegation, Journal, JournalHead, Share
from srs.models_visits import ConsentSecret

# One answer's bounds; a single entry may be larger than PAGE_OCTETS and comes alone then.
PAGE = 200
PAGE_OCTETS = 4 * 2**20
SealedToAll = Mapping[str, Mapping[str, Sealed]]
# Whose key, of which partition and epoch; nobody's is a share for roles, or the consent secret.
Key = tuple[str | None, str, int]
CONSENT = "consent code"


def append(
    node: Node,
    kind: str,
    subject: str,
    time: int,
    statement: str = "",
    *,
    deal: str | None = None,
    sealed: SealedToAll | None = None,
    facts: Mapping[str, str] | None = None,
) -> None:
    """Add an entry; call last in the transaction of what it speaks of (it takes the journal's
    lock until that ends)."""
    head = _locked(node)
    words = json.dumps(dict(facts or {}), sort_keys=True, separators=(",", ":"))
    head.length += 1
    head.digest = _digest(bytes(head.digest), head.length, kind, subject, time, statement, words)
    Journal.objects.using(node.alias).create(
        number=head.length, kind=kind, subject=subject, time=time, statement=statement,
        facts=words, sealed=_packed(deal, sealed), digest=head.digest,
    )  # fmt: skip
    head.save(using=node.alias, update_fields=["length", "digest"])


def _locked(node: Node) -> JournalHead:
    rows = JournalHead.objects.using(node.alias)
    rows.get_or_create(id=1)
    return rows.select_for_update().get(id=1)


def _digest(before: bytes, number: int, *parts: str | int) -> bytes:
    octets = (dec(one) if isinstance(one, int) else one.encode() for one in parts)
    return hashlib.sha256(lp(before, dec(number), *octets)).digest()


def _packed(deal: str | None, sealed: SealedToAll | None) -> str | None:
    if deal is None and not sealed:
        return None
    found = {
        index: {
            name: [b64u_encode(one.enc), b64u_encode(one.ciphertext)] for name, one in parts.items()
        }
        for index, parts in (sealed or {}).items()
    }
    return json.dumps({"deal": deal, "sealed": found}, separators=(",", ":"))


def _entry(row: Journal) -> JournalEntry:
    kept = json.loads(row.sealed or "{}")
    sealed = {
        index: {
            name: Sealed(b64u_decode(enc), b64u_decode(octets))
            for name, (enc, octets) in parts.items()
        }
        for index, parts in kept.get("sealed", {}).items()
    }
    return JournalEntry(
        number=row.number, kind=row.kind, subject=row.subject, time=row.time,
        statement=row.statement, deal=kept.get("deal"), sealed=sealed, facts=json.loads(row.facts),
        void=row.void,
    )  # fmt: skip


def page(node: Node, after: int) -> JournalPage:
    """What follows entry `after`, oldest first, within the bounds of one answer.

    Raises:
        Invalid: there is no entry `after`.
    """
    present = JournalHead.objects.using(node.alias).first() or JournalHead(id=1)
    length = present.length
    if not 0 <= after <= length:
        raise Invalid(f"This journal has {length} entries.")
    if after == length:
        # What is asked every second: nothing is new.
        digest = bytes(present.digest)
        return JournalPage((), length, digest, digest, present.life, _heard(node))
    mark = _mark(node, after)
    rows = _bounded(
        Journal.objects.using(node.alias)
        .filter(number__gt=after, number__lte=length)
        .order_by("number")[:PAGE]
    )
    end = bytes(rows[-1].digest) if rows else mark
    entries = tuple(_entry(row) for row in rows)
    return JournalPage(entries, length, mark, end, present.life, _heard(node))


def _heard(node: Node) -> dict[str, Heard]:
    rows = Cursor.objects.using(node.alias).values_list("peer", "life", "furthest")
    return {str(peer): Heard(life, furthest) for peer, life, furthest in rows}


def _mark(node: Node, number: int) -> bytes:
    return bytes(Journal.objects.using(node.alias).get(number=number).digest) if number else b""


def _bounded(rows: Iterable[Journal]) -> list[Journal]:
    taken: list[Journal] = []
    octets = 0
    for row in rows:
        octets += len(row.statement) + len(row.sealed or "")
        if taken and octets > PAGE_OCTETS:
            break
        taken.append(row)
    return taken


def sealed_to_all(node: Node, sent: Deposit) -> SealedToAll:
    """What was sealed to every node, this one's own included if there is something."""
    return {**sent.others, **({str(node.index): sent.sealed} if sent.sealed else {})}


def forget_deals(node: Node, owners: Iterable[str]) -> None:
    """Forget what was dealt to nodes with lists of these owners, of which no key is held any more;
    call in the transaction that forgets the keys."""
    for owner in owners:
        held = _held(node, owner)
        rows = Journal.objects.using(node.alias).filter(
            kind="acl", subject=owner, sealed__isnull=False
        )
        gone = [row.pk for row in rows if not _dealt(row) & held]
        rows.filter(pk__in=gone).update(sealed=None)


def _held(node: Node, owner: str) -> set[Key]:
    rows = Delegation.objects.using(node.alias).filter(owner=uuid_of(owner))
    found: set[Key] = {
        (str(user), partition, epoch)
        for user, partition, epoch in rows.values_list("user_id", "partition", "epoch")
    }
    shares = Share.objects.using(node.alias).filter(owner=uuid_of(owner))
    found |= {(None, *one) for one in shares.values_list("partition", "epoch")}
    secrets = ConsentSecret.objects.using(node.alias).filter(owner=uuid_of(owner))
    return found | ({(None, CONSENT, 0)} if secrets.exists() else set())


def _dealt(row: Journal) -> set[Key]:
    payload: dict[str, Any] = statements.payload_of_unverified(json.loads(row.sealed or "")["deal"])
    found: set[Key] = {(one["member"], one["partition"], one["epoch"]) for one in payload["deals"]}
    found |= {(None, one["partition"], one["epoch"]) for one in payload["standing"]}
    return found | ({(None, CONSENT, 0)} if payload.get("consent") else set())


def forget_parameters(node: Node, record: str) -> None:
    """Forget what was sealed to nodes of a record's versions; call in the transaction that
    forgets its parameters."""
    rows = Journal.objects.using(node.alias).filter(kind="deposit", subject=record)
    rows.exclude(sealed=None).update(sealed=None)


def entries(node: Node, kind: str, subject: str) -> list[JournalEntry]:
    """All entries of one chain, oldest first."""
    rows = Journal.objects.using(node.alias).filter(kind=kind, subject=subject)
    return [_entry(row) for row in rows.order_by("number")]


def first_time(node: Node, kind: str, subject: str, version: int | None = None) -> int | None:
    """The time of this node's first entry about a subject, or about a version of it, that has one."""
    rows = Journal.objects.using(node.alias).filter(
        kind=kind, subject=subject, void=False, time__gt=0
    )
    for row in rows.order_by("number").iterator(chunk_size=PAGE):
        payload = {} if version is None else statements.payload_of_unverified(row.statement)
        if payload.get("version") == version:
            return row.time
    return None


def void(node: Node, kind: str, subject: str, seq: int, member: str) -> None:
    """Make a chain's entries from `seq` on void, whose number is the payload's `member`."""
    rows = Journal.objects.using(node.alias).filter(kind=kind, subject=subject, void=False)
    gone = [
        row.pk for row in rows if statements.payload_of_unverified(row.statement)[member] >= seq
    ]
    rows.filter(pk__in=gone).update(void=True, sealed=None)
