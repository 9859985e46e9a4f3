"""Relaying a deposit: cloud first, then the SRS (the commit point), then the portal's row.

Each step is idempotent under the manifest's digest, so a retry after any crash
ends in the same state; nothing is acknowledged before all three hold.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from phr.relay import ask_receipts, digest_of, enough, nodes, payload_by, verification_of
from phr.services import contributions
from phr.services.indexing import index
from sesphr.adapters import get_cloud
from sesphr.ports.cloudstore import StoredAttachment
from sesphr.ports.errors import Invalid
from sesphr.ports.srs import Deposit, Sealed


@dataclass(frozen=True)
class Deposited:
    """What was acknowledged: the record's version, and the receipts of enough nodes."""

    record: str
    version: int
    receipts: tuple[str, ...]


def put_attachment(*, by: UUID, attachment: str, chunks: Iterable[bytes]) -> StoredAttachment:
    """Relay a cipher stream to the cloud, where it waits for its manifest."""
    return get_cloud().put_attachment(str(by), attachment, chunks)


def received(*, by: UUID, attachment: str) -> int:
    """How many octets of an attachment have arrived."""
    return get_cloud().received(str(by), attachment)


def append(*, by: UUID, attachment: str, offset: int, octets: bytes, total: int | None) -> int:
    """Relay the octets that follow the first `offset` ones, of `total`; how many have arrived then."""
    return get_cloud().append(str(by), attachment, offset, octets, total)


def finish(*, by: UUID, attachment: str, size: int, root: bytes) -> StoredAttachment:
    """Have the cloud make an attachment of what arrived."""
    return get_cloud().finish(str(by), attachment, size, root)


def discard(*, by: UUID, attachment: str) -> None:
    """Have the cloud throw away what arrived."""
    get_cloud().discard(str(by), attachment)


def deposit(
    *, by: UUID, manifest: str, document: bytes, sealed: Mapping[str, Mapping[str, Sealed]]
) -> Deposited:
    """Relay a version of a record; `sealed` maps node index (text) to partition to parameters.

    Of somebody else's record it becomes a proposal, which its owner accepts or declines.
    """
    payload = payload_by(manifest, by)
    added = payload.get("owner") != payload["iss"]
    # The nodes say so too, but only after the cloud has stored the document.
    if added:
        contributions.require_right(by, payload, digest_of(manifest))
    if set(sealed) != {str(node.index) for node in nodes()}:
        raise Invalid("The parameters must be sealed to every key node, and to no other.")
    cloud = get_cloud()
    cloud.put(manifest, verification_of(by), document)
    found = ask_receipts(
        manifest,
        "deposit",
        lambda node: node.deposit(Deposit(manifest, sealed[str(node.index)], sealed)),
    )
    # Before they are counted: what one node took the others will take from it.
    cloud.note(found.in_order())
    receipts = enough(found)
    if added:
        contributions.note_proposal(manifest, payload, digest_of(manifest))
    else:
        index(by, payload, digest_of(manifest))
    return Deposited(payload["record"], payload["version"], receipts)
