"""What the cloud keeps: authors' keys, encrypted documents and attachments, ACL numbers, tombstones.

Ciphertext, manifests, sizes and times; nothing here opens anything.
"""

from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from sesphr.fields import OctetsField


class Author(models.Model):
    """An author's Ed25519 key, as first seen, or as a key change that was signed with the one
    before names it.

    `former` are the keys before, oldest first, 32 octets each: what they signed is here still.
    """

    id = models.UUIDField(primary_key=True)
    verification = OctetsField(max_length=32)
    former = models.BinaryField(default=b"")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Exact(Length("verification"), 32), name="cloud_author_key"
            )
        ]

    def __str__(self) -> str:
        return str(self.id)


class Document(models.Model):
    """An encrypted document under its manifest's digest; written once.

    `octets` is the SHA-256 of the document, which covers also what no manifest
    does: the wrapped keys. `stored` is renewed when the same document is put again; `kept` means that
    a node's receipt says that its deposit was committed; `unknown`, that every node said of it, after
    it had waited for one, that it was not.
    """

    digest = OctetsField(max_length=32, unique=True)
    owner = models.UUIDField()
    author = models.UUIDField()
    record = models.UUIDField()
    version = models.PositiveBigIntegerField()
    manifest = models.TextField()
    document = models.BinaryField()
    octets = OctetsField(max_length=32)
    stored = models.PositiveBigIntegerField()
    kept = models.BooleanField(default=False)
    unknown = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["kept", "stored"], name="cloud_document_age")]
        constraints = [
            models.CheckConstraint(
                condition=Exact(Length("digest"), 32), name="cloud_document_digest"
            ),
            models.CheckConstraint(
                condition=Exact(Length("octets"), 32), name="cloud_document_octets"
            ),
            models.CheckConstraint(
                condition=models.Q(version__gte=1), name="cloud_document_version"
            ),
        ]

    def __str__(self) -> str:
        return self.digest.hex()


class Attachment(models.Model):
    """A whole cipher stream, with the size and root that were measured; `stream` names its pieces.

    `owner` is whoever uploaded it, in whose space its id is: the author of the document that
    names it. `document` is set for what somebody adds to another's records: the one manifest
    that it belongs to, with which it goes.
    """

    owner = models.UUIDField()
    attachment = models.UUIDField()
    document = OctetsField(max_length=32, null=True)
    size = models.PositiveBigIntegerField()
    root = OctetsField(max_length=32)
    stream = models.UUIDField(unique=True)
    stored = models.PositiveBigIntegerField()
    kept = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["kept", "stored"], name="cloud_attachment_age")]
        constraints = [
            models.UniqueConstraint(fields=["owner", "attachment"], name="cloud_attachment_name"),
            models.CheckConstraint(condition=models.Q(size__gte=16), name="cloud_attachment_size"),
            models.CheckConstraint(
                condition=Exact(Length("root"), 32), name="cloud_attachment_root"
            ),
        ]

    def __str__(self) -> str:
        return str(self.attachment)


class Upload(models.Model):
    """An attachment that is arriving: what its pieces hold, then `tail`, is the `received` octets.

    `tail` is what does not fill a chunk yet. `touched` is when the last octets came. `announced` is how
    many the sender says that there will be; it is no more than a promise, and older senders say nothing.
    """

    owner = models.UUIDField()
    attachment = models.UUIDField()
    stream = models.UUIDField(unique=True)
    received = models.PositiveBigIntegerField(default=0)
    tail = models.BinaryField(default=b"")
    announced = models.PositiveBigIntegerField(null=True)
    begun = models.PositiveBigIntegerField()
    touched = models.PositiveBigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["touched"], name="cloud_upload_age")]
        constraints = [
            models.UniqueConstraint(fields=["owner", "attachment"], name="cloud_upload_name")
        ]

    def __str__(self) -> str:
        return f"{self.attachment}: {self.received}"


class Piece(models.Model):
    """Whole chunks of a stream, from number `first` on, in one blob; `leaves` are their hashes.

    Only the last piece of a finished stream may end in a shorter chunk.
    """

    stream = models.UUIDField()
    first = models.PositiveBigIntegerField()
    size = models.PositiveBigIntegerField()
    blob = models.CharField(max_length=100, unique=True)
    leaves = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stream", "first"], name="cloud_piece_place"),
            models.CheckConstraint(condition=models.Q(size__gte=1), name="cloud_piece_size"),
        ]

    def __str__(self) -> str:
        return f"{self.stream}: {self.first}"


class AclSeq(models.Model):
    """The highest ACL number of an owner that a node's receipt named; it only rises."""

    owner = models.UUIDField(primary_key=True)
    seq = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.owner}: {self.seq}"


class Acceptance(models.Model):
    """An owner's signed accept of a document that somebody else wrote, with her wrapped keys.

    `digest` is the statement's own; `kept` means that a node's receipt names it.
    """

    digest = OctetsField(max_length=32, unique=True)
    manifest = OctetsField(max_length=32)
    owner = models.UUIDField()
    statement = models.TextField()
    stored = models.PositiveBigIntegerField()
    kept = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["manifest"], name="cloud_acceptance_of"),
            models.Index(fields=["kept", "stored"], name="cloud_acceptance_age"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Exact(Length(name), 32), name=f"cloud_acceptance_{name}"
            )
            for name in ("digest", "manifest")
        ]

    def __str__(self) -> str:
        return self.digest.hex()


class Tombstone(models.Model):
    """A document that was erased and must never come back."""

    digest = OctetsField(max_length=32, unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Exact(Length("digest"), 32), name="cloud_tombstone_digest"
            )
        ]

    def __str__(self) -> str:
        return self.digest.hex()
