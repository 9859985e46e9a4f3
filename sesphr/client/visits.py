"""What an owner gives to roles by a code or for emergencies: pure functions over rules.

An ordinary rule for the same role stays as it is (`standing`): these open where it does not.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from sesphr.client.rules import Rule, new_rule

Kind = Literal["code", "emergency"]


@dataclass(frozen=True)
class Terms:
    """Reading of partitions by a role of an issuer (b64u), for some hours after a code or after
    so many clinicians (`signers`; 0 for a code) signed for an emergency."""

    role: str
    issuer: str
    partitions: tuple[str, ...]
    hours: int
    signers: int = 0
    history: bool = False

    @property
    def kind(self) -> Kind:
        """Which of the two it is."""
        return "emergency" if self.signers else "code"

    def as_rule(self) -> Rule:
        """A new rule."""
        who = {"role": self.role, "issuer": self.issuer}
        made = new_rule(who, self.partitions, until=None, history=self.history)
        if self.signers:
            return {**made, "emergency": {"hours": self.hours, "signers": self.signers}}
        return {**made, "code": True, "hours": self.hours}


def kind_of(rule: Rule) -> Kind | None:
    """Which of the two a rule is, if any."""
    if rule["emergency"] is not None:
        return "emergency"
    return "code" if "code" in rule else None


def given(rules: Iterable[Rule], terms: Terms) -> list[Rule]:
    """The rules with these terms instead of earlier ones of this kind for the role."""
    made, who = terms.as_rule(), {"role": terms.role, "issuer": terms.issuer}
    found = list(rules)
    earlier = [one for one in found if kind_of(one) == terms.kind and one["who"] == who]
    if len(earlier) == 1 and _meaning(earlier[0]) == _meaning(made):
        return found
    return [*(one for one in found if one not in earlier), made]


def withdrawn(rules: Iterable[Rule], kind: Kind) -> list[Rule]:
    """The rules without any of this kind."""
    return [rule for rule in rules if kind_of(rule) != kind]


def _meaning(rule: Rule) -> dict[str, Any]:
    return {name: value for name, value in rule.items() if name != "id"} | {
        "partitions": sorted(rule["partitions"])
    }
