"""Taking a deposit: every check of protocol section 4, then one commit.

R parameters arrive sealed to this node and are stored in its database alone.
"""

import uuid
from typing import Any

from django.db import IntegrityError

from sesphr import clock
from sesphr.crypto import statements
from sesphr.ports.errors import Conflict
from sesphr.ports.srs import Deposit
from srs.context import Node, digest_of, locked, refusing_bad_input, require_active
from srs.models import Member, Record, Version
from srs.services import contributions
from srs.services.parameters import Parameter, parameters_of, store


def deposit(node: Node, sent: Deposit) -> str:
    """Commit a version; the same deposit again gets the same receipt."""
    manifest, author = node.verified(sent.manifest, "sesphr-manifest")
    known = _known(node, manifest)
    if known is not None:
        return known
    require_active(author)
    if manifest.payload["owner"] != manifest.issuer:
        return contributions.contribute(node, author, manifest, sent)
    with refusing_bad_input():
        parameters = parameters_of(node, author, manifest, sent)
    try:
        with node.atomic():
            return _commit(node, author, manifest, parameters)
    except IntegrityError:
        known = _known(node, manifest)
        if known is None:
            raise Conflict("Another version was taken first; read the record again.") from None
        return known


def _known(node: Node, manifest: statements.Verified) -> str | None:
    """The receipt of what was taken before."""
    found = Version.objects.using(node.alias).filter(digest=digest_of(manifest)).first()
    if found is None:
        return None
    contributions.refuse_declined(node, found)
    return found.receipt


def _commit(
    node: Node, owner: Member, manifest: statements.Verified, parameters: list[Parameter]
) -> str:
    payload = manifest.payload
    # The owner's row is the lock: what was true before it is asked again under it.
    [owner] = locked(node, [owner.pk])
    known = _known(node, manifest)
    if known is not None:
        return known
    require_active(owner)
    record = _head(node, owner, payload)
    receipt = node.receipt("deposit", str(owner.id), digest_of(manifest), payload["version"])
    store(node, record, manifest, receipt, parameters)
    record.head = payload["version"]
    record.save(using=node.alias, update_fields=["head"])
    node.events.record(
        str(owner.id), "deposit", record=payload["record"], version=payload["version"],
        manifest=digest_of(manifest), partitions=sorted(payload["partitions"]),
    )  # fmt: skip
    return receipt


def _head(node: Node, owner: Member, payload: dict[str, Any]) -> Record:
    """The record's row, locked, if this is the next version of it."""
    records = Record.objects.using(node.alias).select_for_update()
    record, made = records.get_or_create(
        pk=uuid.UUID(payload["record"]),
        defaults={"owner": owner, "date": payload.get("date", clock.now())},
    )
    # Without a head it is what somebody else proposed.
    if record.owner_id != owner.id or (not made and record.head == 0):
        raise Conflict("This record id is taken.")
    last = None if made else record.versions.using(node.alias).filter(version=record.head).first()
    expected = (1, None) if last is None else (record.head + 1, last.digest)
    if (payload["version"], payload["previous"]) != expected:
        raise Conflict("Another version was taken first; read the record again.")
    return record
