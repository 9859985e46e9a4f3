"""Members, their key slots, failures that are counted, and the portal's events.

A row here never holds a password, a recovery code or an opened seed: `password`
and `secret_hash` are hashes of login secrets, `sealed` is ciphertext.
"""

import uuid
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.crypto import salted_hmac

from accounts.fields import BinaryCharField
from accounts.ids import member_id
from accounts.organisations.folding import folded
from accounts.organisations.models import (
    ActivationCode,
    Department,
    Leaving,
    Notice,
    Organisation,
    Post,
)
from sesphr import clock
from sesphr.eventlog import AbstractEvent, AbstractStream
from sesphr.fields import OctetsField

__all__ = [
    "ActivationCode",
    "Department",
    "Device",
    "Event",
    "KeySlot",
    "Leaving",
    "Member",
    "MemberManager",
    "Notice",
    "Organisation",
    "Post",
    "RateLimit",
    "Role",
    "SlotType",
    "State",
    "Stream",
]


class Role(models.TextChoices):
    """What a member is; everybody but an administrator registers as it."""

    OWNER = "owner"
    PHYSICIAN = "physician"
    NURSE = "nurse"
    PHARMACIST = "pharmacist"
    INSURER = "insurer"
    RESEARCHER = "researcher"
    RELATIVE = "relative"
    ADMINISTRATOR = "administrator"


class State(models.TextChoices):
    """Where a membership stands."""

    PENDING = "pending"
    AUTHORISED = "authorised"
    SUSPENDED = "suspended"
    DEPARTED = "departed"


class SlotType(models.TextChoices):
    """What opens a key slot."""

    PASSWORD = "password"  # noqa: S105 -- the name of a slot type
    RECOVERY = "recovery"


class MemberManager(BaseUserManager["Member"]):
    """Finds members by login; makes administrators, who have no keys."""

    def create_superuser(self, login: str, name: str, password: str | None = None) -> "Member":
        """Make an administrator with an ordinary password (for `manage.py createsuperuser`)."""
        member = self.model(
            id=member_id(login),
            login=login,
            name=name,
            role=Role.ADMINISTRATOR,
            state=State.AUTHORISED,
            confirmed_at=clock.now(),
            is_staff=True,
            is_superuser=True,
        )
        member.set_password(password)
        member.full_clean(exclude=["password"])
        if HandOver.objects.filter(login=login).exists():
            raise ValidationError("An account that is being handed over gets this login.")
        member.save(using=self._db, force_insert=True)
        return member


class Member(AbstractBaseUser, PermissionsMixin):
    """Somebody with an account; `password` hashes the password slot's login secret.

    `id` is the keyed hash of the `login` with which they began; only an account that was handed over
    has another login now. `registration` is the digest (32 octets) of the first signed registration;
    administrators have none. `language` is the code of the one that was chosen, if any. `listed`: may
    be found in the directory of providers; `notified`: wants letters about what happened. `sought`
    is the name as it is searched. `caring`: left, and signs in only to act for those who have nobody else.
    Times are Unix seconds.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    login = BinaryCharField(max_length=254, unique=True)
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=16, choices=Role.choices)
    state = models.CharField(max_length=12, choices=State.choices, default=State.PENDING)
    registration = OctetsField(max_length=32, null=True)
    registered_at = models.PositiveBigIntegerField(default=clock.now)
    confirmed_at = models.PositiveBigIntegerField(null=True, blank=True)
    authorised_at = models.PositiveBigIntegerField(null=True, blank=True)
    joined = models.PositiveBigIntegerField(null=True, blank=True)
    checked = models.TextField(blank=True)
    checked_by = models.CharField(max_length=254, blank=True)
    session_epoch = models.PositiveBigIntegerField(default=0)
    is_staff = models.BooleanField(default=False)
    language = models.CharField(max_length=16, blank=True, default="")
    listed = models.BooleanField(default=False)
    notified = models.BooleanField(default=True)
    caring = models.BooleanField(default=False)
    sought = BinaryCharField(max_length=400, blank=True, default="")

    objects = MemberManager()

    USERNAME_FIELD = "login"
    EMAIL_FIELD = "login"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="member_role"),
            models.CheckConstraint(condition=models.Q(state__in=State.values), name="member_state"),
            models.CheckConstraint(
                condition=models.Q(is_staff=False) | models.Q(role=Role.ADMINISTRATOR),
                name="member_staff",
            ),
            models.CheckConstraint(
                condition=models.Q(role=Role.ADMINISTRATOR) | models.Q(registration__isnull=False),
                name="member_registered",
            ),
            models.CheckConstraint(
                condition=models.Q(caring=False) | models.Q(state=State.DEPARTED),
                name="member_caring",
            ),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep what the name is found by beside it."""
        self.sought = folded(self.name)
        super().save(*args, **kwargs)

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        """Whether this member may be signed in at all."""
        return self.caring or self.state not in (State.SUSPENDED, State.DEPARTED)

    @property
    def is_authorised(self) -> bool:
        """Whether this member may take part."""
        return self.state == State.AUTHORISED

    @property
    def may_act(self) -> bool:
        """Whether this member may act for those whose guardian they are."""
        return self.caring or self.is_authorised

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must match: it ends when the password or the epoch changes."""
        text = f"{self.password}|{self.session_epoch}"
        return salted_hmac(
            "accounts.Member.session", text, secret=secret, algorithm="sha256"
        ).hexdigest()


class KeySlot(models.Model):
    """A sealed seed as an endpoint made it, and the hash of the login secret beside it."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="slots")
    type = models.CharField(max_length=12, choices=SlotType.choices)
    generation = models.PositiveIntegerField()
    salt = OctetsField(max_length=16)
    params = models.JSONField()
    sealed = OctetsField(max_length=60)
    secret_hash = models.CharField(max_length=255)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "type"], name="slot_member_type"),
            models.CheckConstraint(condition=models.Q(type__in=SlotType.values), name="slot_type"),
            models.CheckConstraint(condition=models.Q(generation__gte=1), name="slot_generation"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.generation}"


class Device(models.Model):
    """A browser or client in which somebody is signed in; times are Unix seconds.

    `session` is SHA-256 of the session's key, `share` what the browser's own key needs to open
    the seed that it keeps. The share goes when the session ends, by idleness too; a row
    without one is kept only to say why.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="devices")
    session = OctetsField(max_length=32, unique=True)
    share = OctetsField(max_length=32, null=True)
    started = models.PositiveBigIntegerField()
    seen = models.PositiveBigIntegerField(db_index=True)
    browser = models.CharField(max_length=16)
    system = models.CharField(max_length=16)
    # As whose guardian the session acts; null for its member's own account.
    acting = models.ForeignKey(
        "accounts.Guardianship", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(seen__gte=models.F("started")), name="device_seen"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.browser} on {self.system}"


class RateLimit(models.Model):
    """How often something was counted for somebody in a window; `key` is a keyed hash."""

    key = models.CharField(max_length=64)
    window = models.PositiveBigIntegerField()
    expires = models.PositiveBigIntegerField(db_index=True)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "window"], name="rate_key_window")]

    def __str__(self) -> str:
        return f"{self.count} until {self.expires}"


class Stream(AbstractStream):
    """A member's stream of events at the portal."""


class Event(AbstractEvent):
    """An event that the portal decided; triggers keep it as it was written."""

    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="events")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stream", "number"], name="event_stream_number")
        ]


from accounts.guardians.models import (  # noqa: E402 -- its models are this app's
    FormerSlot,
    GuardianKey,
    Guardianship,
    HandOver,
    ListSent,
)

__all__ += ["FormerSlot", "GuardianKey", "Guardianship", "HandOver", "ListSent"]
