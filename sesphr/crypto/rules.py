"""The structure of an access control list's rules (protocol section 6); decides nothing."""

from typing import Any

from sesphr.crypto import schema as s
from sesphr.crypto.errors import DecodingError

_MEMBER = s.record({"member": s.ID, "key": s.DIGEST})
_ROLE = s.record({"role": s.NAME, "issuer": s.DIGEST})


def _who(value: Any) -> None:
    (_MEMBER if isinstance(value, dict) and "member" in value else _ROLE)(value)


# For how long a code opens unless its rule says so, in hours.
CODE_HOURS = 24

_SHAPE = s.record({
    "id": s.ID,
    "who": _who,
    "partitions": s.PARTITIONS,
    "actions": s.list_of(s.one_of("read", "add"), 1),
    "purposes": s.list_of(s.NAME),
    "valid_from": s.TIME,
    "valid_until": s.nullable(s.TIME),
    "history": s.boolean,
    "deny": s.boolean,
    "emergency": s.nullable(s.record({"hours": s.POSITIVE, "signers": s.integer(1, 2)})),
}, {"code": s.one_of(True), "hours": s.POSITIVE})  # fmt: skip


def _rule(value: Any) -> None:
    _SHAPE(value)
    if value["valid_until"] is not None and value["valid_until"] <= value["valid_from"]:
        raise DecodingError("a rule that ends before it begins")
    if value["emergency"] is not None and (value["deny"] or "role" not in value["who"]):
        raise DecodingError("an emergency rule is for a role and allows")
    if "hours" in value and "code" not in value:
        raise DecodingError("hours belong to a code")
    if "code" in value and (
        value["deny"] or "role" not in value["who"] or value["emergency"] is not None
    ):
        raise DecodingError("a code rule is for a role, allows, and is none for emergencies")


def _rules(value: Any) -> None:
    s.list_of(_rule)(value)
    s.distinct([rule["id"] for rule in value])


#: What `acl.decide` reads of a list, by member.
LIST_MEMBERS: dict[str, s.Check] = {
    "default_partitions": s.list_of(s.PARTITION),
    "rules": _rules,
}
