"""What the cloud keeps: authors' keys, encrypted documents and attachments, ACL numbers, tombstones.

Ciphertext, manifests, sizes and times; nothing here opens anything.
"""

from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from sesphr.fields import OctetsField


class Author(models.Model):
    """An author's Ed25519 key, as first seen; it never changes."""

    id = models.UUIDField(primary_key=True)
    verification = OctetsField(max_length=32)

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
    a node's receipt says that its deposit was committed.
    """

    digest = OctetsField(max_length=32, unique=True)
    owner = models.UUIDField()
    record = models.UUIDField()
    version = models.PositiveBigIntegerField()
    manifest = models.TextField()
    document = models.BinaryField()
    octets = OctetsField(max_length=32)
    stored = models.PositiveBigIntegerField()
    kept = models.BooleanField(default=False)

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
    """A cipher stream in the blob storage, with the size and root that were measured."""

    owner = models.UUIDField()
    attachment = models.UUIDField()
    size = models.PositiveBigIntegerField()
    root = OctetsField(max_length=32)
    blob = models.CharField(max_length=100, unique=True)
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


class AclSeq(models.Model):
    """The highest ACL number of an owner that a node's receipt named; it only rises."""

    owner = models.UUIDField(primary_key=True)
    seq = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.owner}: {self.seq}"


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
