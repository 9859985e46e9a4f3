"""Writes of the cloud. Each may be repeated, at any time and after any crash.

Blob before row when storing, row before blob when removing: a crash leaves at
worst a blob without a row, which `orphans.collect` sweeps when it is old.
"""

import hashlib
import logging
import uuid
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from cloudstore import acceptances, attachments, pieces
from cloudstore.models import Acceptance, AclSeq, Attachment, Document, Tombstone
from cloudstore.pins import pin_author
from sesphr import clock
from sesphr.crypto import document as shell
from sesphr.crypto import statements
from sesphr.crypto.encoding import b64u_decode
from sesphr.crypto.errors import CryptoError
from sesphr.ports.errors import Conflict, IntegrityFailure, Invalid, Refused, Unavailable
from sesphr.roles import database_of

logger = logging.getLogger(__name__)

ALIAS = database_of("cloudstore")


def put(*, manifest: statements.Verified, verification: bytes, document: bytes) -> None:
    """Store a document under its verified manifest, or find the identical one; see the port."""
    payload = manifest.payload
    if len(document) > settings.SESPHR_MAX_DOCUMENT:
        raise Invalid(
            f"A document may have at most {settings.SESPHR_MAX_DOCUMENT} octets.", code="too-large"
        )
    try:
        shell.parse_document(document, payload)
    except CryptoError as error:
        raise Invalid("The document is not the one that the manifest describes.") from error
    with transaction.atomic(using=ALIAS, durable=True):
        if Tombstone.objects.filter(digest=manifest.digest).exists():
            raise Refused("This document was erased.", code="erased")
        pin_author(uuid.UUID(manifest.issuer), verification)
        # Together with the document, so that neither is collected before the other.
        _renew_attachments(payload)
        if manifest.issuer != payload["owner"]:
            _claim_attachments(payload, manifest.digest)
        _store(manifest, document)


def _renew_attachments(payload: Mapping[str, Any]) -> None:
    # In the author's own space: nobody takes ids or room of somebody else.
    author = uuid.UUID(payload["iss"])
    for item in attachments_of(payload):
        root = b64u_decode(item["root"], 32)
        try:
            there = attachments.renew(author, uuid.UUID(item["id"]), item["size"], root)
        except Conflict:
            there = False
        if not there:
            raise Invalid(
                f"The attachment {item['id']} is not stored as the manifest describes it."
            )


def _claim_attachments(payload: Mapping[str, Any], digest: bytes) -> None:
    """Tie a contribution's attachments to it alone: they go when its owner declines it, and then
    nothing else, another owner's least of all, may need them."""
    named = [uuid.UUID(item["id"]) for item in attachments_of(payload)]
    rows = Attachment.objects.filter(owner=uuid.UUID(payload["iss"]), attachment__in=named)
    for row in rows.select_for_update():
        other = row.document is not None and bytes(row.document) != digest
        if (row.document is None and row.kept) or (
            other and Document.objects.filter(digest=row.document).exists()
        ):
            raise Invalid(f"The attachment {row.attachment} belongs to another record.")
    rows.update(document=digest)


def attachments_of(payload: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What a manifest's partitions say of their attachments: `id`, `size`, `root` of each."""
    return [
        item for partition in payload["partitions"].values() for item in partition["attachments"]
    ]


def _store(manifest: statements.Verified, document: bytes) -> None:
    if _renew_document(manifest.digest, document):
        return
    payload = manifest.payload
    try:
        with transaction.atomic(using=ALIAS):
            Document.objects.create(
                digest=manifest.digest,
                owner=uuid.UUID(payload["owner"]),
                author=uuid.UUID(payload["iss"]),
                record=uuid.UUID(payload["record"]),
                version=payload["version"],
                manifest=manifest.jws,
                document=document,
                octets=hashlib.sha256(document).digest(),
                stored=clock.now(),
            )
    except IntegrityError:
        if not _renew_document(manifest.digest, document):
            raise Unavailable("The document could not be stored; send it again.") from None


def _renew_document(digest: bytes, document: bytes) -> bool:
    """As `attachments.renew`, for the document under a manifest."""
    stored, octets = Document.objects.filter(digest=digest), hashlib.sha256(document).digest()
    same = stored.filter(octets=octets)
    # One that is kept does not age, so a repeat changes nothing at all.
    if same.filter(kept=True).exists() or same.update(stored=clock.now(), unknown=False):
        return True
    found = stored.values_list("octets", flat=True).first()
    if found is not None and bytes(found) != octets:
        raise Conflict("Another document is stored under this manifest.")
    return found is not None


def note(*, receipts: list[Mapping[str, Any]], threshold: int) -> None:
    """Apply the payloads of verified receipts: keep documents and accepts, raise ACL numbers.

    A number is raised only to one that so many nodes vouch for: it never falls again, and above
    every list of the owner it would shut her out of what is hers.

    Raises:
        IntegrityFailure: a committed deposit's document or attachment, or an accept, is not here;
            the other receipts were applied.
    """
    lost = [receipt["object"] for receipt in receipts if not _kept(receipt)]
    for owner, seq in _vouched(receipts, threshold):
        _raise_seq(uuid.UUID(owner), seq)
    if lost:
        logger.error("integrity failure: deposits without their octets: %s", ", ".join(lost))
        raise IntegrityFailure("A committed deposit is not stored as it was signed.")


def _kept(receipt: Mapping[str, Any]) -> bool:
    """Keep what a receipt of a deposit or an accept names; False when it is not here."""
    if receipt["kind"] == "deposit":
        return _keep(receipt)
    return receipt["kind"] != "accept" or acceptances.keep(receipt)


def _vouched(receipts: list[Mapping[str, Any]], threshold: int) -> list[tuple[str, int]]:
    """Owner and number of each list that so many distinct nodes name."""
    vouching: dict[tuple[str, str, int], set[str]] = {}
    for one in receipts:
        if one["kind"] == "acl":
            vouching.setdefault((one["owner"], one["object"], one["seq"]), set()).add(one["iss"])
    return [(owner, seq) for (owner, _, seq), nodes in vouching.items() if len(nodes) >= threshold]


def _raise_seq(owner: uuid.UUID, seq: int) -> None:
    AclSeq.objects.get_or_create(owner=owner, defaults={"seq": seq})
    AclSeq.objects.filter(owner=owner, seq__lt=seq).update(seq=seq)


def _keep(receipt: Mapping[str, Any]) -> bool:
    """Keep a document and its attachments for good; False when one of them is not here."""
    digest, owner = b64u_decode(receipt["object"], 32), uuid.UUID(receipt["owner"])
    with transaction.atomic(using=ALIAS, durable=True):
        if Tombstone.objects.filter(digest=digest).exists():
            return True
        rows = Document.objects.filter(digest=digest, owner=owner)
        if not rows.update(kept=True):
            return False
        payload = statements.payload_of_unverified(rows.values_list("manifest", flat=True).get())
        named = [uuid.UUID(item["id"]) for item in attachments_of(payload)]
        uploaded = Attachment.objects.filter(owner=uuid.UUID(payload["iss"]), attachment__in=named)
        kept = uploaded.update(kept=True)
        return kept == len(named)


def erase(*, digest: bytes) -> None:
    """Remove a document with its attachments, for ever: the same manifest is refused from now on."""
    with transaction.atomic(using=ALIAS, durable=True):
        Tombstone.objects.get_or_create(digest=digest)
        row = Document.objects.filter(digest=digest).first()
        if row is None:
            return
        payload = statements.payload_of_unverified(row.manifest)
        named = [uuid.UUID(item["id"]) for item in attachments_of(payload)]
        rows = Attachment.objects.filter(owner=row.author, attachment__in=named)
        if row.author != row.owner:
            rows = rows.filter(document=digest)
        names = pieces.forget(*rows.values_list("stream", flat=True))
        rows.delete()
        Acceptance.objects.filter(manifest=digest).delete()
        row.delete()
    pieces.remove(names)


def erase_declined(*, deletion: statements.Verified) -> None:
    """Remove the document that a deletion names, which enough nodes' receipts vouch for.

    Raises:
        Refused: it is somebody else's.
    """
    digest = b64u_decode(deletion.payload["manifest"], 32)
    row = Document.objects.filter(digest=digest).first()
    if row is not None and str(row.owner) != deletion.issuer:
        raise Refused("Only the owner may erase a document.")
    erase(digest=digest)
