"""Where an access control list is decided: a pure function (protocol section 6).

It reads no clock, no database and no key: whoever has the list, the member, the
request and the time gets the same answer, and the rule that gave it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sesphr.crypto import schema as s
from sesphr.crypto.encoding import b64u_decode, check_int, check_octets
from sesphr.crypto.errors import AclError, DecodingError, StatementError
from sesphr.crypto.payloads import check_payload
from sesphr.crypto.rules import CODE_HOURS, LIST_MEMBERS

HOUR = 3600
# All that Python's strip and JavaScript's trim call white space.
_WHITE = "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(
    map(chr, range(0x2000, 0x200B))
)


@dataclass(frozen=True)
class Decision:
    """`decision` is "allow" or "deny"; `rule` the id of the rule that decided, if one did."""

    decision: str
    rule: str | None
    reason: str


@dataclass(frozen=True)
class Head:
    """The list in force: its number and the SHA-256 of its payload, 32 octets."""

    seq: int
    digest: bytes

    def __post_init__(self) -> None:
        """Check both."""
        check_int(self.seq, 1)
        check_octets(self.digest, 32)


@dataclass(frozen=True)
class CheckedRules:
    """The rules of a list whose structure was checked; made by `check_rules` only."""

    rules: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class CheckedMember:
    """A member whose structure was checked; made by `check_member` only."""

    facts: Mapping[str, Any]


@dataclass(frozen=True)
class _Question:
    member: Mapping[str, Any]
    request: Mapping[str, Any]


_CREDENTIAL = s.record({
    "role": s.NAME, "issuer": s.DIGEST, "valid_from": s.TIME, "valid_until": s.TIME, "revoked": s.boolean,
})  # fmt: skip
_MEMBER = s.record({
    "id": s.ID, "key": s.DIGEST, "active": s.boolean, "joined": s.TIME,
    "credential": s.nullable(_CREDENTIAL),
})  # fmt: skip
_SIGNER = s.record({"id": s.ID, "active": s.boolean, "credential": s.nullable(_CREDENTIAL)})
_STATEMENT = s.record({"since": s.TIME, "reason": s.text(0, 10_000), "signers": s.list_of(_SIGNER)})
# Words that no rule can name are no error here: no rule names them.
_WORD = s.text(0, 1000)
_REQUEST = s.record({
    "partition": _WORD, "action": _WORD, "purpose": _WORD, "record_date": s.nullable(s.TIME),
    "now": s.TIME, "emergency": s.nullable(_STATEMENT),
}, {"consent": s.record({"since": s.TIME})})  # fmt: skip


def _check(check: s.Check, value: object, what: str) -> None:
    try:
        check(value)
    except DecodingError as error:
        raise AclError(f"{what}: {error}") from None


def check_rules(acl: Mapping[str, Any]) -> CheckedRules:
    """Check the structure of a list's `default_partitions` and `rules`; other members are free.

    Raises:
        AclError: anything is malformed, or two rules have one id.
    """
    if not isinstance(acl, Mapping):
        raise AclError("not an access control list")
    for name, check in LIST_MEMBERS.items():
        _check(check, acl.get(name), name)
    return CheckedRules(tuple(acl["rules"]))


def check_member(member: Mapping[str, Any]) -> CheckedMember:
    """Check the structure of a member as `decide` takes one; AclError if it is malformed."""
    _check(_MEMBER, member, "member")
    return CheckedMember(member)


def check_successor(head: Head | None, acl: object) -> None:
    """Accept a list's payload as the next after `head`, or as the first.

    Raises:
        AclError: its structure, its number or its predecessor.
    """
    try:
        payload = check_payload("sesphr-acl", acl)
    except StatementError as error:
        raise AclError(str(error)) from None
    if payload["seq"] != (1 if head is None else head.seq + 1):
        raise AclError("not the next number")
    if head is not None and b64u_decode(payload["previous"], 32) != head.digest:
        raise AclError("another predecessor")


def decide(
    acl: Mapping[str, Any] | CheckedRules,
    member: Mapping[str, Any] | CheckedMember,
    request: Mapping[str, Any],
) -> Decision:
    """Decide one request of one member under one list.

    Args:
        acl: a list's payload, or what `check_rules` made of it (when deciding often).
        member: `id`, `key`, `active`, `joined`, `credential`, or what `check_member` made of it.
        request: `partition`, `action`, `purpose`, `record_date`, `now`, `emergency`; and
            `consent`, {`since`}, where the owner's code was given to this member.

    Raises:
        AclError: anything is malformed.
    """
    rules = (acl if isinstance(acl, CheckedRules) else check_rules(acl)).rules
    checked = member if isinstance(member, CheckedMember) else check_member(member)
    _check(_REQUEST, request, "request")
    question = _Question(checked.facts, request)
    return _standing(question) or _first_rule(question, rules) or Decision("deny", None, "no-rule")


def _standing(question: _Question) -> Decision | None:
    if not question.member["active"]:
        return Decision("deny", None, "inactive")
    credential = question.member["credential"]
    if credential is not None and not _valid(credential, question.request["now"]):
        return Decision("deny", None, "credential")
    return None


def _first_rule(question: _Question, rules: tuple[dict[str, Any], ...]) -> Decision | None:
    for outcome, reason, belongs in _STEPS:
        for rule in rules:
            if belongs(rule) and _applies(rule, question):
                return Decision(outcome, rule["id"], reason)
    return None


_STEPS: tuple[tuple[str, str, Callable[[dict[str, Any]], bool]], ...] = (
    ("deny", "deny-rule", lambda rule: rule["deny"]),
    ("allow", "member-rule", lambda rule: not rule["deny"] and "member" in rule["who"]),
    (
        "allow", "role-rule",
        lambda rule: (
            not rule["deny"] and "role" in rule["who"] and rule["emergency"] is None
            and "code" not in rule
        ),
    ),
    ("allow", "code-rule", lambda rule: "code" in rule),
    ("allow", "emergency-rule", lambda rule: rule["emergency"] is not None),
)  # fmt: skip


def _applies(rule: dict[str, Any], question: _Question) -> bool:
    return (
        _is_who(rule, question)
        and _is_about(rule, question.request)
        and _is_in_force(rule, question.request["now"])
        and _reaches_back(rule, question)
        and _is_emergency(rule, question)
        and _has_code(rule, question.request)
    )


def _valid(credential: Mapping[str, Any], now: int) -> bool:
    return credential["valid_from"] <= now < credential["valid_until"] and not credential["revoked"]


def _has_role(credential: Mapping[str, Any] | None, who: Mapping[str, Any], now: int) -> bool:
    return (
        credential is not None
        and _valid(credential, now)
        and (credential["role"], credential["issuer"]) == (who["role"], who["issuer"])
    )


def _is_who(rule: dict[str, Any], question: _Question) -> bool:
    who, member = rule["who"], question.member
    if "role" in who:
        return _has_role(member["credential"], who, question.request["now"])
    same: bool = who["member"] == member["id"]
    return same and (rule["deny"] or who["key"] == member["key"])


def _is_about(rule: dict[str, Any], request: Mapping[str, Any]) -> bool:
    return (
        request["partition"] in rule["partitions"]
        and request["action"] in rule["actions"]
        and (not rule["purposes"] or request["purpose"] in rule["purposes"])
    )


def _is_in_force(rule: dict[str, Any], now: int) -> bool:
    begun: bool = rule["valid_from"] <= now
    return begun and (rule["valid_until"] is None or now < rule["valid_until"])


def _reaches_back(rule: dict[str, Any], question: _Question) -> bool:
    date = question.request["record_date"]
    return rule["deny"] or rule["history"] or date is None or date >= question.member["joined"]


def _has_code(rule: dict[str, Any], request: Mapping[str, Any]) -> bool:
    if "code" not in rule:
        return True
    consent = request.get("consent")
    if consent is None:
        return False
    begun: bool = consent["since"] <= request["now"]
    return begun and request["now"] < consent["since"] + rule.get("hours", CODE_HOURS) * HOUR


def is_blank(reason: str) -> bool:
    """Whether a reason has nothing but white space."""
    return not reason.strip(_WHITE)


def _is_emergency(rule: dict[str, Any], question: _Question) -> bool:
    terms, statement, now = (
        rule["emergency"],
        question.request["emergency"],
        question.request["now"],
    )
    if terms is None:
        return True
    if question.request["purpose"] != "emergency" or statement is None:
        return False
    if is_blank(statement["reason"]):
        return False
    if not statement["since"] <= now < statement["since"] + terms["hours"] * HOUR:
        return False
    signers = _signers(statement, rule["who"], now)
    return question.member["id"] in signers and len(signers) >= terms["signers"]


def _signers(statement: Mapping[str, Any], who: Mapping[str, Any], now: int) -> set[str]:
    return {
        one["id"]
        for one in statement["signers"]
        if one["active"] and _has_role(one["credential"], who, now)
    }
