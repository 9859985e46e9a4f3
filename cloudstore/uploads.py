"""Attachments that arrive piece by piece, and go on after any interruption.

What has arrived is what the row says. A piece's blob comes before the one transaction
that names it and moves the row on, if the row still stands where the piece begins: of
two writers at one place one wins, and a crash leaves the row as it was before or after,
and at worst a blob without a row, which `collect` sweeps. Chunks are hashed as they
come, so finishing reads nothing again and copies nothing.
"""

import uuid

from django.conf import settings
from django.db import IntegrityError, transaction

from cloudstore import blobs, pieces
from cloudstore.attachments import check_room, renew
from cloudstore.chunks import CHUNK, check_length, leaves_of, root_of
from cloudstore.models import Attachment, Piece, Upload
from sesphr import clock
from sesphr.ports.cloudstore import StoredAttachment
from sesphr.ports.errors import Invalid, OutOfStep, Refused, Unavailable
from sesphr.roles import database_of

ALIAS = database_of("cloudstore")
# How long an upload may rest before it is thrown away.
PATIENCE = 3 * 24 * 3600
MAX_PIECES = 4096


def received(*, owner: uuid.UUID, attachment: uuid.UUID) -> int:
    """How many octets of an attachment are here; all of them once it is finished."""
    # In this order: what is finished in between is then found whole.
    upload = _row(owner, attachment)
    whole = Attachment.objects.filter(owner=owner, attachment=attachment).first()
    if whole is not None:
        return whole.size
    return 0 if upload is None else upload.received


def append(
    *, owner: uuid.UUID, attachment: uuid.UUID, offset: int, octets: bytes, total: int | None = None
) -> int:
    """Add what follows the first `offset` octets; see the port."""
    _check_total(total, offset + len(octets))
    upload = _standing_at(owner, attachment, offset)
    _check_room(upload, len(octets))
    said = {} if total is None else {"announced": total}
    whole, tail = _cut(bytes(upload.tail), octets)
    name = blobs.save(whole) if whole else None
    with transaction.atomic(using=ALIAS, durable=True):
        moved = Upload.objects.filter(pk=upload.pk, received=offset).update(
            received=offset + len(octets), tail=tail, touched=clock.now(), **said
        )
        if moved and name is not None:
            _add_piece(upload, name, whole)
    if moved:
        return offset + len(octets)
    if name is not None:
        blobs.remove(name)
    raise _out_of_step(owner, attachment)


def _cut(tail: bytes, octets: bytes) -> tuple[bytes, bytes]:
    """The whole chunks of what was left before and what comes now, and what is left then."""
    size = (len(tail) + len(octets)) // CHUNK * CHUNK
    if not size:
        return b"", tail + octets
    # The tail is shorter than a chunk. No copy of it all besides the one that is given.
    end = size - len(tail)
    return b"".join((tail, memoryview(octets)[:end])), octets[end:]


def _row(owner: uuid.UUID, attachment: uuid.UUID) -> Upload | None:
    return Upload.objects.filter(owner=owner, attachment=attachment).first()


def _out_of_step(owner: uuid.UUID, attachment: uuid.UUID) -> OutOfStep:
    there = received(owner=owner, attachment=attachment)
    return OutOfStep(f"{there} octets of this attachment are here; go on from there.", there)


def _standing_at(owner: uuid.UUID, attachment: uuid.UUID, offset: int) -> Upload:
    """The upload, begun now if need be, which has exactly `offset` octets."""
    if offset != received(owner=owner, attachment=attachment):
        raise _out_of_step(owner, attachment)
    upload = _row(owner, attachment) or _begin(owner, attachment)
    if offset != upload.received:
        raise _out_of_step(owner, attachment)
    return upload


def _begin(owner: uuid.UUID, attachment: uuid.UUID) -> Upload:
    if Upload.objects.filter(owner=owner).count() >= settings.SESPHR_MAX_UPLOADS:
        raise Refused(
            "Too many uploads are under way: finish one, or wait.", code="too-many-uploads"
        )
    now = clock.now()
    begun = {"stream": uuid.uuid4(), "begun": now, "touched": now}
    return Upload.objects.get_or_create(owner=owner, attachment=attachment, defaults=begun)[0]


def _check_total(total: int | None, there: int) -> None:
    """Refuse an upload before its first octets are kept when its last ones would be refused."""
    limit = settings.SESPHR_MAX_ATTACHMENT
    if total is not None and total > limit:
        raise Invalid(f"An attachment may have at most {limit} octets.", code="too-large")
    if total is not None and total < there:
        raise Invalid("This is more than was announced.")


def _check_room(upload: Upload, more: int) -> None:
    """Demand that the attachment, and all that waits of this owner, stays within its bounds."""
    limit = settings.SESPHR_MAX_ATTACHMENT
    if more == 0:
        raise Invalid("There is nothing in this piece.")
    if upload.received + more > limit:
        raise Invalid(f"An attachment may have at most {limit} octets.", code="too-large")
    if pieces.of(upload.stream).count() >= MAX_PIECES:
        raise Invalid(f"An attachment may come in at most {MAX_PIECES} pieces: send larger ones.")
    check_room(upload.owner, more)


def _add_piece(upload: Upload, name: str, octets: bytes) -> None:
    """Name a blob whose octets follow those of the pieces, which `upload` still counts as before."""
    first = (upload.received - len(upload.tail)) // CHUNK
    Piece.objects.create(
        stream=upload.stream, first=first, size=len(octets), blob=name, leaves=leaves_of(octets)
    )


def finish(*, owner: uuid.UUID, attachment: uuid.UUID, size: int, root: bytes) -> StoredAttachment:
    """Make what arrived the attachment, if it is of this size and root; see the port."""
    answer = StoredAttachment(str(attachment), size, root)
    if renew(owner, attachment, size, root):
        # It may have been sent whole while pieces of it lay here.
        discard(owner=owner, attachment=attachment)
        return answer
    upload = _row(owner, attachment)
    if upload is None or upload.received != size:
        raise _out_of_step(owner, attachment)
    _check(upload, size, root)
    if not _turned(upload, size, root) and not renew(owner, attachment, size, root):
        raise Unavailable("The attachment could not be stored; send it again.")
    return answer


def _check(upload: Upload, size: int, root: bytes) -> None:
    check_length(size)
    leaves = [bytes(one) for one in pieces.of(upload.stream).values_list("leaves", flat=True)]
    if root_of(b"".join(leaves) + leaves_of(bytes(upload.tail))) != root:
        raise Invalid("What arrived is not what was announced.", code="other-octets")


def _turned(upload: Upload, size: int, root: bytes) -> bool:
    """Turn an upload into an attachment; False when something else happened to it meanwhile."""
    tail = bytes(upload.tail)
    name = blobs.save(tail) if tail else None
    try:
        with transaction.atomic(using=ALIAS, durable=True):
            gone, _ = Upload.objects.filter(pk=upload.pk, received=size).delete()
            if gone:
                if name is not None:
                    _add_piece(upload, name, tail)
                _add_attachment(upload, size, root)
    except IntegrityError:
        gone = 0
    if not gone and name is not None:
        blobs.remove(name)
    return bool(gone)


def _add_attachment(upload: Upload, size: int, root: bytes) -> None:
    Attachment.objects.create(
        owner=upload.owner,
        attachment=upload.attachment,
        size=size,
        root=root,
        stream=upload.stream,
        stored=clock.now(),
    )


def discard(*, owner: uuid.UUID, attachment: uuid.UUID) -> None:
    """Throw away what arrived and is not finished; nothing there is fine."""
    upload = _row(owner, attachment)
    if upload is not None:
        _drop(upload.pk, upload.stream, touched_before=None)


def _drop(pk: int, stream: uuid.UUID, *, touched_before: int | None) -> bool:
    """Remove an upload with its pieces, unless it was finished or went on; whether it was."""
    with transaction.atomic(using=ALIAS, durable=True):
        rows = Upload.objects.filter(pk=pk)
        if touched_before is not None:
            rows = rows.filter(touched__lt=touched_before)
        gone, _ = rows.delete()
        names = pieces.forget(stream) if gone else []
    pieces.remove(names)
    return bool(gone)


def collect(*, now: int) -> int:
    """Remove uploads that rested longer than PATIENCE; how many."""
    limit = now - PATIENCE
    stale = list(Upload.objects.filter(touched__lt=limit).values_list("pk", "stream"))
    return sum(_drop(pk, stream, touched_before=limit) for pk, stream in stale)
