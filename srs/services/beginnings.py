"""What a request brings along, settled before it is decided: codes are used, emergencies begin.

All inside the request's transaction: either its decisions stand with what they rest on, or
neither does. The same request again is answered from its row and comes here no more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sesphr.crypto import statements
from srs import consent, emergency
from srs.context import Node
from srs.decisions import UNKNOWN, Decision, Docket, decide
from srs.models import Event, Member
from srs.permits import hours

CODE_RULE, EMERGENCY_RULE = "code-rule", "emergency-rule"
Pair = tuple[str, str]


@dataclass
class Settled:
    """Decisions, and by owner what began with them (the event's kind and details)."""

    decisions: list[Decision]
    begun: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """One verified request at one node, at one time."""

    node: Node
    request: statements.Verified
    user: Member
    now: int

    def decided(self, docket: Docket) -> list[Decision]:
        """Each pair in order."""
        purpose = self.request.payload["purpose"]
        return [
            decision
            for item in self.request.payload["items"]
            for decision in decide(
                docket, self.user, item["record"], item["partitions"], purpose, self.now
            )
        ]


def settle(asked: Asked, docket: Docket, claims: Mapping[str, emergency.Claim]) -> Settled:
    """Use the codes that count, begin the emergencies that suffice, and decide."""
    visits, refused = _visits(asked, docket)
    emergencies = _emergencies(asked, docket, claims)
    settled = Settled([_worded(one, refused) for one in asked.decided(docket)])
    for owner in visits:
        settled.begun[owner] = "consent-code", _terms(docket, settled, owner, CODE_RULE, asked.now)
    for owner, claim in emergencies.items():
        terms = _terms(docket, settled, owner, EMERGENCY_RULE, asked.now)
        signers = sorted(str(one.pk) for one in claim.signers)
        settled.begun[owner] = "emergency", {"reason": claim.reason, "signers": signers, **terms}
    return settled


def record(asked: Asked, settled: Settled, owner: str, digest: str) -> list[Event]:
    """Commit the event of what began for this owner, if something did."""
    if owner not in settled.begun:
        return []
    kind, details = settled.begun[owner]
    user = str(asked.user.pk)
    return [asked.node.events.record(owner, kind, user=user, request=digest, **details)]


def holding(asked: Asked, before: list[Decision]) -> list[Decision]:
    """What was decided for an earlier call and never answered, without what holds no longer.

    What the request began then, a visit or an emergency, stands in its rows and counts; nothing
    begins here, and what was refused stays refused.
    """
    docket = Docket(asked.node, [item["record"] for item in asked.request.payload["items"]])
    return [_still(one, now) for one, now in zip(before, asked.decided(docket), strict=True)]


def _still(before: Decision, now: Decision) -> Decision:
    """A decision that the log has, if it would be the same now, under the list in force now."""
    if not before.allowed:
        return before
    if now.allowed and _said(now) == _said(before):
        return now
    reason = UNKNOWN if now.allowed else now.reason
    return replace(before, allowed=False, rule=None, reason=reason)


def _said(one: Decision) -> tuple[str | None, str | None, str]:
    return one.manifest, one.rule, one.reason


def _visits(asked: Asked, docket: Docket) -> tuple[list[str], dict[tuple[str, Pair], str]]:
    """Owners whose code was right, and why each pair that a wrong one was given for stays shut."""
    begun: list[str] = []
    refused: dict[tuple[str, Pair], str] = {}
    for code in consent.given(asked.request, asked.node):
        trial = docket.assuming(docket.permits.with_visit(code.owner, asked.now))
        wanted = _by(asked, trial, code.owner, CODE_RULE)
        # Who could open nothing by it learns nothing of it, and uses nothing up.
        if not wanted:
            continue
        owner = asked.node.member(code.owner)
        refusal = consent.take(asked.node, owner, asked.user, code, asked.now)
        if refusal is None:
            docket.permits = trial.permits
            begun.append(code.owner)
        else:
            refused.update({(code.owner, pair): refusal for pair in wanted})
    return begun, refused


def _emergencies(
    asked: Asked, docket: Docket, claims: Mapping[str, emergency.Claim]
) -> dict[str, emergency.Claim]:
    begun = {}
    for owner in sorted(claims):
        trial = docket.assuming(docket.permits.with_claim(claims[owner]))
        if _by(asked, trial, owner, EMERGENCY_RULE):
            docket.permits = trial.permits
            begun[owner] = claims[owner]
            emergency.begin(asked.node, claims[owner], asked.request, asked.user)
    return begun


def _by(asked: Asked, docket: Docket, owner: str, reason: str) -> list[Pair]:
    """The owner's pairs that a rule of this kind would open."""
    return [
        (one.record, one.partition)
        for one in asked.decided(docket)
        if one.owner == owner and one.reason == reason
    ]


def _worded(one: Decision, refused: Mapping[tuple[str, Pair], str]) -> Decision:
    """A pair that is refused for its code says so; one that another rule allows stays allowed."""
    why = refused.get((one.owner or "", (one.record, one.partition)))
    return one if why is None or one.allowed else replace(one, reason=why)


def _terms(docket: Docket, settled: Settled, owner: str, reason: str, now: int) -> dict[str, Any]:
    """The rule that something began by, and until when (Unix seconds)."""
    named = next(
        one for one in settled.decisions if one.owner == owner and one.reason == reason
    )  # fmt: skip
    head = docket.heads[named.record]
    rules = docket.policy(head.record.owner).rules.rules
    rule = next(one for one in rules if one["id"] == named.rule)
    return {"rule": named.rule, "since": now, "until": now + hours(rule) * 3600}
