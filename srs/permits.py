"""What a member may point to besides a list's rules: a code given, an emergency signed for.

A docket asks here before it decides. What a request brings along is tried first on a copy, so
that a code is used, and an emergency begun, only where the owner's rules would allow by it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sesphr.crypto.rules import CODE_HOURS
from srs import consent, emergency
from srs.context import Node
from srs.models import Member

Rules = Iterable[Mapping[str, Any]]


@dataclass(frozen=True)
class Permits:
    """Stored visits and emergencies of a node, and before them what a request brings along.

    `visits` is when a code was given, `claims` what was signed, both by the owner's id.
    """

    node: Node
    visits: Mapping[str, int] = field(default_factory=dict)
    claims: Mapping[str, emergency.Claim] = field(default_factory=dict)

    def with_visit(self, owner: str, since: int) -> "Permits":
        """The same with a code that was given."""
        return Permits(self.node, {**self.visits, owner: since}, self.claims)

    def with_claim(self, claim: emergency.Claim) -> "Permits":
        """The same with an emergency that was signed for."""
        return Permits(self.node, self.visits, {**self.claims, claim.owner: claim})

    def of(
        self,
        owner: Member,
        user: Member,
        rules: Rules,
        purpose: str,
        described: Callable[[Member], dict[str, Any]],
    ) -> dict[str, Any]:
        """The members `emergency` and, perhaps, `consent` of the question to `crypto.acl.decide`."""
        found: dict[str, Any] = {"emergency": None}
        claim = None
        if purpose == emergency.PURPOSE and any(rule["emergency"] for rule in rules):
            claim = self.claims.get(str(owner.pk)) or emergency.begun(self.node, owner.pk, user.pk)
        if claim is not None:
            found["emergency"] = claim.statement(described)
        since = None
        if any("code" in rule for rule in rules):
            since = self.visits.get(str(owner.pk)) or consent.since(self.node, owner.pk, user.pk)
        if since is not None:
            found["consent"] = {"since": since}
        return found


def hours(rule: Mapping[str, Any]) -> int:
    """For how many hours a code or emergency rule opens."""
    terms = rule["emergency"]
    found: int = rule.get("hours", CODE_HOURS) if terms is None else terms["hours"]
    return found
