"""The rows behind grants: in few queries and bounded memory, however many grants there are."""

import uuid
from collections.abc import Iterator, Sequence

from django.db.models.functions import Length

from cloudstore import pins
from cloudstore.models import Author, Document, Tombstone
from cloudstore.tickets import Grant
from sesphr.crypto import statements

# Small documents are read together, a large one alone.
BATCH = 8 * 2**20


class Shelf:
    """What the cloud has of the documents that grants name."""

    def __init__(self, grants: Sequence[Grant]) -> None:
        digests = [grant.manifest for grant in grants]
        erased = Tombstone.objects.filter(digest__in=digests).values_list("digest", flat=True)
        self._erased = {bytes(digest) for digest in erased}
        documents = Document.objects.filter(digest__in=digests)
        self._rows = {bytes(row.digest): row for row in documents.defer("document")}
        self._sizes = dict(documents.values_list("pk", Length("document")))

    def is_erased(self, manifest: bytes) -> bool:
        """Whether the document of this manifest was erased."""
        return manifest in self._erased

    def get(self, manifest: bytes) -> Document | None:
        """The row without its octets; None when there is none."""
        return self._rows.get(manifest)

    def octets(self, rows: Sequence[Document]) -> Iterator[bytes]:
        """The octets of these rows, in their order; empty for what was removed meanwhile."""
        for batch in self._batches(rows):
            found = Document.objects.filter(pk__in=[row.pk for row in batch])
            octets = dict(found.values_list("pk", "document"))
            for row in batch:
                yield bytes(octets.get(row.pk, b""))

    def _batches(self, rows: Sequence[Document]) -> Iterator[list[Document]]:
        batch: list[Document] = []
        held = 0
        for row in rows:
            size = self._sizes.get(row.pk, 0)
            if batch and held + size > BATCH:
                yield batch
                batch, held = [], 0
            batch.append(row)
            held += size
        if batch:
            yield batch


class Authors:
    """Verification keys by author, each looked up once, when it is first asked for."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[bytes, ...]] = {}

    def directory_of(self, statement: str) -> dict[str, bytes]:
        """The key of a statement's issuer, of all that they had the one that it says signed it;
        empty for one who is not known.

        Raises:
            CryptoError: it cannot be read.
        """
        issuer = str(statements.payload_of_unverified(statement).get("iss"))
        if issuer not in self._known:
            self._known[issuer] = _keys_of(issuer)
        keys = self._known[issuer]
        return {issuer: statements.signer(statement, keys)} if keys else {}


def _keys_of(author: str) -> tuple[bytes, ...]:
    try:
        wanted = uuid.UUID(author)
    except ValueError:
        return ()
    found = Author.objects.filter(id=wanted).first()
    return () if found is None or str(wanted) != author else pins.keys_of(found)
