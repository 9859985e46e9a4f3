"""Removing what nobody needs: what waits for a receipt, rests, or has no row.

A receipt may be lost after the nodes committed. So no document goes for its age alone: the portal
asks the nodes about those that wait, and only what every node says that it never took may go.
"""

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet

from cloudstore import acceptances, blobs, pieces, uploads
from cloudstore.models import Attachment, Document, Piece
from cloudstore.services import ALIAS, attachments_of
from sesphr.crypto import statements

# How long something may wait for the receipt that keeps it.
PATIENCE = 24 * 3600
PAGE = 200


def waiting(*, after: bytes, now: int) -> list[bytes]:
    """Up to PAGE digests beyond `after` of documents to ask the nodes about."""
    rows = _waiting(now).filter(unknown=False, digest__gt=after).order_by("digest")
    return [bytes(digest) for digest in rows.values_list("digest", flat=True)[:PAGE]]


def unknown(*, digests: Sequence[bytes], now: int) -> None:
    """Note that every node knows nothing of these. One that was put again since the question is
    young, and being deposited."""
    _waiting(now).filter(digest__in=digests).update(unknown=True)


def _waiting(now: int) -> QuerySet[Document]:
    return Document.objects.filter(kept=False, stored__lt=now - PATIENCE)


def collect(*, now: int) -> int:
    """Remove documents that are unknown, attachments that no document names, uploads that rest, and
    blobs that no row names, each when it is older than PATIENCE.

    Each deletion asks again, in the same statement, whether the row is still old
    and not kept: one that is being deposited again at this moment stays.
    """
    limit = now - PATIENCE
    removed, _ = _waiting(now).filter(unknown=True).delete()
    needed = _named()
    rows = _stale_attachments(limit).values_list("pk", "stream", "owner", "attachment")
    for pk, stream, *name in list(rows):
        if tuple(name) in needed:
            continue
        with transaction.atomic(using=ALIAS, durable=True):
            gone, _ = _stale_attachments(limit).filter(pk=pk).delete()
            names = pieces.forget(stream) if gone else []
        pieces.remove(names)
        removed += gone
    removed += acceptances.collect(limit=limit)
    return removed + uploads.collect(now=now) + _sweep(limit)


def _named() -> set[tuple[uuid.UUID, uuid.UUID]]:
    """Uploader and id of what documents that wait refer to. A document that comes meanwhile makes
    its attachments young."""
    rows = Document.objects.filter(kept=False).values_list("author", "manifest")
    return {
        (author, uuid.UUID(item["id"]))
        for author, manifest in rows.iterator(chunk_size=20)
        for item in attachments_of(statements.payload_of_unverified(manifest))
    }


def _stale_attachments(limit: int) -> QuerySet[Attachment]:
    return Attachment.objects.filter(kept=False, stored__lt=limit)


def _sweep(limit: int) -> int:
    """Remove old blobs without a row; what else may lie there stays. Names are listed before rows
    are read: a row never comes later than PATIENCE after its blob."""
    removed = 0
    for names in blobs.older_than(limit):
        ours = {name for name in names if blobs.NAME.fullmatch(name)}
        named = set(Piece.objects.filter(blob__in=ours).values_list("blob", flat=True))
        for name in ours - named:
            blobs.remove(name)
            removed += 1
    return removed
