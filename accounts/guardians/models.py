"""Who is whose guardian. What is kept here of a dependant's seed is sealed for that guardian."""

import uuid

from django.db import models
from django.db.models import F, Q

from sesphr import clock
from sesphr.fields import OctetsField

INVITED = Q(live=True, since=None, until=None, sealed=None, ciphertext__isnull=False)
ACTIVE = Q(live=True, since__isnull=False, until=None, sealed__isnull=False, ciphertext=None)
ENDED = Q(live=None, until__isnull=False, sealed=None, ciphertext=None)


class GuardianKey(models.Model):
    """A member's signed X25519 key: with it they let themselves be found as a second guardian."""

    member = models.OneToOneField(
        "accounts.Member", on_delete=models.CASCADE, related_name="guardian_key"
    )
    statement = models.TextField()

    def __str__(self) -> str:
        return str(self.member_id)


class Guardianship(models.Model):
    """One guardian of one dependant: invited, then acting, then over. Times are Unix seconds.

    `enc` and `ciphertext` are the dependant's seed as another guardian sealed it to this one, kept
    until he accepts; `generation`, `salt` and `sealed` are his key slot. Both go at the end; the row
    stays, to tell who acted when.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    guardian = models.ForeignKey(
        "accounts.Member", on_delete=models.CASCADE, related_name="guardianships"
    )
    dependant = models.ForeignKey(
        "accounts.Member", on_delete=models.CASCADE, related_name="guarded"
    )
    invited_by = models.ForeignKey(
        "accounts.Member", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    made = models.PositiveBigIntegerField(default=clock.now)
    since = models.PositiveBigIntegerField(null=True)
    until = models.PositiveBigIntegerField(null=True)
    # Null once it is over: databases count nulls as different, so that there is one live row at most.
    live = models.BooleanField(null=True, default=True)
    enc = OctetsField(max_length=32, null=True)
    ciphertext = OctetsField(max_length=48, null=True)
    generation = models.PositiveIntegerField(null=True)
    salt = OctetsField(max_length=16, null=True)
    sealed = OctetsField(max_length=60, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["guardian", "dependant", "live"], name="guardianship_live"
            ),
            models.CheckConstraint(
                condition=~Q(guardian=F("dependant")), name="guardianship_of_another"
            ),
            models.CheckConstraint(condition=INVITED | ACTIVE | ENDED, name="guardianship_states"),
        ]

    def __str__(self) -> str:
        return f"{self.guardian_id} for {self.dependant_id}"
