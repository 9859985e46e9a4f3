"""What commands say to people: lines made of what a command answers, and of nothing else.

Much of it was written by others: nothing that could steer a terminal or feign a line
of its own is ever shown.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

Told = dict[str, Any]
SHORT = 8
WORDS = {
    "owner": "by the owner",
    "member-rule": "by a rule for this member",
    "role-rule": "by a rule for this role",
    "code-rule": "after a consent code",
    "emergency-rule": "by a rule for emergencies",
    "code": "the code was not right or had been used",
    "code-tries": "too many wrong codes within an hour",
    "deny-rule": "a rule forbids it",
    "no-rule": "no rule allows it",
    "inactive": "not an active member",
    "credential": "no valid credential",
    "window": "not at this time",
}


def clean(text: object) -> str:
    """A text without line breaks and control characters."""
    return "".join(one if one.isprintable() else " " for one in str(text))


def request_blocks(data: Mapping[str, list[Told]], logins: Mapping[str, str]) -> list[str]:
    """A block for each request, to oneself first; `logins` are the known owners' by id."""
    blocks: list[str] = []
    if data["incoming"]:
        blocks += ["Requests to you:", *(_block(one, *_asker(one)) for one in data["incoming"])]
    if data["outgoing"]:
        blocks += ["Requests by you:"]
        blocks += [_block(one, f"to: {_name(one['owner'], logins)}") for one in data["outgoing"]]
    return blocks or ["No requests."]


def _block(one: Told, *more: str) -> str:
    answered = f", answered {one['answered']}" if one["answered"] else ""
    rows = [
        f"{one['id']}  {one['state']}", *more, f"partitions: {', '.join(one['partitions'])}",
        f"purpose: {one['purpose']}", f"reason: {one['reason']}", f"asked {one['asked']}{answered}",
    ]  # fmt: skip
    return "\n    ".join(["  " + clean(rows[0]), *map(clean, rows[1:])])


def _asker(one: Told) -> list[str]:
    who = one["who"]
    seen = who["checked"] or "nothing"
    rows = [f"from: {who['name']} <{who['login']}>, {who['role']} (checked: {seen})"]
    if not one["verified"]:
        return [*rows, "NOT VERIFIED: this is not what this person signed"]
    return [*rows, f"fingerprint: {one['fingerprint']}"]


def revocation(done: Told, partitions: Collection[str] | None) -> list[str]:
    """What was taken back, and who may read something still."""
    what = ", ".join(partitions) if partitions else "anything"
    line = f"{done['login']} may not read {what} any more."
    if not done["changed"]:
        line = f"Nothing of this was granted to {done['login']}; nothing was changed."
    others = f"Still allowed to read something: {', '.join(done['granted_to'])}."
    if done["granted_to"]:
        return [line, others]
    # Whom the list names and this HOME does not know is told beside this.
    return [line] if done["unknown"] else [line, "Nobody else may read anything."]


def event_line(one: Told, logins: Mapping[str, str]) -> str:
    """An event of one's activity: when, where, who, and what happened."""
    parts = [one["time"], one["source"], one["type"], one["who"], *_details(one, logins)]
    return "  ".join(clean(part) for part in parts if part)


def _details(one: Told, logins: Mapping[str, str]) -> Iterable[str]:
    yield from _accesses(one)
    yield from _signers(one, logins)
    if one.get("partitions"):
        yield ", ".join(map(str, _listed(one["partitions"])))
    if isinstance(one.get("record"), str):
        yield f"record {one['record'][:SHORT]}"
    if isinstance(one.get("version"), int) and one["version"] > 1:
        yield f"version {one['version']}"
    yield from _list_changes(one, logins)
    if isinstance(one.get("guardian"), str):
        yield f"by guardian {_name(one['guardian'], logins)}"
    for name in ("action", "purpose", "reason", "role", "checked"):
        if isinstance(one.get(name), str):
            yield f"{name}: {one[name]}"


def _list_changes(one: Told, logins: Mapping[str, str]) -> Iterable[str]:
    for name, words in (("granted", "granted to"), ("revoked", "revoked from")):
        yield from _per_member(one, name, words, logins)
    for name, words in (
        ("roles_granted", "given to every"),
        ("roles_revoked", "taken back from every"),
    ):
        yield from _per_role(one, name, words)


def _signers(one: Told, logins: Mapping[str, str]) -> Iterable[str]:
    names = [_name(str(member), logins) for member in _listed(one.get("signers"))]
    if names:
        yield f"signed by {', '.join(names)}"


def _accesses(one: Told) -> Iterable[str]:
    for item in _listed(one.get("items")):
        if isinstance(item, dict):
            decision = "allowed" if item.get("allowed") is True else "refused"
            why = WORDS.get(str(item.get("reason")), item.get("reason"))
            record = str(item.get("record"))[:SHORT]
            yield f"{item.get('partition')} of record {record} {decision} ({why})"


def _per_member(one: Told, name: str, words: str, logins: Mapping[str, str]) -> Iterable[str]:
    found: dict[str, list[str]] = {}
    for pair in _listed(one.get(name)):
        if isinstance(pair, dict):
            found.setdefault(str(pair.get("user")), []).append(str(pair.get("partition")))
    for member, partitions in found.items():
        yield f"{', '.join(partitions)} {words} {_name(member, logins)}"


def _per_role(one: Told, name: str, words: str) -> Iterable[str]:
    found: dict[str, list[str]] = {}
    for given in _listed(one.get(name)):
        if isinstance(given, dict):
            found.setdefault(str(given.get("role")), []).append(str(given.get("partition")))
    for role, partitions in found.items():
        yield f"{', '.join(partitions)} {words} {role}"


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _name(member: str, logins: Mapping[str, str]) -> str:
    return logins.get(member, member)
