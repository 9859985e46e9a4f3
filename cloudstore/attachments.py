"""Attachments that are stored whole: put in one go, or found again."""

import uuid
from collections.abc import Iterable

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Sum

from cloudstore import blobs
from cloudstore.chunks import root_of
from cloudstore.models import Attachment, Piece, Upload
from sesphr import clock
from sesphr.ports.cloudstore import StoredAttachment
from sesphr.ports.errors import Conflict, Refused, Unavailable
from sesphr.roles import database_of

ALIAS = database_of("cloudstore")


def put(*, owner: uuid.UUID, attachment: uuid.UUID, chunks: Iterable[bytes]) -> StoredAttachment:
    """Store a cipher stream, or find the identical one; see the port."""
    with blobs.draft(chunks, settings.SESPHR_MAX_WHOLE) as stream:
        root = root_of(stream.leaves)
        if not renew(owner, attachment, stream.size, root):
            check_room(owner, stream.size)
            _add(owner, attachment, stream, root)
        return StoredAttachment(str(attachment), stream.size, root)


def check_room(owner: uuid.UUID, more: int) -> None:
    """Demand that `more` octets of an owner may wait here besides what no deposit keeps yet.

    Raises:
        Refused: that would be too much.
    """
    arriving = Upload.objects.filter(owner=owner).aggregate(octets=Sum("received"))
    loose = Attachment.objects.filter(owner=owner, kept=False).aggregate(octets=Sum("size"))
    if (arriving["octets"] or 0) + (loose["octets"] or 0) + more > settings.SESPHR_MAX_WAITING:
        raise Refused(
            "Too much waits to be deposited: deposit what is there, or wait a day.",
            code="too-many-uploads",
        )


def renew(owner: uuid.UUID, attachment: uuid.UUID, size: int, root: bytes) -> bool:
    """Begin the wait of an identical attachment anew; False when there is none, Conflict for another."""
    stored = Attachment.objects.filter(owner=owner, attachment=attachment)
    if stored.filter(size=size, root=root).update(stored=clock.now()):
        return True
    found = stored.first()
    if found is None:
        return False
    if (found.size, found.root) != (size, root):
        raise Conflict("Another attachment is stored under this id.")
    # The identical one came between the two questions; its wait has just begun.
    return True


def _add(owner: uuid.UUID, attachment: uuid.UUID, draft: blobs.Draft, root: bytes) -> None:
    name, stream = blobs.save(draft.file), uuid.uuid4()
    try:
        with transaction.atomic(using=ALIAS):
            Piece.objects.create(
                stream=stream, first=0, size=draft.size, blob=name, leaves=draft.leaves
            )
            Attachment.objects.create(
                owner=owner,
                attachment=attachment,
                size=draft.size,
                root=root,
                stream=stream,
                stored=clock.now(),
            )
    except IntegrityError:
        # Somebody stored under this id in the meantime; theirs is the one.
        blobs.remove(name)
        if not renew(owner, attachment, draft.size, root):
            raise Unavailable("The attachment could not be stored; send it again.") from None
