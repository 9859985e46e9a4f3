"""What a node keeps of consent codes and emergencies: who may open what for some hours, and why.

`ConsentSecret.secret` is this server's secret and the owner's: nothing outside this database
may ever hold it.
"""

from django.db import models

from sesphr.fields import OctetsField

# base64url of 32 octets.
DIGEST = 43


class ConsentSecret(models.Model):
    """What an owner's consent codes are made of; the row is the lock under which they count."""

    owner = models.OneToOneField("srs.Member", models.PROTECT, related_name="consent_secret")
    secret = OctetsField(max_length=20)


class ConsentStep(models.Model):
    """A time step whose code was used: it counts once."""

    owner = models.ForeignKey("srs.Member", models.PROTECT, related_name="consent_steps")
    step = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "step"], name="srs_consent_step"),
        ]


class ConsentTry(models.Model):
    """A wrong code that somebody gave for an owner; kept for an hour."""

    owner = models.ForeignKey("srs.Member", models.PROTECT, related_name="consent_tries")
    user = models.ForeignKey("srs.Member", models.PROTECT, related_name="consent_tried")
    at = models.PositiveBigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["owner", "at"], name="srs_consent_try")]


class Visit(models.Model):
    """That an owner's code was given to a member, and when: her code rules count from then."""

    owner = models.ForeignKey("srs.Member", models.PROTECT, related_name="visits_given")
    user = models.ForeignKey("srs.Member", models.PROTECT, related_name="visits_made")
    since = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "user"], name="srs_visit")]


class Emergency(models.Model):
    """An emergency that clinicians signed for, the asker included; `signers` are member ids."""

    owner = models.ForeignKey("srs.Member", models.PROTECT, related_name="emergencies")
    user = models.ForeignKey("srs.Member", models.PROTECT, related_name="emergencies_asked")
    request = models.CharField(max_length=DIGEST)
    since = models.PositiveBigIntegerField()
    reason = models.TextField()
    signers = models.JSONField()
    cosigns = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "request"], name="srs_emergency_request")
        ]
