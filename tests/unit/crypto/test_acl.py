"""The decision against an oracle written another way, and malformed questions."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sesphr.crypto import acl
from sesphr.crypto.encoding import b64u_encode
from sesphr.crypto.errors import AclError

IDS = [f"390597f8-182b-4387-8564-00000000000{i}" for i in range(9)]
KEYS = [b64u_encode(bytes([i]) * 32) for i in range(3)]
TIMES = st.integers(0, 6)
ROLES, PARTS, PURPOSES = ["nurse", "doctor"], ["a", "b"], ["treatment", "emergency"]


def some(values):
    return st.lists(st.sampled_from(values), min_size=1, unique=True)


CREDENTIAL = st.none() | st.fixed_dictionaries({
    "role": st.sampled_from(ROLES), "issuer": st.sampled_from(KEYS[:2]), "valid_from": st.integers(0, 2),
    "valid_until": st.integers(3, 9), "revoked": st.sampled_from([False, False, False, True]),
})  # fmt: skip
WHO = st.one_of(
    st.fixed_dictionaries({"member": st.sampled_from(IDS[:2]), "key": st.sampled_from(KEYS[:2])}),
    st.fixed_dictionaries({"role": st.sampled_from(ROLES), "issuer": st.sampled_from(KEYS[:2])}),
)


@st.composite
def rules(draw):
    made = []
    for number in range(draw(st.integers(0, 5))):
        start, who = draw(TIMES), draw(WHO)
        deny = draw(st.sampled_from([False, False, True]))
        terms = {"hours": 1, "signers": draw(st.integers(1, 2))}
        role = "role" in who and not deny
        emergency = terms if role and draw(st.booleans()) else None
        code = {"code": True, **draw(st.sampled_from([{}, {"hours": 1}]))}
        made.append({
            **(code if role and emergency is None and draw(st.booleans()) else {}),
            "id": IDS[number], "who": who, "partitions": draw(some(PARTS)),
            "actions": draw(some(["read", "add"])), "purposes": draw(st.just([]) | some(PURPOSES)),
            "valid_from": start, "valid_until": draw(st.none() | st.integers(start + 1, 9)),
            "history": draw(st.booleans()), "deny": deny,
            "emergency": emergency,
        })  # fmt: skip
    return made


MEMBER = st.fixed_dictionaries({
    "id": st.sampled_from(IDS[:2]), "key": st.sampled_from(KEYS[:2]),
    "active": st.sampled_from([True, True, True, False]), "joined": TIMES, "credential": CREDENTIAL,
})  # fmt: skip
SIGNER = st.fixed_dictionaries(
    {"id": st.sampled_from(IDS[:3]), "active": st.booleans(), "credential": CREDENTIAL}
)
STATEMENT = st.none() | st.fixed_dictionaries({
    "since": TIMES, "reason": st.sampled_from(["", " \t", "fell"]), "signers": st.lists(SIGNER, max_size=4),
})  # fmt: skip
CONSENT = st.fixed_dictionaries({"since": st.integers(0, 8)})
REQUEST = st.fixed_dictionaries({
    "partition": st.sampled_from(PARTS), "action": st.just("read"), "purpose": st.sampled_from(PURPOSES),
    "record_date": TIMES, "now": st.integers(0, 6), "emergency": STATEMENT,
}, optional={"consent": CONSENT})  # fmt: skip


def standing(credential, now):
    valid = credential and credential["valid_from"] <= now < credential["valid_until"]
    return bool(valid) and not credential["revoked"]


def fits(credential, who, now):
    same = credential and all(credential[name] == who[name] for name in who)
    return bool(same) and standing(credential, now)


def kind_of(rule):
    """0 deny, 1 member, 2 role, 3 code, 4 emergency: the order in which rules are heard."""
    if rule["deny"]:
        return 0
    return 1 if "member" in rule["who"] else 4 if rule["emergency"] else 3 if "code" in rule else 2


def who_is_not_meant(rule, member, now):
    who = rule["who"]
    if "role" in who:
        return not fits(member["credential"], who, now)
    return who["member"] != member["id"] or (not rule["deny"] and who["key"] != member["key"])


def no_emergency(rule, member, request):
    said, now = request["emergency"], request["now"]
    if request["purpose"] != "emergency" or not said or not said["reason"].strip():
        return True
    active = (one for one in said["signers"] if one["active"])
    names = {one["id"] for one in active if fits(one["credential"], rule["who"], now)}
    late = now - said["since"] >= rule["emergency"]["hours"] * 3600 or now < said["since"]
    return late or member["id"] not in names or len(names) < rule["emergency"]["signers"]


def excluded(rule, member, request):
    now, until = request["now"], rule["valid_until"]
    yield who_is_not_meant(rule, member, now)
    yield request["partition"] not in rule["partitions"] or request["action"] not in rule["actions"]
    yield bool(rule["purposes"]) and request["purpose"] not in rule["purposes"]
    yield now < rule["valid_from"] or now >= (float("inf") if until is None else until)
    date = request["record_date"]
    yield not (rule["deny"] or rule["history"] or date is None or date >= member["joined"])
    yield kind_of(rule) == 4 and no_emergency(rule, member, request)
    since, hours = request.get("consent", {"since": 10**9})["since"], rule.get("hours", 24)
    yield kind_of(rule) == 3 and not since <= now < since + hours * 3600


def oracle(list_, member, request):
    """The decision by elimination: collect what nothing excludes, then rank it."""
    if not member["active"]:
        return ("deny", None, "inactive")
    if member["credential"] and not standing(member["credential"], request["now"]):
        return ("deny", None, "credential")
    found = [
        (kind_of(rule), place, rule["id"])
        for place, rule in enumerate(list_["rules"])
        if not any(excluded(rule, member, request))
    ]
    if not found:
        return ("deny", None, "no-rule")
    kind, _, name = min(found)
    reasons = ["deny-rule", "member-rule", "role-rule", "code-rule", "emergency-rule"]
    return ("allow" if kind else "deny", name, reasons[kind])


@settings(max_examples=400, deadline=None)
@given(rules(), MEMBER, REQUEST)
def test_against_oracle(list_, member, request):
    payload = {"default_partitions": [], "rules": list_}
    found = acl.decide(payload, member, request)
    assert (found.decision, found.rule, found.reason) == oracle(payload, member, request)
    assert acl.decide(acl.check_rules(payload), member, request) == found


GOOD_MEMBER = {"id": IDS[0], "key": KEYS[0], "active": True, "joined": 1, "credential": None}
GOOD_REQUEST = {
    "partition": "a", "action": "read", "purpose": "treatment", "record_date": 1, "now": 2, "emergency": None,
}  # fmt: skip
EMPTY = {"default_partitions": [], "rules": []}


@pytest.mark.parametrize(
    ("list_", "member", "request_"),
    [
        (None, {}, {}),
        ({}, {}, {}),
        ({"default_partitions": []}, {}, {}),
        ({"default_partitions": [], "rules": [{}]}, {}, {}),
        ({"default_partitions": ["A"], "rules": []}, {}, {}),
        (EMPTY, {"active": 1}, {}),
        (EMPTY, {"active": None}, {}),
        (EMPTY, {"joined": "1"}, {}),
        (EMPTY, {"credential": {}}, {}),
        (EMPTY, {"more": 1}, {}),
        (EMPTY, {}, {"now": None}),
        (EMPTY, {}, {"now": 1.5}),
        (EMPTY, {}, {"record_date": "1"}),
        (EMPTY, {}, {"emergency": {}}),
        (EMPTY, {}, {"purpose": None}),
        (EMPTY, {}, {"more": 1}),
        (EMPTY, {}, {"consent": None}),
        (EMPTY, {}, {"consent": {}}),
        (EMPTY, {}, {"consent": {"since": 1.5}}),
        (EMPTY, {}, {"consent": {"since": 1, "more": 1}}),
    ],
)
def test_malformed_questions(list_, member, request_):
    with pytest.raises(AclError):
        acl.decide(list_, {**GOOD_MEMBER, **member}, {**GOOD_REQUEST, **request_})


@pytest.mark.parametrize(
    ("seq", "digest"), [(0, bytes(32)), (True, bytes(32)), (1, bytes(31)), ("1", bytes(32))]
)
def test_a_head_is_checked(seq, digest):
    with pytest.raises(Exception, match=r"integer|octets"):
        acl.Head(seq, digest)


DOCTOR = {
    "role": "doctor", "issuer": KEYS[0], "valid_from": 0, "valid_until": 10**9, "revoked": False,
}  # fmt: skip


def code_rule(**changed):
    return {
        "id": IDS[3], "who": {"role": "doctor", "issuer": KEYS[0]}, "partitions": ["a"], "actions": ["read"],
        "purposes": [], "valid_from": 0, "valid_until": None, "history": True, "deny": False,
        "emergency": None, "code": True, **changed,
    }  # fmt: skip


def with_code(rules_, since, now):
    request = {
        **GOOD_REQUEST,
        "now": now,
        **({} if since is None else {"consent": {"since": since}}),
    }
    member = {**GOOD_MEMBER, "credential": DOCTOR}
    found = acl.decide({"default_partitions": [], "rules": rules_}, member, request)
    return found.decision, found.reason


@pytest.mark.parametrize(
    ("hours", "since", "now", "expected"),
    [
        ({}, None, 100, ("deny", "no-rule")),
        ({}, 101, 100, ("deny", "no-rule")),
        ({}, 100, 100, ("allow", "code-rule")),
        ({}, 100, 100 + 24 * 3600 - 1, ("allow", "code-rule")),
        ({}, 100, 100 + 24 * 3600, ("deny", "no-rule")),
        ({"hours": 2}, 100, 100 + 7199, ("allow", "code-rule")),
        ({"hours": 2}, 100, 100 + 7200, ("deny", "no-rule")),
    ],
)
def test_a_code_opens_for_its_hours(hours, since, now, expected):
    assert with_code([code_rule(**hours)], since, now) == expected


def test_a_code_is_heard_after_roles_and_before_emergencies():
    plain = {key: value for key, value in code_rule(id=IDS[4]).items() if key != "code"}
    assert with_code([code_rule(), plain], 100, 100) == ("allow", "role-rule")
    deny = {**plain, "deny": True, "who": {"member": IDS[0], "key": KEYS[0]}}
    assert with_code([code_rule(), deny], 100, 100) == ("deny", "deny-rule")


@pytest.mark.parametrize(
    "changed",
    [
        {"code": False},
        {"code": 1},
        {"code": None},
        {"hours": 0},
        {"hours": None},
        {"deny": True},
        {"who": {"member": IDS[0], "key": KEYS[0]}},
        {"emergency": {"hours": 1, "signers": 1}},
    ],
)
def test_code_rules_that_are_none(changed):
    with pytest.raises(AclError):
        acl.check_rules({"default_partitions": [], "rules": [code_rule(**changed)]})


def test_hours_belong_to_a_code():
    lone = {key: value for key, value in code_rule(hours=1).items() if key != "code"}
    with pytest.raises(AclError, match="hours"):
        acl.check_rules({"default_partitions": [], "rules": [lone]})
