"""An index of records that can be rebuilt from SRS and cloud, and the requests for access.

No titles and no file names: they live inside partitions, which nobody here can open.
"""

import uuid

from django.db import models
from django.db.models import Q

from phr import models_notices  # noqa: F401 (Django finds models from here)

DIGEST = 43


class Record(models.Model):
    """A record that an owner deposited."""

    id = models.UUIDField(primary_key=True, editable=False)
    owner = models.UUIDField(db_index=True)
    created = models.PositiveBigIntegerField()


class Version(models.Model):
    """A version whose deposit cloud and SRS both hold; `digest` is its manifest's (b64u)."""

    record = models.ForeignKey(Record, models.PROTECT, related_name="versions")
    n = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=DIGEST, unique=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "n"], name="phr_version_n")]


class PartitionSize(models.Model):
    """How many cipher octets a partition of a version has."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="sizes")
    partition = models.CharField(max_length=32)
    size = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "partition"], name="phr_partition_size")
        ]


class KeyRequest(models.Model):
    """A signed request for access, waiting for the owner or answered by them.

    `owner` need not be anybody: a request for an unknown name is kept like any other.
    """

    class State(models.TextChoices):
        """What became of it."""

        PENDING = "pending"
        APPROVED = "approved"
        DECLINED = "declined"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    digest = models.CharField(max_length=DIGEST, unique=True)
    statement = models.TextField()
    owner = models.UUIDField(db_index=True)
    asker = models.UUIDField(db_index=True)
    asked = models.PositiveBigIntegerField()
    state = models.CharField(max_length=16, choices=State.choices, default=State.PENDING)
    answered = models.PositiveBigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["pending", "approved", "declined"]), name="phr_request_state"
            ),
            models.CheckConstraint(
                condition=Q(state="pending", answered__isnull=True)
                | (~Q(state="pending") & Q(answered__isnull=False)),
                name="phr_request_answered",
            ),
        ]


class Proposal(models.Model):
    """What somebody added to an owner's records, waiting for her or answered by her.

    The key nodes hold what counts; this is for lists and counts. `manifest` is the author's
    statement while it waits. `answer` is her statement, kept before anything is done with it, so
    that what a crash interrupts is done to its end.
    """

    class State(models.TextChoices):
        """What became of it."""

        PENDING = "pending"
        ACCEPTED = "accepted"
        DECLINED = "declined"

    record = models.UUIDField(primary_key=True, editable=False)
    owner = models.UUIDField()
    author = models.UUIDField(db_index=True)
    digest = models.CharField(max_length=DIGEST, unique=True)
    manifest = models.TextField()
    offered = models.PositiveBigIntegerField()
    state = models.CharField(max_length=16, choices=State.choices, default=State.PENDING)
    answer = models.TextField(blank=True)
    answered = models.PositiveBigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["owner", "state"], name="phr_proposal_waiting")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="pending", answered__isnull=True)
                | Q(state__in=["accepted", "declined"], answered__isnull=False),
                name="phr_proposal_answered",
            ),
        ]


class IntegrityReport(models.Model):
    """That something differed from what was signed, open until staff looked into it.

    Reported by a member's device, or noted for whoever asked when the store failed.
    """

    reported_by = models.UUIDField()
    reason = models.CharField(max_length=64)
    record = models.UUIDField(null=True)
    partition = models.CharField(max_length=32, blank=True)
    manifest = models.CharField(max_length=DIGEST, blank=True)
    # The notice of an emergency that its owner questions.
    emergency = models.UUIDField(null=True, unique=True)
    # The key node whose answer did not fit, where that is known.
    node = models.PositiveSmallIntegerField(null=True)
    first = models.PositiveBigIntegerField()
    last = models.PositiveBigIntegerField()
    count = models.PositiveBigIntegerField(default=1)
    closed = models.PositiveBigIntegerField(null=True)
    closed_by = models.CharField(max_length=254, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["closed", "last"], name="phr_report_open")]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed__isnull=True, closed_by="") | Q(closed__isnull=False),
                name="phr_report_closed",
            )
        ]
