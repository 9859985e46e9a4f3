"""Taking a deposit: every check of protocol section 4, then one commit.

R parameters arrive sealed to this node and are stored in its database alone.
"""

import uuid
from typing import Any

from django.db import IntegrityError

from sesphr import clock
from sesphr.crypto import statements
from sesphr.ports.errors import Conflict
from sesphr.ports.srs import Deposit, JournalEntry
from srs import journal
from srs.context import (
    SKEW,
    Node,
    digest_of,
    locked,
    refusing_bad_input,
    require_active,
    require_signer,
)
from srs.models import Member, Record, RParameter, Version
from srs.services import contributions
from srs.services.parameters import (
    Parameter,
    complete,
    heard_parameters,
    parameters_of,
    store,
)


def hear(node: Node, entry: JournalEntry) -> None:
    """Commit a version that another node took, also where nothing is sealed to this node: because
    it was added later, or what was sealed is forgotten, as that of what an owner declined."""
    others = {index: parts for index, parts in entry.sealed.items() if index != str(node.index)}
    own = entry.sealed.get(str(node.index), {})
    deposit(node, Deposit(entry.statement, own, others), heard=entry.time)


def deposit(node: Node, sent: Deposit, heard: int | None = None) -> str:
    """Commit a version; the same deposit again gets the same receipt.

    `heard` is when another node took it (Unix seconds), whose author was active there then.
    """
    manifest, author = node.verified(sent.manifest, "sesphr-manifest", earlier=True)
    known = _known(node, manifest)
    if known is not None:
        _level(node, known, manifest, heard)
        if heard is None:
            contributions.refuse_declined(node, known)
        else:
            complete(node, known, node.member(manifest.payload["owner"]), manifest, sent)
        return known.receipt
    if heard is None:
        require_active(author)
        require_signer(author, manifest)
    if manifest.payload["owner"] != manifest.issuer:
        return contributions.contribute(node, author, manifest, sent, heard)
    with refusing_bad_input():
        taken = parameters_of if heard is None else heard_parameters
        parameters = taken(node, author, manifest, sent)
    try:
        with node.atomic():
            return _commit(node, author, manifest, parameters, sent, heard)
    except IntegrityError:
        known = _known(node, manifest)
        if known is None:
            raise Conflict("Another version was taken first; read the record again.") from None
        return known.receipt


def _known(node: Node, manifest: statements.Verified) -> Version | None:
    """What was taken before."""
    return Version.objects.using(node.alias).filter(digest=digest_of(manifest)).first()


def _level(node: Node, known: Version, manifest: statements.Verified, heard: int | None) -> None:
    """Of times that differ no more than clocks may, all nodes keep the earliest. They are compared
    with what this node had at first, or a lie could move it step by step."""
    if heard is None or heard >= known.accepted:
        return
    first = journal.first_time(node, "deposit", str(known.record_id), known.version)
    if heard < (known.accepted if first is None else first - SKEW):
        return
    with node.atomic():
        known.accepted = heard
        known.save(using=node.alias, update_fields=["accepted"])
        if known.version == 1 and "date" not in manifest.payload:
            Record.objects.using(node.alias).filter(pk=known.record_id).update(date=heard)


def _commit(
    node: Node, owner: Member, manifest: statements.Verified, parameters: list[Parameter],
    sent: Deposit, heard: int | None,
) -> str:  # fmt: skip
    payload, accepted = manifest.payload, heard or clock.now()
    # The owner's row is the lock: what was true before it is asked again under it.
    [owner] = locked(node, [owner.pk])
    known = _known(node, manifest)
    if known is not None:
        return known.receipt
    if heard is None:
        require_active(owner)
        require_signer(owner, manifest)
    record = _head(node, owner, payload, accepted)
    receipt = node.receipt("deposit", str(owner.id), digest_of(manifest), payload["version"])
    store(node, record, manifest, receipt, parameters, accepted)
    record.head = payload["version"]
    record.save(using=node.alias, update_fields=["head"])
    node.events.record(
        str(owner.id), "deposit", record=payload["record"], version=payload["version"],
        manifest=digest_of(manifest), partitions=sorted(payload["partitions"]),
    )  # fmt: skip
    journal.append(
        node, "deposit", payload["record"], accepted, manifest.jws,
        sealed=journal.sealed_to_all(node, sent),
    )  # fmt: skip
    return receipt


def _head(node: Node, owner: Member, payload: dict[str, Any], accepted: int) -> Record:
    """The record's row, locked, if this is the next version of it."""
    records = Record.objects.using(node.alias).select_for_update()
    record, made = records.get_or_create(
        pk=uuid.UUID(payload["record"]),
        defaults={"owner": owner, "date": payload.get("date", accepted)},
    )
    # Without a head it is what somebody else proposed.
    if record.owner_id != owner.id or (not made and record.head == 0):
        raise Conflict("This record id is taken.")
    last = None if made else record.versions.using(node.alias).filter(version=record.head).first()
    expected = (1, None) if last is None else (record.head + 1, last.digest)
    if (payload["version"], payload["previous"]) != expected:
        raise Conflict("Another version was taken first; read the record again.")
    return record


def undo(node: Node, record: str, version: int) -> None:
    """Take back a record's versions from `version` on, which nobody acknowledged."""
    records = Record.objects.using(node.alias).select_for_update()
    row = records.get(pk=uuid.UUID(record))
    gone = Version.objects.using(node.alias).filter(record=row, version__gte=version)
    RParameter.objects.using(node.alias).filter(version__in=gone).delete()
    contributions.undo(node, gone)
    gone.delete()
    if version == 1:
        row.delete(using=node.alias)
        return
    row.head = version - 1
    row.save(using=node.alias, update_fields=["head"])
