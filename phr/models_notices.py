"""Emergencies that wait for a second clinician, and what owners are told at once."""

import uuid

from django.db import models
from django.db.models import Q

DIGEST = 43


class EmergencyRequest(models.Model):
    """A clinician's signed request in an emergency, with what was signed of it so far.

    Asking again replaces the request: the nodes take one for three minutes only.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    asker = models.UUIDField()
    owner = models.UUIDField()
    colleague = models.UUIDField(null=True, db_index=True)
    digest = models.CharField(max_length=DIGEST)
    statement = models.TextField()
    cosign = models.TextField()
    confirmed = models.TextField(blank=True)
    asked = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["asker", "owner"], name="phr_emergency_asker")
        ]


class Notice(models.Model):
    """That somebody opened something by an owner's code or in an emergency, and what she says of it.

    Written before any answer of the nodes leaves this server. `request` is that request's digest.
    """

    class Kind(models.TextChoices):
        """By what."""

        CODE = "code"
        EMERGENCY = "emergency"

    class Review(models.TextChoices):
        """What the owner says of an emergency."""

        RIGHT = "right"
        QUESTIONED = "questioned"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    owner = models.UUIDField(db_index=True)
    asker = models.UUIDField()
    request = models.CharField(max_length=DIGEST)
    at = models.PositiveBigIntegerField()
    until = models.PositiveBigIntegerField()
    reason = models.TextField(blank=True)
    signers = models.JSONField(default=list)
    seen = models.PositiveBigIntegerField(null=True)
    review = models.CharField(max_length=16, choices=Review.choices, blank=True)
    reviewed = models.PositiveBigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "kind", "request"], name="phr_notice_request"),
            models.CheckConstraint(
                condition=Q(review="", reviewed__isnull=True)
                | (Q(review__in=["right", "questioned"]) & Q(reviewed__isnull=False)),
                name="phr_notice_review",
            ),
        ]
