"""Who is whose guardian. What is kept here of a dependant's seed is sealed for that guardian."""

import uuid

from django.db import models
from django.db.models import F, Q

from accounts.fields import BinaryCharField
from sesphr import clock
from sesphr.fields import OctetsField

INVITED = Q(live=True, since=None, until=None, sealed=None, ciphertext__isnull=False)
_ACCEPTED = {"ciphertext": None, "statement": None}
ACTIVE = Q(live=True, since__isnull=False, until=None, sealed__isnull=False, **_ACCEPTED)
ENDED = Q(live=None, until__isnull=False, sealed=None, **_ACCEPTED)
# SQL takes a condition for kept that is null: that `live` is not null must be said.
_STANDS = {"live__isnull": False, "live": True, "finished": None, "sealed__isnull": False}
_GONE = {"live": None, "login": None, "body": None, "sealed": None}
OFFERED = Q(begun=None, login=None, body=None, **_STANDS)
BEGUN = Q(begun__isnull=False, login__isnull=False, body__isnull=False, **_STANDS) & Q(
    digest__isnull=False
)
TAKEN_BACK = Q(finished=None, **_GONE)
FINISHED = Q(begun__isnull=False, finished__isnull=False, digest__isnull=False, **_GONE)


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

    `enc` and `ciphertext` are the dependant's seed as another guardian sealed it to this one,
    `statement` what he signed of it (null in invitations from before there was one); they are kept
    until he accepts. `generation`, `salt` and `sealed` are his key slot. Both go at the end; the row
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
    statement = models.TextField(null=True)
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


class HandOver(models.Model):
    """A dependant's account on its way to the person who came of age; times are Unix seconds.

    `found_by` is the keyed hash of what the code is found by; `salt` and `sealed` are the dependant's
    seed, sealed under the code. Once begun, `body` is all that was sent (login secrets hashed, see
    `handing`), `digest` a keyed hash of it, 32 octets, and `login` the one that nobody else may take
    meanwhile. All of that but the digest goes at the end; the row stays. `told`: letters were sent.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dependant = models.ForeignKey(
        "accounts.Member", on_delete=models.CASCADE, related_name="hand_overs"
    )
    guardian = models.ForeignKey("accounts.Member", on_delete=models.CASCADE, related_name="+")
    found_by = OctetsField(max_length=32, unique=True)
    made = models.PositiveBigIntegerField(default=clock.now)
    expires = models.PositiveBigIntegerField()
    salt = OctetsField(max_length=16, null=True)
    sealed = OctetsField(max_length=60, null=True)
    # Null once it is over, as a guardianship's: at most one of a dependant waits.
    live = models.BooleanField(null=True, default=True)
    begun = models.PositiveBigIntegerField(null=True)
    login = BinaryCharField(max_length=254, unique=True, null=True)
    body = models.TextField(null=True)
    digest = OctetsField(max_length=32, null=True)
    finished = models.PositiveBigIntegerField(null=True)
    told = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dependant", "live"], name="hand_over_live"),
            models.CheckConstraint(
                condition=~Q(guardian=F("dependant")), name="hand_over_of_another"
            ),
            models.CheckConstraint(
                condition=OFFERED | BEGUN | TAKEN_BACK | FINISHED, name="hand_over_states"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dependant_id} by {self.guardian_id}"


class ListSent(models.Model):
    """When a guardian last sent a list of who may read what a dependant has, in Unix seconds.

    It outlives offers: a list may be under way before one is made, or while one takes another's place.
    """

    dependant = models.OneToOneField(
        "accounts.Member", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    time = models.PositiveBigIntegerField()

    def __str__(self) -> str:
        return str(self.dependant_id)


class FormerSlot(models.Model):
    """A member's former seed, sealed under the present one: it holds the epochs before `below`."""

    member = models.ForeignKey("accounts.Member", on_delete=models.CASCADE, related_name="former")
    below = models.PositiveIntegerField()
    salt = OctetsField(max_length=16)
    sealed = OctetsField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "below"], name="former_member_below"),
            models.CheckConstraint(condition=Q(below__gte=1), name="former_below"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} below {self.below}"
