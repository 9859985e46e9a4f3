"""Where an access decision is made: gathers what `crypto.acl.decide` needs, and asks it.

The decision itself is the pure function of protocol section 6 in
`sesphr.crypto.acl`; here are only the two rules that come before it (the owner,
a record's own window) and the reading of rows.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from sesphr.crypto import acl as kernel
from sesphr.crypto import statements
from srs.context import Node
from srs.models import Acl, Member, Version

EMPTY: dict[str, list[Any]] = {"default_partitions": [], "rules": []}
# One answer for no such record, no such partition and nothing granted.
UNKNOWN = "no-rule"


@dataclass(frozen=True)
class Decision:
    """What was decided for one partition of one record, and by which rule."""

    record: str
    owner: str | None
    version: int | None
    manifest: str | None
    partition: str
    allowed: bool
    rule: str | None
    reason: str
    seq: int

    def as_json(self) -> dict[str, Any]:
        """For the row that commits it."""
        return asdict(self)


@dataclass(frozen=True)
class Policy:
    """An owner's list in force."""

    seq: int
    payload: dict[str, Any]


def policy_of(node: Node, owner: Member) -> Policy:
    """The list in force, or the empty one before the first."""
    head = Acl.objects.using(node.alias).filter(owner=owner).order_by("-seq").first()
    if head is None:
        return Policy(0, EMPTY)
    payload = statements.payload_of_unverified(head.jws)
    return Policy(head.seq, {name: payload[name] for name in EMPTY})


def head_of(node: Node, record: str) -> Version | None:
    """The newest version of a record."""
    versions = Version.objects.using(node.alias).filter(record_id=record)
    return versions.select_related("record__owner").order_by("-version").first()


def decide(
    node: Node, user: Member, record: str, partitions: Iterable[str], purpose: str, now: int,
    policies: dict[str, Policy],
) -> list[Decision]:  # fmt: skip
    """Decide each partition of a record's head; `policies` caches lists by owner id."""
    head = head_of(node, record)
    if head is None:
        return [
            Decision(record, None, None, None, one, False, None, UNKNOWN, 0) for one in partitions
        ]
    owner = head.record.owner
    key = str(owner.id)
    policy = policies.setdefault(key, policy_of(node, owner))
    present = set(head.parameters.using(node.alias).values_list("partition", flat=True))
    found = []
    for one in partitions:
        verdict = _verdict(user, head, one, one in present, purpose, now, policy)
        found.append(
            Decision(record, key, head.version, head.digest, one, *verdict, seq=policy.seq)
        )
    return found


def _verdict(
    user: Member,
    head: Version,
    partition: str,
    present: bool,
    purpose: str,
    now: int,
    policy: Policy,
) -> tuple[bool, str | None, str]:
    if user.pk == head.record.owner_id:
        if not user.active:
            return False, None, "inactive"
        return (True, None, "owner") if present else (False, None, UNKNOWN)
    if not _window_open(head, now):
        return False, None, "window"
    request = {
        "partition": partition, "action": "read", "purpose": purpose,
        "record_date": head.record.date, "now": now, "emergency": None,
    }  # fmt: skip
    answer = kernel.decide(policy.payload, _described(user), request)
    allowed = answer.decision == "allow"
    if allowed and not present:
        return False, None, UNKNOWN
    return allowed, answer.rule, answer.reason


def _window_open(head: Version, now: int) -> bool:
    after = head.open_from is None or head.open_from <= now
    return after and (head.open_until is None or now < head.open_until)


def _described(user: Member) -> dict[str, Any]:
    # Credentials are not issued yet: no member has one, so no role's rule applies.
    return {
        "id": str(user.id), "key": user.key_digest, "active": user.active,
        "joined": user.joined or 0, "credential": None,
    }  # fmt: skip


def from_json(rows: Iterable[dict[str, Any]]) -> list[Decision]:
    """Read committed decisions back."""
    return [Decision(**row) for row in rows]
