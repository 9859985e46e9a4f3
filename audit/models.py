"""What the log keeps: entries, whose streams are, the hashes of complete subtrees, and a lock.

Rows of Entry and Hash are never changed or removed: triggers refuse it, raw SQL
included (`audit.triggers`). Nothing here says what an entry commits to.
"""

from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from sesphr.fields import OctetsField


class Entry(models.Model):
    """A commitment of 32 octets: leaf `index` of the tree, entry `number` of its stream."""

    index = models.PositiveBigIntegerField(primary_key=True)
    stream = models.UUIDField()
    number = models.PositiveBigIntegerField()
    entry = OctetsField(max_length=32)
    time = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stream", "number"], name="audit_entry_place"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="audit_entry_number"),
            models.CheckConstraint(condition=Exact(Length("entry"), 32), name="audit_entry_octets"),
        ]

    def __str__(self) -> str:
        return f"entry {self.index}"


class Stream(models.Model):
    """Which server appends to a stream: the one that did so first, by the name that TLS proved.

    Streams from before this was kept, and those written within one process, have no row.
    """

    id = models.UUIDField(primary_key=True)
    writer = models.CharField(max_length=20)

    def __str__(self) -> str:
        return f"{self.id} of {self.writer}"


class Hash(models.Model):
    """The RFC 9162 hash of the leaves position * 2^level .. (position + 1) * 2^level - 1.

    Complete subtrees never change again, so every root and every path of every
    size follows from O(log n) of them.
    """

    level = models.PositiveSmallIntegerField()
    position = models.PositiveBigIntegerField()
    hash = OctetsField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["level", "position"], name="audit_hash_place"),
            models.CheckConstraint(condition=models.Q(level__lte=62), name="audit_hash_level"),
            models.CheckConstraint(condition=Exact(Length("hash"), 32), name="audit_hash_octets"),
        ]

    def __str__(self) -> str:
        return f"hash {self.level}/{self.position}"


class Lock(models.Model):
    """One row; whoever holds it appends."""

    id = models.PositiveSmallIntegerField(primary_key=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="audit_lock_single")]

    def __str__(self) -> str:
        return "the log's lock"


class Check(models.Model):
    """How a check of the whole log came out: its size and root, or what is damaged."""

    time = models.PositiveBigIntegerField()
    by = models.CharField(max_length=254)
    size = models.PositiveBigIntegerField(null=True)
    root = OctetsField(max_length=32, null=True)
    damage = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"check at {self.time}"
