"""The rows behind grants: in few queries and bounded memory, however many grants there are."""

import uuid
from collections.abc import Iterator, Mapping, Sequence

from django.db.models.functions import Length

from cloudstore.models import Author, Document, Tombstone
from cloudstore.tickets import Grant

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


class Authors(Mapping[str, bytes]):
    """Verification keys by author, each looked up once, when it is first asked for."""

    def __init__(self) -> None:
        self._known: dict[str, bytes | None] = {}

    def __getitem__(self, author: str) -> bytes:
        """The key.

        Raises:
            KeyError: nobody of this name is known.
        """
        if author not in self._known:
            self._known[author] = _key_of(author)
        key = self._known[author]
        if key is None:
            raise KeyError(author)
        return key

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def _key_of(author: str) -> bytes | None:
    try:
        wanted = uuid.UUID(author)
    except ValueError:
        return None
    key = Author.objects.filter(id=wanted).values_list("verification", flat=True).first()
    return bytes(key) if key and str(wanted) == author else None
