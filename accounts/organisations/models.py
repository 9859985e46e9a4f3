"""Organisations, who works there, codes that enrol, and what became of leavers. Times are Unix seconds.

`current` is True or null, never False: nulls are distinct in a unique constraint on every
database, where a conditional one is not enforced on MariaDB.
"""

import uuid
from typing import Any

from django.db import models
from django.db.models import F, Q

from accounts.fields import BinaryCharField
from accounts.organisations.folding import folded
from accounts.organisations.specialities import SPECIALITIES
from sesphr import clock
from sesphr.fields import OctetsField

# Roles that an organisation vouches for.
ENROLLED = ("physician", "nurse", "pharmacist", "insurer", "researcher")


class Organisation(models.Model):
    """A hospital, practice, pharmacy or the like; `country` is a code of ISO 3166-1."""

    class Kind(models.TextChoices):
        """What it is."""

        HOSPITAL = "hospital"
        CLINIC = "clinic"
        PRACTICE = "practice"
        PHARMACY = "pharmacy"
        LABORATORY = "laboratory"
        INSURER = "insurer"
        RESEARCH = "research"
        CARE = "care"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    street = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=100)
    postcode = models.CharField(max_length=16, blank=True)
    country = models.CharField(max_length=2)
    sought = BinaryCharField(max_length=400, blank=True, default="")
    founded = models.PositiveBigIntegerField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "city"], name="organisation_name_city"),
            models.CheckConstraint(condition=~Q(name=""), name="organisation_named"),
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "hospital", "clinic", "practice", "pharmacy", "laboratory", "insurer",
                        "research", "care",
                    ]
                ),
                name="organisation_kind",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep what the place is found by beside it."""
        self.sought = folded(self.name, self.city, self.postcode)
        super().save(*args, **kwargs)


class Department(models.Model):
    """A part of an organisation, with one speciality of the fixed list."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="departments")
    name = models.CharField(max_length=200)
    speciality = models.CharField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="department_name"),
            models.CheckConstraint(condition=~Q(name=""), name="department_named"),
            models.CheckConstraint(
                condition=Q(speciality__in=sorted(SPECIALITIES)), name="department_speciality"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Post(models.Model):
    """A member's place in an organisation, since when, and until when.

    `administrator`: may enrol and remove staff there. `gave_role`: the member was let take part on
    the word of organisations, so that with the last such post the membership ends.
    """

    class State(models.TextChoices):
        """Leaving: every node was to forget the member's keys, and not all have confirmed it."""

        CURRENT = "current"
        LEAVING = "leaving"
        LEFT = "left"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey("accounts.Member", models.CASCADE, related_name="posts")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="posts")
    department = models.ForeignKey(Department, models.PROTECT, related_name="posts", null=True)
    title = models.CharField(max_length=200, blank=True)
    administrator = models.BooleanField(default=False)
    gave_role = models.BooleanField(default=False)
    since = models.PositiveBigIntegerField(default=clock.now)
    until = models.PositiveBigIntegerField(null=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.CURRENT)
    current = models.BooleanField(null=True, default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member", "organisation", "current"], name="post_current_once"
            ),
            models.CheckConstraint(
                condition=Q(state="current", current=True, until__isnull=True)
                | Q(state__in=["leaving", "left"], current__isnull=True, until__isnull=False),
                name="post_state",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="post_until"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} at {self.organisation_id}"


class ActivationCode(models.Model):
    """A one-time code that enrols one person; only its keyed hash is kept, 32 octets.

    It binds organisation, department, role and the person's name; with an `email`, that too.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="codes")
    department = models.ForeignKey(Department, models.CASCADE, related_name="codes", null=True)
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=16)
    title = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=254, blank=True)
    administrator = models.BooleanField(default=False)
    hashed = OctetsField(max_length=32, unique=True)
    issued = models.PositiveBigIntegerField(default=clock.now)
    issued_by = models.CharField(max_length=254)
    expires = models.PositiveBigIntegerField()
    withdrawn = models.PositiveBigIntegerField(null=True)
    used = models.PositiveBigIntegerField(null=True)
    used_by = models.ForeignKey(
        "accounts.Member", models.SET_NULL, related_name="codes_used", null=True
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(role__in=sorted(ENROLLED)), name="code_role"),
            models.CheckConstraint(condition=Q(expires__gt=F("issued")), name="code_expires"),
            models.CheckConstraint(
                condition=Q(used__isnull=True) | Q(withdrawn__isnull=True), name="code_one_end"
            ),
            models.CheckConstraint(
                condition=Q(used__isnull=False) | Q(used_by__isnull=True), name="code_used_by"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} at {self.organisation_id}"


class Leaving(models.Model):
    """The end of a post. `receipts`: what each node signed, by its number, when the membership ended too.

    `finished` stays null until every node has confirmed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    post = models.OneToOneField(Post, models.CASCADE, related_name="leaving")
    ends_membership = models.BooleanField()
    asked = models.PositiveBigIntegerField(default=clock.now)
    by = models.CharField(max_length=254)
    receipts = models.JSONField(default=dict)
    finished = models.PositiveBigIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.post_id}"


class Notice(models.Model):
    """That an owner who shares with a leaver is told, by page and, if wished, by a letter."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    leaving = models.ForeignKey(Leaving, models.CASCADE, related_name="notices")
    owner = models.ForeignKey("accounts.Member", models.CASCADE, related_name="notices")
    told = models.PositiveBigIntegerField(null=True)
    dismissed = models.PositiveBigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["leaving", "owner"], name="notice_leaving_owner")
        ]

    def __str__(self) -> str:
        return f"{self.leaving_id} to {self.owner_id}"
