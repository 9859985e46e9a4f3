"""What a list gives to roles: pure functions over rules, as `rules` has them for members.

A rule for a role works while its owner is away. Only ordinary rules are changed
here: those for emergencies, and those that ask for a code, are other promises.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sesphr.client.rules import Rule, new_rule, united, without_reading


@dataclass(frozen=True)
class RoleGrant:
    """Reading of partitions by whoever an authority certifies in a role; `issuer`: its digest (b64u)."""

    role: str
    issuer: str
    partitions: tuple[str, ...]
    until: int | None = None
    history: bool = False

    @property
    def who(self) -> dict[str, str]:
        """As a rule names it."""
        return {"role": self.role, "issuer": self.issuer}


def is_ordinary(rule: Rule) -> bool:
    """Whether a rule lets a role do something without emergency and without a code."""
    plain = rule["emergency"] is None and "code" not in rule and not rule["deny"]
    return "role" in rule["who"] and plain


def given(rules: Iterable[Rule], grant: RoleGrant) -> list[Rule]:
    """The rules after a grant, which replaces what ordinary rules for the role said of these
    partitions."""
    kept, merged = [], False
    for rule in rules:
        if not is_ordinary(rule) or rule["who"] != grant.who:
            kept.append(rule)
        elif _is_same_grant(rule, grant) and not merged:
            merged = True
            kept.append({**rule, "partitions": united(rule["partitions"], grant.partitions)})
        else:
            kept.extend(without_reading(rule, set(grant.partitions)))
    if merged:
        return kept
    made = new_rule(grant.who, grant.partitions, until=grant.until, history=grant.history)
    return [*kept, made]


def withdrawn(
    rules: Iterable[Rule], role: str, issuer: str | None, partitions: Collection[str] | None
) -> list[Rule]:
    """The rules after taking partitions (None: all) back from a role of an issuer (None: of any)."""
    kept: list[Rule] = []
    for rule in rules:
        who = rule["who"]
        meant = is_ordinary(rule) and who["role"] == role and issuer in (None, who["issuer"])
        concerned = rule["partitions"] if partitions is None else partitions
        kept.extend(without_reading(rule, concerned) if meant else [rule])
    return kept


def wanted_shares(rules: Iterable[Rule]) -> set[str]:
    """The partitions of which every node must hold a share: those that any rule gives a role."""
    return {
        name
        for rule in rules
        if "role" in rule["who"] and not rule["deny"] and "read" in rule["actions"]
        for name in rule["partitions"]
    }


def _is_same_grant(rule: Rule, grant: RoleGrant) -> bool:
    terms = (rule["valid_until"], rule["history"], rule["valid_from"])
    plain = rule["actions"] == ["read"] and not rule["purposes"]
    return plain and terms == (grant.until, grant.history, 0)
