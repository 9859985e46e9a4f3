"""Where an access decision is made: gathers what `crypto.acl.decide` needs, and asks it.

The decision itself is the pure function of protocol section 6 in
`sesphr.crypto.acl`; here are only the two rules that come before it (the owner,
a record's own window) and the reading of rows.
"""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from sesphr.crypto import acl as kernel
from sesphr.crypto import statements
from srs import credentials
from srs.context import Node
from srs.emergency import PURPOSE
from srs.manifests import partitions_by_version
from srs.models import Acl, Contribution, Member, RParameter, Version
from srs.permits import Permits, hours

EMPTY: dict[str, list[Any]] = {"default_partitions": [], "rules": []}
# Of a version, its record and its owner: what deciding reads.
NEEDED = (
    "version", "digest", "open_from", "open_until", "record__date", "record__head",
    "record__owner__state",
)  # fmt: skip
# One answer for no such record, no such partition and nothing granted.
UNKNOWN = "no-rule"
# Allowed, but this node was never given what it takes: others were.
NOT_HERE = "not-here"


@dataclass(frozen=True)
class Decision:
    """What was decided for one partition of one record, and by which rule; `bare`: nothing but an R
    that this node was never given opens it to its owner, to whom somebody else proposed it."""

    record: str
    owner: str | None
    version: int | None
    manifest: str | None
    partition: str
    allowed: bool
    rule: str | None
    reason: str
    seq: int
    present: bool = False
    bare: bool = False

    def as_json(self) -> dict[str, Any]:
        """For the row that commits it."""
        return dict(vars(self))


@dataclass(frozen=True)
class Policy:
    """An owner's list in force."""

    seq: int
    rules: kernel.CheckedRules


class Docket:
    """What deciding many pairs needs of this node's rows: each row read once."""

    def __init__(self, node: Node, records: Iterable[str]) -> None:
        self._node = node
        # A proposal is no head yet; `_verdict` lets only its owner see it.
        proposed = Q(record__head=0, contribution__state=Contribution.State.PROPOSED)
        heads = Version.objects.using(node.alias).filter(
            Q(version=F("record__head")) | proposed, record__in=list(records)
        )
        rows = heads.select_related("record__owner").only(*NEEDED)
        self.heads = {str(head.record_id): head for head in rows}
        self.partitions = self._partitions()
        # Of what was deposited before this node was added it has the manifest alone.
        self.bare = {pk for pk, names in self.partitions.items() if not names}
        if self.bare:
            found = partitions_by_version(node.alias, self.bare)
            self.partitions |= {pk: set(names) for pk, names in found.items()}
        self._policies: dict[UUID, Policy] = {}
        self._described: dict[tuple[UUID, int], kernel.CheckedMember] = {}
        self.permits = Permits(node)

    def _partitions(self) -> dict[int, set[str]]:
        found: dict[int, set[str]] = {head.pk: set() for head in self.heads.values()}
        rows = RParameter.objects.using(self._node.alias).filter(version__in=list(found))
        for version, partition in rows.values_list("version_id", "partition"):
            found[version].add(partition)
        return found

    def policy(self, owner: Member) -> Policy:
        """The owner's list in force, or the empty one before the first."""
        if owner.pk not in self._policies:
            self._policies[owner.pk] = self._read_policy(owner)
        return self._policies[owner.pk]

    def described(self, user: Member, now: int) -> kernel.CheckedMember:
        """The member as `crypto.acl.decide` takes one; the credential is verified for each time."""
        if (user.pk, now) not in self._described:
            self._described[user.pk, now] = kernel.check_member(_described(self._node, user, now))
        return self._described[user.pk, now]

    def assuming(self, permits: Permits) -> "Docket":
        """The same rows, with other permits."""
        found = copy(self)
        found.permits = permits
        return found

    def evidence(self, owner: Member, user: Member, purpose: str, now: int) -> dict[str, Any]:
        """What the user may point to besides the owner's rules; see `Permits.of`."""
        rules = self.policy(owner).rules.rules
        return self.permits.of(
            owner, user, rules, purpose, lambda one: self.described(one, now).facts
        )

    def has_emergency(self, owner: Member, user: Member, now: int) -> bool:
        """Whether an emergency was signed for that some rule might still answer."""
        return self.evidence(owner, user, PURPOSE, now)["emergency"] is not None

    def end(self, owner: Member, user: Member, rule: dict[str, Any]) -> int | None:
        """When a rule ends for a user (Unix seconds), if it does."""
        begun, until = self.permits.begun(owner, user, rule), rule["valid_until"]
        if begun is None:
            return until if until is None else int(until)
        over = begun + hours(rule) * kernel.HOUR
        return over if until is None else min(over, until)

    def _read_policy(self, owner: Member) -> Policy:
        head = Acl.objects.using(self._node.alias).filter(owner=owner).order_by("-seq").first()
        if head is None:
            return Policy(0, kernel.check_rules(EMPTY))
        payload = statements.payload_of_unverified(head.jws)
        return Policy(head.seq, kernel.check_rules(payload))


def decide(
    docket: Docket, user: Member, record: str, partitions: Iterable[str], purpose: str, now: int
) -> list[Decision]:
    """Decide each partition of a record's head."""
    head = docket.heads.get(record)
    if head is None:
        return [
            Decision(record, None, None, None, one, False, None, UNKNOWN, 0) for one in partitions
        ]
    policy, present = docket.policy(head.record.owner), docket.partitions[head.pk]
    described = docket.described(user, now)
    evidence = docket.evidence(head.record.owner, user, purpose, now)
    owner = str(head.record.owner_id)
    found = []
    for one in partitions:
        verdict = _verdict(
            user, described, head, one, one in present, purpose, now, policy, evidence
        )
        bare = head.record.head == 0 and head.pk in docket.bare
        found.append(
            Decision(
                record, owner, head.version, head.digest, one, *verdict, policy.seq, one in present,
                bare,
            )
        )  # fmt: skip
    return found


def _verdict(
    user: Member,
    described: kernel.CheckedMember,
    head: Version,
    partition: str,
    present: bool,
    purpose: str,
    now: int,
    policy: Policy,
    evidence: dict[str, Any],
) -> tuple[bool, str | None, str]:
    if user.pk == head.record.owner_id:
        if not user.active:
            return False, None, "inactive"
        return (True, None, "owner") if present else (False, None, UNKNOWN)
    if head.record.owner.state == Member.State.DEPARTED or head.record.head == 0:
        return False, None, UNKNOWN
    if not _window_open(head, now):
        return False, None, "window"
    request = {
        "partition": partition, "action": "read", "purpose": purpose,
        "record_date": head.record.date, "now": now, **evidence,
    }  # fmt: skip
    answer = kernel.decide(policy.rules, described, request)
    allowed = answer.decision == "allow"
    if allowed and not present:
        return False, None, UNKNOWN
    return allowed, answer.rule, answer.reason


# Who adds need not say what for; a rule that is bound to purposes lets add for treatment or not.
ADDING_PURPOSE = "treatment"


def may_add(docket: Docket, owner: Member, user: Member, partition: str, now: int) -> bool:
    """Whether an owner's list lets a member add to a partition now, whatever may be read."""
    request = {
        "partition": partition, "action": "add", "purpose": ADDING_PURPOSE, "record_date": None,
        "now": now, "emergency": None,
    }  # fmt: skip
    rules = docket.policy(owner).rules
    return kernel.decide(rules, docket.described(user, now), request).decision == "allow"


def _window_open(head: Version, now: int) -> bool:
    after = head.open_from is None or head.open_from <= now
    return after and (head.open_until is None or now < head.open_until)


def _described(node: Node, user: Member, now: int) -> dict[str, Any]:
    return {
        "id": str(user.id), "key": user.key_digest, "active": user.active,
        "joined": user.joined or 0, "credential": credentials.current(node, user, now),
    }  # fmt: skip


def from_json(rows: Iterable[dict[str, Any]]) -> list[Decision]:
    """Read committed decisions back."""
    return [Decision(**row) for row in rows]
