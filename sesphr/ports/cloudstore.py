"""The cloud's port: encrypted documents and attachments, given out for tickets only.

The cloud sees ciphertext, manifests, sizes and times; never an R parameter, a
re-encryption key or plaintext.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class StoredAttachment:
    """A cipher stream as the cloud measured it: octets and RFC 9162 root of its chunks."""

    attachment: str
    size: int
    root: bytes


@dataclass(frozen=True)
class CloudObject:
    """What a ticket opened: the signed manifest with the whole document (owner) or
    the cipher octets of the granted partitions (anybody else); the other is None/empty."""

    digest: bytes
    manifest: str
    document: bytes | None
    partitions: dict[str, bytes]


class Cloud(Protocol):
    """A write-once store; every call may be repeated without another effect."""

    def put_attachment(
        self, owner: str, attachment: str, chunks: Iterable[bytes]
    ) -> StoredAttachment:
        """Store a cipher stream under its id until a manifest refers to it.

        Raises:
            Conflict: other octets are stored under that id.
            Invalid: an id is malformed, the stream is empty or longer than allowed.
        """

    def put(self, manifest: str, verification: bytes, document: bytes) -> None:
        """Store a document under its manifest's digest.

        `verification` is the author's raw Ed25519 key; the first one seen for
        an author is kept, another is refused ever after.

        Raises:
            Invalid: signature, shell, digests, sizes or attachments differ from the manifest.
            Conflict: the author is known with another key.
            Refused: the document was erased (a tombstone is there).
        """

    def note(self, receipts: Iterable[str]) -> None:
        """Take signed receipts of SRS nodes: `deposit` keeps a document for good,
        `acl` raises the owner's highest seq, below which tickets are refused."""

    def get(
        self, request: str, verification: bytes, tickets: Iterable[str]
    ) -> tuple[CloudObject, ...]:
        """Give what at least t distinct nodes' tickets allow the signer of `request`.

        Raises:
            Refused: ticket expired, too few, for another key or request, or of an older ACL.
            IntegrityFailure: the stored octets are missing or not the manifest's.
        """

    def open_attachment(
        self, request: str, verification: bytes, tickets: Iterable[str], attachment: str
    ) -> Iterator[bytes]:
        """Stream an attachment's cipher octets; as `get`, for one of the granted partitions' own."""

    def collect(self, now: int) -> int:
        """Remove what no receipt referred to within 24 hours; how many objects went."""
