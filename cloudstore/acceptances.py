"""What owners sign to take documents that somebody else wrote.

An accept carries the owner's wrapped keys, as her own documents do, and tells readers that
she took it. It is here before the nodes commit it, so that whatever a ticket opens has one.
"""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from cloudstore.models import Acceptance, Document, Tombstone
from cloudstore.pins import pin_author
from sesphr import clock
from sesphr.crypto import statements
from sesphr.crypto.encoding import b64u_decode
from sesphr.ports.errors import Invalid, Refused
from sesphr.roles import database_of

ALIAS = database_of("cloudstore")
# How many statements for one document may wait for their receipts.
MOST_WAITING = 10


def put(*, accept: statements.Verified, verification: bytes) -> None:
    """Keep an owner's accept until a receipt names it; the same again changes nothing."""
    payload = accept.payload
    manifest = b64u_decode(payload["manifest"], 32)
    with transaction.atomic(using=ALIAS, durable=True):
        if Tombstone.objects.filter(digest=manifest).exists():
            raise Refused("This document was erased.", code="erased")
        pin_author(uuid.UUID(accept.issuer), verification)
        _check_about(payload, accept.issuer, manifest)
        known = Acceptance.objects.filter(manifest=manifest)
        if known.filter(digest=accept.digest).exists():
            return
        if known.filter(kept=False).count() >= MOST_WAITING:
            raise Refused("Too many answers wait for this document; try again tomorrow.")
        Acceptance.objects.create(
            digest=accept.digest, manifest=manifest, owner=uuid.UUID(accept.issuer),
            statement=accept.jws, stored=clock.now(),
        )  # fmt: skip


def _check_about(payload: Mapping[str, Any], owner: str, manifest: bytes) -> None:
    row = Document.objects.filter(digest=manifest, owner=uuid.UUID(owner)).first()
    if row is None:
        raise Invalid("There is no such document of this owner.")
    known = statements.payload_of_unverified(row.manifest)
    named = (payload["record"], payload["version"], payload["author"])
    same = named == (known["record"], known["version"], known["iss"])
    if not same or set(payload["wrapped"]) != set(known["partitions"]):
        raise Invalid("This accepts something else than the document.")


def keep(receipt: Mapping[str, Any]) -> bool:
    """Keep what a node's receipt says was accepted; False when it is not here."""
    rows = Acceptance.objects.filter(
        digest=b64u_decode(receipt["object"], 32), owner=uuid.UUID(receipt["owner"])
    )
    return bool(rows.update(kept=True))


def of(manifests: Iterable[bytes]) -> dict[bytes, str]:
    """The owner's statement for each of these documents that has one: one that a node's receipt
    names, otherwise the newest."""
    rows = Acceptance.objects.filter(manifest__in=list(manifests)).order_by("kept", "pk")
    return {bytes(manifest): jws for manifest, jws in rows.values_list("manifest", "statement")}


def collect(*, limit: int) -> int:
    """Remove what no receipt named since, beside one that a receipt names; how many."""
    settled = Acceptance.objects.filter(kept=True).values("manifest")
    lost = Acceptance.objects.filter(kept=False, stored__lt=limit).exclude(
        manifest__in=Document.objects.values("digest")
    )
    spare = Acceptance.objects.filter(kept=False, stored__lt=limit, manifest__in=settled)
    return sum(rows.delete()[0] for rows in (spare, lost))
