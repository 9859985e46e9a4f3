"""The R parameters of a deposit: unsealed, checked against the owner's keys, stored, read back."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from sesphr.crypto import proofs, statements
from sesphr.crypto.encoding import b64u_decode, b64u_encode
from sesphr.crypto.errors import DecodingError, OpenError
from sesphr.crypto.groups import G1, affine_of, decode_g1, decode_known_g1
from sesphr.ports.errors import Invalid
from sesphr.ports.srs import Deposit, Sealed
from srs.context import Node, digest_of, locked, refusing_bad_input
from srs.models import Member, PartitionKey, Record, RParameter, Version

R_OCTETS = 48
SEALED_OCTETS = R_OCTETS + 80


# A manifest's digest (b64u) and a partition.
Place = tuple[str, str]


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


def heard_parameters(
    node: Node, owner: Member, manifest: statements.Verified, sent: Deposit
) -> list[Parameter]:
    """The same of a deposit that another node took; none where it was made before this node was
    added, or sealed to keys that it has no more.

    Raises:
        Invalid, CryptoError: as `parameters_of`; a partition of which no key is registered.
    """
    registered = set(_public_keys(node, owner))
    named = {(name, one["epoch"]) for name, one in manifest.payload["partitions"].items()}
    if not named <= registered:
        raise Invalid("The manifest names a partition of which no key is registered.")
    try:
        return parameters_of(node, owner, manifest, sent) if sent.sealed else []
    except OpenError:
        return []


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
    _keep(node, version, parameters)
    return version


def complete(
    node: Node, version: Version, owner: Member, manifest: statements.Verified, sent: Deposit
) -> None:
    """Take the parameters of a version of which none could be opened before: whoever told of it
    first may have passed on something else than what was sealed to this node.

    Raises:
        Invalid, CryptoError: as `parameters_of`.
    """
    rows = RParameter.objects.using(node.alias).filter(version=version)
    # What its owner declined has no manifest any more, and nothing comes back to it.
    if rows.exists() or not version.manifest or not sent.sealed:
        return
    with refusing_bad_input():
        found = heard_parameters(node, owner, manifest, sent)
    with node.atomic():
        locked(node, [owner.pk])
        present = Version.objects.using(node.alias).get(pk=version.pk)
        if present.manifest and not rows.exists():
            _keep(node, present, found)


def _keep(node: Node, version: Version, parameters: list[Parameter]) -> None:
    RParameter.objects.using(node.alias).bulk_create(
        RParameter(
            version=version,
            partition=one.partition,
            epoch=one.epoch,
            r=one.r,
            affine=affine_of(decode_g1(one.r)),
        )
        for one in parameters
    )


def kept(node: Node, manifests: Iterable[str]) -> dict[Place, tuple[G1, int]]:
    """R and epoch of each partition of the versions whose manifests have these digests (b64u).

    When it was deposited each R was decoded strictly and is, by SHA-256, what its manifest names.
    Here both digests are compared again: so these are the octets that were checked then, and
    nothing that came into the database since.

    Raises:
        CryptoError: they are not.
    """
    versions = Version.objects.using(node.alias).filter(digest__in=set(manifests))
    named = {
        pk: (digest, _named(digest, manifest))
        for pk, digest, manifest in versions.values_list("pk", "digest", "manifest")
    }
    rows = RParameter.objects.using(node.alias).filter(version__in=list(named))
    found = {}
    wanted = ("version_id", "partition", "r", "affine", "epoch")
    for pk, partition, r, affine, epoch in rows.values_list(*wanted):
        digest, names = named[pk]
        if names.get(partition) != b64u_encode(hashlib.sha256(r).digest()):
            raise DecodingError("an R that is not its manifest's")
        point = decode_g1(r) if affine is None else decode_known_g1(r, affine)
        found[digest, partition] = point, epoch
    return found


def _named(digest: str, manifest: str) -> dict[str, str]:
    """The digest of R (b64u) that a stored manifest names for each partition."""
    octets = b64u_decode(manifest.partition(".")[2].partition(".")[0])
    if b64u_encode(hashlib.sha256(octets).digest()) != digest:
        raise DecodingError("a manifest that is not the one that was taken")
    return {name: entry["rh"] for name, entry in json.loads(octets)["partitions"].items()}
