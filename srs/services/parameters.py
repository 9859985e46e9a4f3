"""The R parameters of a deposit: unsealed, checked against the owner's keys, stored."""

from dataclasses import dataclass

from sesphr.crypto import proofs, statements
from sesphr.crypto.groups import G1, decode_g1
from sesphr.ports.errors import Invalid
from sesphr.ports.srs import Deposit, Sealed
from srs.context import Node, digest_of
from srs.models import Member, PartitionKey, Record, RParameter, Version

R_OCTETS = 48
SEALED_OCTETS = R_OCTETS + 80


@dataclass(frozen=True)
class Parameter:
    """A partition's checked R parameter."""

    partition: str
    epoch: int
    r: bytes


def parameters_of(
    node: Node, owner: Member, manifest: statements.Verified, sent: Deposit
) -> list[Parameter]:
    """Unseal and check each R; manifest and sealed parameters name the same partitions.

    Raises:
        Invalid, CryptoError: they are not what the manifest says, or a proof does not hold.
    """
    partitions = manifest.payload["partitions"]
    if set(partitions) != set(sent.sealed):
        raise Invalid("The sealed parameters are not those of the manifest's partitions.")
    opened = {name: _unsealed(node, manifest, name, sent.sealed[name]) for name in partitions}
    proofs.check_deposit(
        manifest.payload,
        _public_keys(node, owner),
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


def store(
    node: Node,
    record: Record,
    manifest: statements.Verified,
    receipt: str,
    parameters: list[Parameter],
    accepted: int,
) -> Version:
    """Write a version with its parameters; call inside the transaction that commits it."""
    payload = manifest.payload
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
    return version
