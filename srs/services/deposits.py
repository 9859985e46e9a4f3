"""Taking a deposit: every check of protocol section 4, then one commit.

R parameters arrive sealed to this node and are stored in its database alone.
"""

import uuid
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError

from sesphr import clock
from sesphr.crypto import proofs, statements
from sesphr.crypto.groups import G1, decode_g1
from sesphr.ports.errors import Conflict, Invalid, Refused
from sesphr.ports.srs import Deposit, Sealed
from srs import journal
from srs.context import SKEW, Node, digest_of, locked, refusing_bad_input, require_active
from srs.models import Member, PartitionKey, Record, RParameter, Version

R_OCTETS = 48
SEALED_OCTETS = R_OCTETS + 80


@dataclass(frozen=True)
class Parameter:
    """A partition's checked R parameter."""

    partition: str
    epoch: int
    r: bytes


def deposit(node: Node, sent: Deposit, heard: int | None = None) -> str:
    """Commit a version; the same deposit again gets the same receipt.

    `heard` is when another node took it (Unix seconds), whose author was active there then.
    """
    manifest, author = node.verified(sent.manifest, "sesphr-manifest")
    known = _known(node, manifest)
    if known is not None:
        _level(node, known, manifest, heard)
        return known.receipt
    if heard is None:
        require_active(author)
    if manifest.payload["owner"] != manifest.issuer:
        raise Refused("Only the owner may deposit a version of a record.")
    with refusing_bad_input():
        parameters = _parameters(node, author, manifest, sent)
    try:
        with node.atomic():
            return _commit(node, author, manifest, parameters, sent, heard)
    except IntegrityError:
        known = _known(node, manifest)
        if known is None:
            raise Conflict("Another version was taken first; read the record again.") from None
        return known.receipt


def _known(node: Node, manifest: statements.Verified) -> Version | None:
    return Version.objects.using(node.alias).filter(digest=digest_of(manifest)).first()


def _level(node: Node, known: Version, manifest: statements.Verified, heard: int | None) -> None:
    """Of times that differ no more than clocks may, all nodes keep the earliest."""
    if heard is None or not known.accepted - SKEW <= heard < known.accepted:
        return
    with node.atomic():
        known.accepted = heard
        known.save(using=node.alias, update_fields=["accepted"])
        if known.version == 1 and "date" not in manifest.payload:
            Record.objects.using(node.alias).filter(pk=known.record_id).update(date=heard)


def _parameters(
    node: Node, author: Member, manifest: statements.Verified, sent: Deposit
) -> list[Parameter]:
    """Unseal and check each R; manifest and sealed parameters name the same partitions."""
    partitions = manifest.payload["partitions"]
    if set(partitions) != set(sent.sealed):
        raise Invalid("The sealed parameters are not those of the manifest's partitions.")
    opened = {name: _unsealed(node, manifest, name, sent.sealed[name]) for name in partitions}
    proofs.check_deposit(
        manifest.payload,
        _public_keys(node, author),
        {name: octets[:R_OCTETS] for name, octets in opened.items()},
        {name: octets[R_OCTETS:] for name, octets in opened.items()},
    )
    return [
        Parameter(name, partitions[name]["epoch"], octets[:R_OCTETS])
        for name, octets in sorted(opened.items())
    ]


def _unsealed(node: Node, manifest: statements.Verified, name: str, sealed: Sealed) -> bytes:
    epoch = manifest.payload["partitions"][name]["epoch"]
    opened = node.unseal("deposit", manifest.digest, name, epoch, sealed)
    if len(opened) != SEALED_OCTETS:
        raise Invalid(f"The sealed parameter of {name} does not have {SEALED_OCTETS} octets.")
    return opened


def _public_keys(node: Node, owner: Member) -> dict[tuple[str, int], G1]:
    keys = PartitionKey.objects.using(node.alias).filter(member=owner)
    return {(key.partition, key.epoch): decode_g1(bytes(key.a)) for key in keys}


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
    record = _head(node, owner, payload, accepted)
    receipt = node.receipt("deposit", str(owner.id), digest_of(manifest), payload["version"])
    version = Version.objects.using(node.alias).create(
        record=record,
        version=payload["version"],
        digest=digest_of(manifest),
        manifest=manifest.jws,
        accepted=accepted,
        open_from=payload.get("open_from"),
        open_until=payload.get("open_until"),
        receipt=receipt,
    )
    RParameter.objects.using(node.alias).bulk_create(
        RParameter(version=version, partition=one.partition, epoch=one.epoch, r=one.r)
        for one in parameters
    )
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
    if record.owner_id != owner.id:
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
    gone.delete()
    if version == 1:
        row.delete(using=node.alias)
        return
    row.head = version - 1
    row.save(using=node.alias, update_fields=["head"])
