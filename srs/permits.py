"""What a member may point to besides a list's rules: a code given, an emergency signed for.

A docket asks here before it decides. What a request brings along is tried first on a copy, so
that a code is used, and an emergency begun, only where the owner's rules would allow by it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

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
    # What was read, which one decision asks for again and again.
    _stored: dict[tuple[str, UUID, UUID], Any] = field(default_factory=dict, compare=False)

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
        described: Callable[[Member], Mapping[str, Any]],
    ) -> dict[str, Any]:
        """The members `emergency` and, perhaps, `consent` of the question to `crypto.acl.decide`."""
        found: dict[str, Any] = {"emergency": None}
        if purpose == emergency.PURPOSE and any(rule["emergency"] for rule in rules):
            claim = self._claim(owner, user)
            found["emergency"] = None if claim is None else claim.statement(described)
        since = self._since(owner, user) if any("code" in rule for rule in rules) else None
        return found if since is None else {**found, "consent": {"since": since}}

    def begun(self, owner: Member, user: Member, rule: Mapping[str, Any]) -> int | None:
        """From when on a code or emergency rule answers this user; None for other rules."""
        if "code" in rule:
            return self._since(owner, user)
        claim = self._claim(owner, user) if rule["emergency"] else None
        return None if claim is None else claim.since

    def _claim(self, owner: Member, user: Member) -> emergency.Claim | None:
        given = self.claims.get(str(owner.pk))
        return given or self._read("claim", emergency.begun, owner, user)

    def _since(self, owner: Member, user: Member) -> int | None:
        given = self.visits.get(str(owner.pk))
        return given or self._read("visit", consent.since, owner, user)

    def _read(self, kind: str, read: Callable[..., Any], owner: Member, user: Member) -> Any:
        place = (kind, owner.pk, user.pk)
        if place not in self._stored:
            self._stored[place] = read(self.node, owner.pk, user.pk)
        return self._stored[place]


def hours(rule: Mapping[str, Any]) -> int:
    """For how many hours a code or emergency rule opens."""
    terms = rule["emergency"]
    found: int = rule.get("hours", CODE_HOURS) if terms is None else terms["hours"]
    return found
