"""Reads of the cloud: what a grant opens, compared with the signed manifest every time."""

import hashlib
import logging
import uuid
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from cloudstore import acceptances, pieces, reading
from cloudstore.models import AclSeq, Attachment, Document
from cloudstore.shelf import Authors, Shelf
from cloudstore.tickets import Grant, Request
from sesphr.crypto import document as shell
from sesphr.crypto import statements
from sesphr.crypto.encoding import b64u_decode
from sesphr.crypto.errors import CryptoError
from sesphr.ports.cloudstore import AttachmentOctets, CloudObject, Span
from sesphr.ports.errors import IntegrityFailure, Invalid, OutOfRange, Refused

logger = logging.getLogger(__name__)

# One answer is held in memory; a member who wants more asks again.
MAX_ANSWER = 128 * 2**20


def highest(owners: set[str]) -> dict[str, int]:
    """The highest ACL number known for each of these owners; one without is left out."""
    rows = AclSeq.objects.filter(owner__in=[uuid.UUID(owner) for owner in owners])
    return {str(owner): seq for owner, seq in rows.values_list("owner", "seq")}


def open_objects(grants: list[Grant], request: Request, deployment: str) -> tuple[CloudObject, ...]:
    """What the grants open, in their order.

    Raises:
        Refused: a grant goes beyond the request, or the document was erased.
        Invalid: it is more than one answer may hold.
        IntegrityFailure: a document is missing or is not its manifest's.
    """
    given: list[CloudObject] = []
    room = MAX_ANSWER
    shelf, authors = Shelf(grants), Authors()
    rows = [_granted_row(shelf, grant, request) for grant in grants]
    accepts = acceptances.of({row.digest for row in rows if row.author != row.owner})
    for grant, row, octets in zip(grants, rows, shelf.octets(rows), strict=True):
        opened = _opened(
            grant, row, octets, _manifest(row, authors, deployment), accepts.get(row.digest)
        )
        room -= len(opened.document or b"") + sum(map(len, opened.partitions.values()))
        if room < 0:
            raise Invalid(
                "That is too much for one answer: ask for fewer records.", code="too-large"
            )
        given.append(opened)
    return tuple(given)


def _opened(
    grant: Grant, row: Document, octets: bytes, payload: Mapping[str, Any], accept: str | None
) -> CloudObject:
    parts = _parts(row, octets, payload)
    if grant.whole:
        return CloudObject(row.digest, row.manifest, octets, {}, accept)
    missing = grant.partitions - parts.keys()
    if missing:
        raise Refused(
            "A ticket names a partition that the record does not have.", code="foreign-ticket"
        )
    allowed = {name: parts[name].cipher_octets for name in sorted(grant.partitions)}
    return CloudObject(row.digest, row.manifest, None, allowed, accept)


def _granted_row(shelf: Shelf, grant: Grant, request: Request) -> Document:
    """The document of a grant, which must stay within what was asked.

    The nodes decide; this only refuses what an honest node would never sign.
    """
    if shelf.is_erased(grant.manifest):
        raise Refused("This document was erased.", code="erased")
    row = shelf.get(grant.manifest)
    if row is None:
        _fail(grant.manifest, "the document is missing")
    foreign = grant.owner != str(row.owner) or (grant.whole and request.asker != grant.owner)
    asked = request.asked.get(str(row.record))
    if foreign or asked is None or not (grant.whole or grant.partitions <= asked):
        raise Refused("A ticket goes beyond what the request asks.", code="foreign-ticket")
    return row


def _manifest(row: Document, authors: Authors, deployment: str) -> Mapping[str, Any]:
    """The payload of a stored manifest, verified again."""
    try:
        directory = authors.directory_of(row.manifest)
        verified = statements.verify(
            row.manifest, typ="sesphr-manifest", deployment=deployment, directory=directory
        )
    except CryptoError:
        _fail(row.digest, "the manifest was changed")
    if verified.digest != row.digest:
        _fail(row.digest, "the manifest is another one")
    return verified.payload


def _parts(
    row: Document, octets: bytes, payload: Mapping[str, Any]
) -> Mapping[str, shell.EncryptedPart]:
    if hashlib.sha256(octets).digest() != row.octets:
        _fail(row.digest, "the document was changed")
    try:
        return shell.parse_document(octets, payload)
    except CryptoError:
        _fail(row.digest, "the document was changed")


def open_attachment(
    grants: list[Grant], request: Request, attachment: uuid.UUID, span: Span, deployment: str
) -> AttachmentOctets:
    """The checked cipher octets of an attachment of a partition that a grant opens.

    Raises:
        Refused: no grant covers it. IntegrityFailure: it is missing or changed.
        OutOfRange: it has nothing of that span.
    """
    shelf, authors = Shelf(grants), Authors()
    for grant in grants:
        row = _granted_row(shelf, grant, request)
        payload = _manifest(row, authors, deployment)
        named = _named(payload, grant, str(attachment))
        if named is not None:
            return _stream(row, attachment, named, span)
    raise Refused("No ticket covers this attachment.", code="too-few-tickets")


def _named(payload: Mapping[str, Any], grant: Grant, attachment: str) -> Mapping[str, Any] | None:
    """How a manifest describes an attachment of one of the granted partitions."""
    for name, partition in payload["partitions"].items():
        if grant.whole or name in grant.partitions:
            for item in partition["attachments"]:
                if item["id"] == attachment:
                    found: Mapping[str, Any] = item
                    return found
    return None


def _stream(
    row: Document, attachment: uuid.UUID, named: Mapping[str, Any], span: Span
) -> AttachmentOctets:
    size, root = named["size"], b64u_decode(named["root"], 32)
    first, last = _resolved(span, size)
    stored = Attachment.objects.filter(owner=row.author, attachment=attachment).first()
    if stored is None:
        _fail(row.digest, "an attachment is missing")
    found = list(pieces.of(stored.stream))
    try:
        chunks = reading.octets(found, size, root, first, last)
    except IntegrityFailure as failure:
        _fail(row.digest, str(failure))
    return AttachmentOctets(size, first, last, _watched(row.digest, chunks))


def _resolved(span: Span, size: int) -> tuple[int, int]:
    """First and last octet of a span of something of `size` octets."""
    first, last = span.first, span.last
    if first is None:
        first, last = max(0, size - (last or 0)), None
    last = size - 1 if last is None else min(last, size - 1)
    if not 0 <= first <= last:
        raise OutOfRange(f"The attachment has {size} octets, and none of these.", size)
    return first, last


def _watched(digest: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from chunks
    except IntegrityFailure as failure:
        _fail(digest, str(failure))


def _fail(digest: bytes, what: str) -> NoReturn:
    """Log an integrity incident under the manifest's name, then raise it."""
    logger.error("integrity failure: manifest %s: %s", digest.hex(), what)
    raise IntegrityFailure("What is stored is not what was signed.")
