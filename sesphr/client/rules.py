"""The next access control list from the present one: pure functions over rules.

They know nothing of keys, of servers or of time. What the nodes will demand of a
list (sesphr.crypto.acl decides what it means) is computed here too, so that a list
never goes out without the keys that it needs.
"""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

Rule = dict[str, Any]
Pair = tuple[str, str]
READ, ADD = "read", "add"


@dataclass(frozen=True)
class Grant:
    """Reading of partitions by a member whose B_U has this digest (b64u), until then or for good;
    with the action `add` adding to them, which lets read nothing."""

    member: str
    key: str
    partitions: tuple[str, ...]
    until: int | None = None
    history: bool = False
    action: str = READ


def is_members(rule: Rule, member: str) -> bool:
    """Whether a rule names this member."""
    return bool(rule["who"].get("member") == member)


def granted(rules: Iterable[Rule], grant: Grant) -> list[Rule]:
    """The rules after a grant, which replaces what older rules said of these partitions and of
    what it lets do: reading and adding are granted each for itself."""
    wanted, kept = set(grant.partitions), []
    merged = False
    for rule in rules:
        if not is_members(rule, grant.member):
            kept.append(rule)
        elif _is_same_grant(rule, grant) and not merged:
            merged = True
            kept.append({**rule, "partitions": united(rule["partitions"], grant.partitions)})
        else:
            kept.extend(without(rule, wanted, {grant.action}))
    return kept if merged else [*kept, _rule_of(grant)]


def revoked(
    rules: Iterable[Rule], member: str, partitions: Collection[str] | None, key: str
) -> list[Rule]:
    """The rules after taking back partitions (None: all) from a member: reading and adding.

    Where a role's rule might still allow, a deny rule is added for each of the two; it names
    the member with the digest `key`.
    """
    before = list(rules)
    concerned = _all_partitions(before) if partitions is None else set(partitions)
    kept: list[Rule] = []
    for rule in before:
        allows = is_members(rule, member) and not rule["deny"]
        kept.extend(without(rule, concerned, {READ, ADD}) if allows else [rule])
    for action in (READ, ADD):
        left = concerned & _by_role(kept, action) - _denied(kept, member, action)
        if left:
            kept.append(_deny(member, key, sorted(left), action))
    return kept


def same(left: Iterable[Rule], right: Iterable[Rule]) -> bool:
    """Whether two lists say the same, ids and the order of partitions apart."""
    return [_meaning(rule) for rule in left] == [_meaning(rule) for rule in right]


def wanted_pairs(rules: Iterable[Rule]) -> set[Pair]:
    """(member, partition) for which every node must hold a re-encryption key."""
    found = list(rules)
    allowed = {
        (rule["who"]["member"], name)
        for rule in found
        if "member" in rule["who"] and not rule["deny"] and "read" in rule["actions"]
        for name in rule["partitions"]
    }
    members = {member for member, _ in allowed}
    return allowed - {(member, name) for member in members for name in _denied(found, member)}


def keys_of(rules: Iterable[Rule], pair: Pair) -> set[str]:
    """The key digests (b64u) under which the rules let a member read a partition."""
    member, partition = pair
    return {
        str(rule["who"]["key"])
        for rule in rules
        if is_members(rule, member) and not rule["deny"] and "read" in rule["actions"]
        and partition in rule["partitions"]
    }  # fmt: skip


def readable(rules: Iterable[Rule], member: str) -> list[str]:
    """The partitions that some rule lets a member read, for telling people."""
    return sorted(name for who, name in wanted_pairs(rules) if who == member)


def addable(rules: Iterable[Rule], member: str) -> list[str]:
    """The partitions to which some rule lets a member add, for telling people."""
    return sorted(
        {
            name
            for rule in rules
            if is_members(rule, member) and not rule["deny"] and ADD in rule["actions"]
            for name in rule["partitions"]
        }
    )


def is_in_force(rules: Iterable[Rule], grant: Grant, asked: Iterable[str]) -> bool:
    """Whether, of the partitions asked for, just the grant's may be read, and on its terms."""
    found = list(rules)
    reads = set(readable(found, grant.member)) & set(asked)
    return reads == set(grant.partitions) and same(granted(found, grant), found)


def unexpired(rules: Iterable[Rule], now: int) -> list[Rule]:
    """The rules without those that ended by themselves; `now` in Unix seconds."""
    return [rule for rule in rules if rule["valid_until"] is None or now < rule["valid_until"]]


def _is_same_grant(rule: Rule, grant: Grant) -> bool:
    terms = (rule["who"].get("key"), rule["valid_until"], rule["history"], rule["valid_from"])
    plain = rule["actions"] == [grant.action] and not rule["purposes"] and not rule["deny"]
    return plain and terms == (grant.key, grant.until, grant.history, 0)


def united(left: Iterable[str], right: Iterable[str]) -> list[str]:
    """The names of both, sorted."""
    return sorted({*left, *right})


def without_reading(rule: Rule, partitions: Collection[str]) -> list[Rule]:
    """A rule without reading of these partitions: none, one, or two (what it lets add stays)."""
    return without(rule, partitions, {READ})


def without(rule: Rule, partitions: Collection[str], actions: Collection[str]) -> list[Rule]:
    """A rule that lets do none of these in these partitions: none, one, or two (what else it lets
    do there stays)."""
    if not set(rule["actions"]) & set(actions):
        return [rule]
    rest = [name for name in rule["partitions"] if name not in partitions]
    if len(rest) == len(rule["partitions"]):
        return [rule]
    found = [{**rule, "partitions": rest}] if rest else []
    others = [action for action in rule["actions"] if action not in actions]
    if others:
        cut = [name for name in rule["partitions"] if name in partitions]
        identifier = new_id() if rest else rule["id"]
        found.append({**rule, "id": identifier, "partitions": cut, "actions": others})
    return found


def _all_partitions(rules: Iterable[Rule]) -> set[str]:
    return {name for rule in rules for name in rule["partitions"]}


def _by_role(rules: Iterable[Rule], action: str) -> set[str]:
    return {
        name
        for rule in rules
        if "role" in rule["who"] and not rule["deny"] and action in rule["actions"]
        for name in rule["partitions"]
    }


def _denied(rules: Iterable[Rule], member: str, action: str = READ) -> set[str]:
    """Partitions whose reading (or adding to) is denied to a member without any bound."""
    return {
        name
        for rule in rules
        if is_members(rule, member) and rule["deny"] and action in rule["actions"]
        and not rule["purposes"] and rule["valid_from"] == 0 and rule["valid_until"] is None
        for name in rule["partitions"]
    }  # fmt: skip


def _rule_of(grant: Grant) -> Rule:
    who = {"member": grant.member, "key": grant.key}
    return new_rule(
        who, grant.partitions, until=grant.until, history=grant.history, action=grant.action
    )


def _deny(member: str, key: str, partitions: list[str], action: str) -> Rule:
    return new_rule({"member": member, "key": key}, partitions, deny=True, action=action)


def new_rule(
    who: dict[str, str], partitions: Iterable[str], *, until: int | None = None, history: bool = False,
    deny: bool = False, action: str = READ,
) -> Rule:  # fmt: skip
    """A rule about one action, with an id of its own."""
    return {
        "id": new_id(), "who": who, "partitions": sorted(partitions),
        "actions": [action], "purposes": [], "valid_from": 0, "valid_until": until,
        "history": history, "deny": deny, "emergency": None,
    }  # fmt: skip


def new_id() -> str:
    """A rule's id."""
    return str(uuid.uuid4())


def _meaning(rule: Rule) -> dict[str, Any]:
    told = {name: value for name, value in rule.items() if name != "id"}
    return {**told, "partitions": sorted(rule["partitions"]), "actions": sorted(rule["actions"])}
