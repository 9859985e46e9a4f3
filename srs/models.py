"""What one SRS node holds. Each node has a database of its own.

`RParameter.r` (and `affine`), `Delegation.d` and `Share.s` are this server's secrets: nothing
outside this database may ever hold them.
"""

import uuid

from django.db import models
from django.db.models import Q

from sesphr.eventlog import AbstractEvent, AbstractStream
from sesphr.fields import OctetsField
from srs import models_visits  # noqa: F401 (Django finds models from here)

# base64url of 32 octets; MariaDB cannot index a BLOB as a whole.
DIGEST = 43
NONCE = 22


class Member(models.Model):
    """A registered member; the joining date is set once, by the first activation."""

    class State(models.TextChoices):
        """Whether the member's requests are answered."""

        PENDING = "pending"
        ACTIVE = "active"
        SUSPENDED = "suspended"
        DEPARTED = "departed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    state = models.CharField(max_length=16, choices=State.choices, default=State.PENDING)
    role = models.CharField(max_length=32, blank=True)
    joined = models.PositiveBigIntegerField(null=True)
    verification = OctetsField(max_length=32)
    receive = OctetsField(max_length=96)
    key_digest = models.CharField(max_length=43)
    departure = models.TextField(blank=True)
    # Counts changes of state, so that nodes agree which was the last.
    turn = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["pending", "active", "suspended", "departed"]),
                name="srs_member_state",
            ),
            models.CheckConstraint(
                condition=~Q(state="active") | Q(joined__isnull=False),
                name="srs_member_active_joined",
            ),
        ]

    @property
    def active(self) -> bool:
        """Whether the member may ask and be given anything now."""
        return self.state == self.State.ACTIVE


class Registration(models.Model):
    """A signed registration, numbered; later ones add partition keys, or change all keys."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="registrations")
    seq = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=DIGEST)
    jws = models.TextField()
    receipt = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "seq"], name="srs_registration_seq")
        ]


class PartitionKey(models.Model):
    """A_P,c: an owner's public key of one partition and epoch."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="partition_keys")
    partition = models.CharField(max_length=32)
    epoch = models.PositiveBigIntegerField()
    a = OctetsField(max_length=48)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member", "partition", "epoch"], name="srs_partition_key"
            )
        ]


class Record(models.Model):
    """A record of an owner and the date that access decisions use."""

    id = models.UUIDField(primary_key=True, editable=False)
    owner = models.ForeignKey(Member, models.PROTECT, related_name="records")
    date = models.PositiveBigIntegerField()
    head = models.PositiveBigIntegerField(default=0)


class Version(models.Model):
    """One accepted deposit: the signed manifest; versions of a record have no gaps."""

    record = models.ForeignKey(Record, models.PROTECT, related_name="versions")
    version = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=DIGEST)
    manifest = models.TextField()
    accepted = models.PositiveBigIntegerField()
    open_from = models.PositiveBigIntegerField(null=True)
    open_until = models.PositiveBigIntegerField(null=True)
    receipt = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record", "version"], name="srs_version"),
            models.UniqueConstraint(fields=["digest"], name="srs_version_digest"),
            models.CheckConstraint(condition=Q(version__gte=1), name="srs_version_positive"),
        ]


class RParameter(models.Model):
    """R = A_P,c^r of one partition of a version: the owner's parameter that the node turns
    into one that only the granted user can use. `affine` is the same point uncompressed, which is
    read back faster; null in rows of before."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="parameters")
    partition = models.CharField(max_length=32)
    epoch = models.PositiveBigIntegerField()
    r = OctetsField(max_length=48)
    affine = OctetsField(max_length=96, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "partition"], name="srs_r_parameter")
        ]


class Contribution(models.Model):
    """That somebody else than its owner wrote version 1 of a record, and what she made of it.

    While it is no record of hers, the record's head is 0: nothing that reads heads sees it.
    `octets` is how much of the cloud it takes.
    """

    class State(models.TextChoices):
        """Whether the owner has answered."""

        PROPOSED = "proposed"
        ACCEPTED = "accepted"
        DECLINED = "declined"

    version = models.OneToOneField(Version, models.PROTECT, related_name="contribution")
    owner = models.ForeignKey(Member, models.PROTECT, related_name="contributions")
    author = models.ForeignKey(Member, models.PROTECT, related_name="contributed")
    state = models.CharField(max_length=16, choices=State.choices, default=State.PROPOSED)
    octets = models.PositiveBigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["owner", "state"], name="srs_contribution_waiting")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "accepted", "declined"]),
                name="srs_contribution_state",
            ),
            models.CheckConstraint(
                condition=~Q(owner=models.F("author")), name="srs_contribution_of_another"
            ),
        ]


class ContributionAnswer(models.Model):
    """An owner's signed statement that takes a contribution or declines it. Two devices may
    sign one each that say the same."""

    contribution = models.ForeignKey(Contribution, models.PROTECT, related_name="answers")
    digest = models.CharField(max_length=DIGEST, unique=True)
    jws = models.TextField()
    receipt = models.TextField()


class Adder(models.Model):
    """That an owner's list in force names a member in a rule that lets add: whose records to
    look at when that member asks; it decides nothing."""

    owner = models.ForeignKey(Member, models.PROTECT, related_name="adders")
    user = models.ForeignKey(Member, models.PROTECT, related_name="may_add")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "user"], name="srs_adder")]


class Keyless(models.Model):
    """That an owner's list in force lets a member read something of which this node was dealt no
    key: it was added later. How it finds that owner's records for the member, as the others do."""

    owner = models.ForeignKey(Member, models.PROTECT, related_name="keyless_given")
    user = models.ForeignKey(Member, models.PROTECT, related_name="keyless")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "user"], name="srs_keyless")]


class Acl(models.Model):
    """A signed access control list; the highest seq of an owner is in force, for ever."""

    owner = models.ForeignKey(Member, models.PROTECT, related_name="acls")
    seq = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=DIGEST)
    jws = models.TextField()
    receipt = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "seq"], name="srs_acl_seq"),
            models.CheckConstraint(condition=Q(seq__gte=1), name="srs_acl_positive"),
        ]


class Delegation(models.Model):
    """D_i: this node's share of the re-encryption key from an owner's partition to a user."""

    owner = models.ForeignKey(Member, models.PROTECT, related_name="delegations_given")
    user = models.ForeignKey(Member, models.PROTECT, related_name="delegations_held")
    partition = models.CharField(max_length=32)
    epoch = models.PositiveBigIntegerField()
    key_digest = models.CharField(max_length=43)
    # What another group of nodes was dealt is not used any more.
    group = models.CharField(max_length=DIGEST)
    d = OctetsField(max_length=96)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "user", "partition", "epoch"], name="srs_delegation"
            )
        ]


class Share(models.Model):
    """s_i = f(i): with it this node forms D_i = B_U^s_i for whoever an owner's rule for a role
    allows, and for nobody else (standing delegation)."""

    owner = models.ForeignKey(Member, models.PROTECT, related_name="shares")
    partition = models.CharField(max_length=32)
    epoch = models.PositiveBigIntegerField()
    group = models.CharField(max_length=DIGEST)
    s = OctetsField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "partition", "epoch"], name="srs_share")
        ]


class RoleGiver(models.Model):
    """That a rule of an owner's list in force, not one for emergencies, lets a role read: how the
    node finds the owners whose records somebody may list."""

    owner = models.ForeignKey(Member, models.PROTECT, related_name="roles_given")
    role = models.CharField(max_length=32)
    issuer = models.CharField(max_length=DIGEST)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["role", "issuer", "owner"], name="srs_role_giver")
        ]


class KeyRequest(models.Model):
    """That a member asked an owner for keys; grants nothing."""

    digest = models.CharField(max_length=DIGEST, unique=True)
    asker = models.ForeignKey(Member, models.PROTECT, related_name="key_requests")
    nonce = models.CharField(max_length=NONCE)
    jws = models.TextField()
    receipt = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["asker", "nonce"], name="srs_key_request_nonce")
        ]


class AccessRequest(models.Model):
    """An access request with the decisions committed for it and, once logged, its answer.

    Committed in this order: decisions and events; then answer and tickets. The answer
    is forgotten when the request is too old to be sent again: after `keep_until`, which is null
    where there is no answer.
    """

    digest = models.CharField(max_length=DIGEST, unique=True)
    user = models.ForeignKey(Member, models.PROTECT, related_name="access_requests")
    nonce = models.CharField(max_length=NONCE)
    taken = models.PositiveBigIntegerField()
    decisions = models.JSONField()
    events = models.JSONField()
    answer = models.TextField(null=True)
    tickets = models.JSONField(null=True)
    keep_until = models.PositiveBigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "nonce"], name="srs_access_nonce")]
        indexes = [
            models.Index(fields=["taken"], name="srs_access_taken"),
            models.Index(fields=["keep_until"], name="srs_access_kept"),
        ]


class Credential(models.Model):
    """The one credential of a member as it was handed in; it is verified at every use."""

    member = models.OneToOneField(Member, models.PROTECT, related_name="credential")
    octets = models.BinaryField(max_length=65_535)
    digest = models.CharField(max_length=DIGEST)
    receipt = models.TextField()


class Revocations(models.Model):
    """The newest revocation list of an authority (DER); its numbers only rise."""

    issuer = models.CharField(max_length=DIGEST, unique=True)
    number = models.PositiveBigIntegerField()
    octets = models.BinaryField(max_length=2**20)


class Stream(AbstractStream):
    """A member's stream of events at this node."""


class Event(AbstractEvent):
    """An event that this node decided."""

    stream = models.ForeignKey(Stream, models.PROTECT, related_name="events")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stream", "number"], name="srs_event_number")
        ]


class Journal(models.Model):
    """A call that this node committed, for nodes that were out of reach; numbered without gaps.

    Nothing of a row changes, triggers see to it, but that it can become void, and that `sealed` can
    be forgotten: what was sealed to nodes, and must go when they forget what it held.
    """

    number = models.PositiveBigIntegerField(unique=True)
    kind = models.CharField(max_length=32)
    subject = models.CharField(max_length=64)
    time = models.PositiveBigIntegerField()
    statement = models.TextField()
    facts = models.TextField()
    sealed = models.TextField(null=True)
    # Running SHA-256 over all rows up to this one, what was sealed left out.
    digest = OctetsField(max_length=32)
    # Another statement was taken at this place of its chain later (`srs.rivals`).
    void = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["kind", "subject"], name="srs_journal_subject")]


class JournalHead(models.Model):
    """One row; whoever holds it appends. `behind`: this database lost what it had published, or
    is new, so that every other node must be heard before this one answers."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    length = models.PositiveBigIntegerField(default=0)
    digest = OctetsField(max_length=32, default=b"")
    behind = models.BooleanField(default=False)
    life = models.CharField(max_length=36, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="srs_journal_single")]


class Cursor(models.Model):
    """How far this node has read another node's journal, and the running digest there; and the
    furthest that it ever read in the journal's present life."""

    peer = models.PositiveSmallIntegerField(unique=True)
    number = models.PositiveBigIntegerField(default=0)
    life = models.CharField(max_length=36, blank=True)
    furthest = models.PositiveBigIntegerField(default=0)
    digest = OctetsField(max_length=32, default=b"")


class Rival(models.Model):
    """That another node took another statement than this one at the same place of a chain: a
    list, a registration or a version of a record."""

    peer = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=32)
    subject = models.CharField(max_length=64)
    seq = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=DIGEST)
    dated = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["peer", "kind", "subject", "seq"], name="srs_rival")
        ]


class Unsettled(models.Model):
    """The first entry about a subject in another node's journal that this one could not do, for
    no reason that `Rival` tells; how often, and when last (Unix seconds), it was tried."""

    peer = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=32)
    subject = models.CharField(max_length=64)
    number = models.PositiveBigIntegerField()
    tries = models.PositiveIntegerField(default=1)
    tried = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["peer", "kind", "subject"], name="srs_unsettled")
        ]
