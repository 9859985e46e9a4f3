"""What a code, or an emergency, would open: for whoever is about to ask, who must name a record.

It tells as little as a request needs: of each way one record, the newest, and its partitions.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sesphr import clock
from sesphr.ports.srs import Openable
from srs import emergency
from srs.context import Node, uuid_of
from srs.decisions import Decision, Docket, decide
from srs.models import Member, Record, Version
from srs.permits import Permits

TREATMENT = "treatment"


@dataclass(frozen=True)
class Presumed(emergency.Claim):
    """An emergency that the one signer and somebody of the same role would have signed for."""

    def statement(self, described: Callable[[Member], Mapping[str, Any]]) -> dict[str, Any]:
        """See `Claim`."""
        found = super().statement(described)
        second = {**found["signers"][0], "id": str(uuid.uuid4())}
        return {**found, "signers": [*found["signers"], second]}


def openable(node: Node, asker: str, owner: str) -> tuple[Openable, ...]:
    """At most one record for each way in which the owner's rules would let the asker in."""
    people = Member.objects.using(node.alias)
    user, giver = (people.filter(pk=uuid_of(one)).first() for one in (asker, owner))
    if user is None or giver is None or user.pk == giver.pk:
        return ()
    own = Record.objects.using(node.alias).filter(owner=giver)
    docket = Docket(node, [str(pk) for pk in own.values_list("pk", flat=True)])
    presumed = Presumed(owner, "presumed", (user,), (), clock.now())
    empty = Permits(node)
    ways = (
        ("code", "code-rule", TREATMENT, empty.with_visit(owner, clock.now())),
        ("emergency", "emergency-rule", emergency.PURPOSE, empty.with_claim(presumed)),
    )
    found = (
        _first(docket.assuming(permits), user, way, reason, purpose)
        for way, reason, purpose, permits in ways
    )
    return tuple(one for one in found if one is not None)


def _first(docket: Docket, user: Member, way: str, reason: str, purpose: str) -> Openable | None:
    heads = sorted(docket.heads.values(), key=lambda head: (-head.record.date, head.record_id.hex))
    for head in heads:
        record, names = str(head.record_id), sorted(docket.partitions[head.pk])
        decisions = decide(docket, user, record, names, purpose, clock.now())
        opened = [one for one in decisions if one.reason == reason]
        if opened:
            signers = max(_signers(docket, head, one) for one in opened)
            return Openable(way, record, tuple(one.partition for one in opened), signers)
    return None


def _signers(docket: Docket, head: Version, one: Decision) -> int:
    rules = docket.policy(head.record.owner).rules.rules
    terms = next(rule["emergency"] for rule in rules if rule["id"] == one.rule)
    return 0 if terms is None else int(terms["signers"])
