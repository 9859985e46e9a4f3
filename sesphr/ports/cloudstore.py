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
class Span:
    """Which octets of an attachment: from `first` to `last`, counted from 0, both given.

    Without `last` until the end; without `first` the last `last` octets.
    """

    first: int | None = None
    last: int | None = None


WHOLE = Span(0)


@dataclass(frozen=True)
class AttachmentOctets:
    """The octets `first` to `last` of a cipher stream of `size` octets, chunk by chunk."""

    size: int
    first: int
    last: int
    chunks: Iterator[bytes]


@dataclass(frozen=True)
class CloudObject:
    """What a ticket opened: the signed manifest with the whole document (owner) or
    the cipher octets of the granted partitions (anybody else); the other is None/empty.

    `accept` is the owner's own statement that took a document which somebody else wrote.
    """

    digest: bytes
    manifest: str
    document: bytes | None
    partitions: dict[str, bytes]
    accept: str | None = None


class Cloud(Protocol):
    """A write-once store; every call may be repeated without another effect."""

    def put_attachment(
        self, owner: str, attachment: str, chunks: Iterable[bytes]
    ) -> StoredAttachment:
        """Store a cipher stream under its id until a manifest refers to it.

        Raises:
            Conflict: other octets are stored under that id.
            Invalid: an id is malformed, the stream is empty or longer than allowed.
            Refused: too much of this owner waits for its manifest.
        """

    def received(self, owner: str, attachment: str) -> int:
        """How many octets of an attachment are here: all of them once it is stored, 0 of one that
        nobody began."""

    def append(
        self, owner: str, attachment: str, offset: int, octets: bytes, total: int | None = None
    ) -> int:
        """Add octets after the first `offset` ones; how many are here then.

        `total` is how many there will be, for whoever looks at what is under way.

        Raises:
            OutOfStep: not `offset` octets are here; it says how many. So answers also the same
                call again, and whoever writes at the same time.
            Invalid: an id is malformed, nothing is sent, it grows longer than allowed or than `total`.
            Refused: too many uploads of this owner are under way, or too much waits.
        """

    def finish(self, owner: str, attachment: str, size: int, root: bytes) -> StoredAttachment:
        """Store what was appended, if it has this size and this root; the same call again too.

        Raises:
            OutOfStep: not `size` octets are here.
            Invalid: they are other ones than `root` says, or no cipher stream.
            Conflict: other octets are stored under that id.
        """

    def discard(self, owner: str, attachment: str) -> None:
        """Throw away what was appended and not finished; there need not be anything."""

    def put(self, manifest: str, verification: bytes, document: bytes) -> None:
        """Store a document under its manifest's digest.

        `verification` is the author's raw Ed25519 key; the first one seen for
        an author is kept, another is refused until `change_key`. Its attachments are those that the
        author uploaded; of an author who is not the owner each belongs to one document alone.

        Raises:
            Invalid: signature, shell, digests, sizes or attachments differ from the manifest.
            Conflict: the author is known with another key.
            Refused: the document was erased (a tombstone is there).
        """

    def change_key(self, statement: str) -> None:
        """Follow a `sesphr-registration` that changes an author's keys: from now on only the new
        ones sign; what the old signed stays. Of an author who is not known, and the same again,
        nothing happens.

        Raises:
            Invalid: it changes no key, or is not signed with the key that is pinned.
        """

    def put_accept(self, statement: str, verification: bytes) -> None:
        """Keep an owner's `sesphr-accept`, which goes with the document from now on. Of several
        for one document the one counts that a node's receipt names, and the others go.

        `verification` is the owner's raw Ed25519 key, pinned as an author's.

        Raises:
            Invalid: the signature, or it is about another document than a stored one of hers.
            Conflict: she is known with another key. Refused: the document was erased.
        """

    def erase(self, statement: str, verification: bytes, receipts: Iterable[str]) -> None:
        """Remove the document that an owner's `sesphr-deletion` names, with its attachments, and
        keep its name, so that it never comes back; the same again changes nothing.

        Raises:
            Invalid: a signature. Refused: not t distinct nodes' receipts name this statement,
                or the document is somebody else's.
        """

    def note(self, receipts: Iterable[str]) -> None:
        """Take signed receipts of SRS nodes: `deposit` keeps a document for good, `accept` an
        owner's statement. `acl`, when t distinct nodes' here name the same list, owner and seq,
        raises the owner's highest seq, below which tickets are refused; fewer have no effect."""

    def get(
        self, request: str, verification: bytes, tickets: Iterable[str]
    ) -> tuple[CloudObject, ...]:
        """Give what at least t distinct nodes' tickets allow the signer of `request`.

        Raises:
            Refused: ticket expired, too few, for another key or request, or of an older ACL.
            IntegrityFailure: the stored octets are missing or not the manifest's.
        """

    def open_attachment(
        self,
        request: str,
        verification: bytes,
        tickets: Iterable[str],
        attachment: str,
        span: Span = WHOLE,
    ) -> AttachmentOctets:
        """Stream an attachment's cipher octets, or some; as `get`, for one of the granted
        partitions' own.

        Not one octet is given that the manifest's root does not cover. Damage, and a store out of
        reach, may show only while streaming: then that raises IntegrityFailure or Unavailable.

        Raises:
            OutOfRange: the attachment has no octet of that span.
        """

    def waiting(self, after: str = "") -> tuple[str, ...]:
        """Up to 200 documents (b64u digests, in their order, those beyond `after`) that have waited
        24 hours for a receipt and are not known to be unknown to the nodes."""

    def unknown(self, digests: Iterable[str]) -> None:
        """Take that every node was asked about these and has committed none: of those that still
        wait as `waiting` says, `collect` may remove what is not put again."""

    def collect(self, now: int) -> int:
        """Remove what is older than 24 hours and nobody needs: documents that are `unknown`, what no
        document that is here refers to; how many objects went."""
