"""The cloud's port on this server's own database and storage. Delegates; decides nothing itself."""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import replace

from cloudstore import (
    acceptances,
    attachments,
    orphans,
    pins,
    selectors,
    services,
    tickets,
    uploads,
)
from sesphr import clock
from sesphr.crypto.encoding import b64u_decode, b64u_encode, check_uuid
from sesphr.crypto.errors import CryptoError
from sesphr.deployment import get_deployment
from sesphr.ports.cloudstore import (
    WHOLE,
    AttachmentOctets,
    CloudObject,
    Span,
    StoredAttachment,
)
from sesphr.ports.errors import Invalid
from sesphr.reachable import reachable

MAX_MANIFEST = 4 * 2**20


class LocalCloud:
    """Implements `sesphr.ports.cloudstore.Cloud`."""

    def put_attachment(
        self, owner: str, attachment: str, chunks: Iterable[bytes]
    ) -> StoredAttachment:
        """Store a cipher stream under its id until a manifest refers to it; see the port."""
        names = _uuid(owner), _uuid(attachment)
        with reachable("cloud"):
            return attachments.put(owner=names[0], attachment=names[1], chunks=chunks)

    def received(self, owner: str, attachment: str) -> int:
        """How many octets of an attachment are here; see the port."""
        names = _uuid(owner), _uuid(attachment)
        with reachable("cloud"):
            return uploads.received(owner=names[0], attachment=names[1])

    def append(
        self, owner: str, attachment: str, offset: int, octets: bytes, total: int | None = None
    ) -> int:
        """Add to an attachment that is arriving; see the port."""
        names = _uuid(owner), _uuid(attachment)
        with reachable("cloud"):
            return uploads.append(
                owner=names[0], attachment=names[1], offset=offset, octets=octets, total=total
            )

    def finish(self, owner: str, attachment: str, size: int, root: bytes) -> StoredAttachment:
        """Store what arrived; see the port."""
        names = _uuid(owner), _uuid(attachment)
        with reachable("cloud"):
            return uploads.finish(owner=names[0], attachment=names[1], size=size, root=root)

    def discard(self, owner: str, attachment: str) -> None:
        """Throw away what arrived; see the port."""
        names = _uuid(owner), _uuid(attachment)
        with reachable("cloud"):
            uploads.discard(owner=names[0], attachment=names[1])

    def put(self, manifest: str, verification: bytes, document: bytes) -> None:
        """Store a document under its manifest's digest; see the port."""
        if len(manifest) > MAX_MANIFEST:
            raise Invalid(f"A manifest may have at most {MAX_MANIFEST} octets.", code="too-large")
        verified = tickets.verify_by(manifest, "sesphr-manifest", verification, get_deployment().id)
        with reachable("cloud"):
            services.put(manifest=verified, verification=verification, document=document)

    def change_key(self, statement: str) -> None:
        """Follow a registration that changes an author's keys; see the port."""
        with reachable("cloud"):
            pins.change_key(statement, get_deployment().id)

    def put_accept(self, statement: str, verification: bytes) -> None:
        """Keep an owner's accept until a receipt names it; see the port."""
        deployment = get_deployment().id
        accept = tickets.verify_by(statement, "sesphr-accept", verification, deployment)
        with reachable("cloud"):
            acceptances.put(accept=accept, verification=verification)

    def erase(self, statement: str, verification: bytes, receipts: Iterable[str]) -> None:
        """Remove a document for ever; see the port."""
        deployment = get_deployment()
        deletion = tickets.verify_by(statement, "sesphr-deletion", verification, deployment.id)
        tickets.check_vouched(deletion, "deletion", receipts, deployment)
        with reachable("cloud"):
            services.erase_declined(deletion=deletion)

    def note(self, receipts: Iterable[str]) -> None:
        """Take signed receipts of SRS nodes; see the port."""
        deployment = get_deployment()
        verified = [
            tickets.verify_by_node(receipt, "sesphr-receipt", deployment) for receipt in receipts
        ]
        with reachable("cloud"):
            services.note(
                receipts=[receipt.payload for receipt in verified], threshold=deployment.t
            )

    def get(
        self, request: str, verification: bytes, tickets: Iterable[str]
    ) -> tuple[CloudObject, ...]:
        """Give what at least t distinct nodes' tickets allow the signer of `request`."""
        with reachable("cloud"):
            asked, grants = _granted(request, verification, tickets)
            return selectors.open_objects(grants, asked, get_deployment().id)

    def open_attachment(
        self,
        request: str,
        verification: bytes,
        tickets: Iterable[str],
        attachment: str,
        span: Span = WHOLE,
    ) -> AttachmentOctets:
        """Stream an attachment's cipher octets; all checks of who may are done when this returns."""
        name = _uuid(attachment)
        with reachable("cloud"):
            asked, grants = _granted(request, verification, tickets)
            found = selectors.open_attachment(grants, asked, name, span, get_deployment().id)
        return replace(found, chunks=_streamed(found.chunks))

    def waiting(self, after: str = "") -> tuple[str, ...]:
        """Documents that wait for a receipt; see the port."""
        last = _digest(after) if after else b""
        with reachable("cloud"):
            return tuple(b64u_encode(one) for one in orphans.waiting(after=last, now=clock.now()))

    def unknown(self, digests: Iterable[str]) -> None:
        """Take that no node committed these; see the port."""
        named = [_digest(one) for one in digests]
        with reachable("cloud"):
            orphans.unknown(digests=named, now=clock.now())

    def collect(self, now: int) -> int:
        """Remove what nobody needs; see the port."""
        with reachable("cloud"):
            return orphans.collect(now=now)


def _streamed(chunks: Iterator[bytes]) -> Iterator[bytes]:
    with reachable("cloud"):
        yield from chunks


def _granted(
    request: str, verification: bytes, given: Iterable[str]
) -> tuple[tickets.Request, list[tickets.Grant]]:
    deployment, now = get_deployment(), clock.now()
    asked = tickets.check_request(request, verification, deployment, now)
    grants = tickets.decide(
        asked, verification, given, deployment=deployment, highest=selectors.highest, now=now
    )
    return asked, grants


def _digest(text: str) -> bytes:
    try:
        return b64u_decode(text, 32)
    except CryptoError as error:
        raise Invalid("Documents are named by the digests of their manifests.") from error


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(check_uuid(text))
    except CryptoError as error:
        raise Invalid("Owners and attachments are named by a UUID in lower case.") from error
