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
        made.append({
            "id": IDS[number], "who": who, "partitions": draw(some(PARTS)),
            "actions": draw(some(["read", "add"])), "purposes": draw(st.just([]) | some(PURPOSES)),
            "valid_from": start, "valid_until": draw(st.none() | st.integers(start + 1, 9)),
            "history": draw(st.booleans()), "deny": deny,
            "emergency": terms if "role" in who and not deny and draw(st.booleans()) else None,
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
REQUEST = st.fixed_dictionaries({
    "partition": st.sampled_from(PARTS), "action": st.just("read"), "purpose": st.sampled_from(PURPOSES),
    "record_date": TIMES, "now": st.integers(0, 6), "emergency": STATEMENT,
})  # fmt: skip


def oracle(list_, member, request):
    """The decision by elimination: collect what applies, then rank it."""
    now = request["now"]

    def standing(credential):
        return (
            credential
            and credential["valid_from"] <= now < credential["valid_until"]
            and not credential["revoked"]
        )

    if not member["active"]:
        return ("deny", None, "inactive")
    if member["credential"] and not standing(member["credential"]):
        return ("deny", None, "credential")
    found = []
    for place, rule in enumerate(list_["rules"]):
        who, kind = rule["who"], None
        if rule["deny"]:
            kind = 0
        elif "member" in who:
            kind = 1
        else:
            kind = 3 if rule["emergency"] else 2

        def fits(one, who=who):
            return (
                bool(standing(one))
                and one["role"] == who["role"]
                and one["issuer"] == who["issuer"]
            )

        if "member" in who and (
            who["member"] != member["id"] or (kind and who["key"] != member["key"])
        ):
            continue
        if "role" in who and not fits(member["credential"]):
            continue
        if (
            request["partition"] not in rule["partitions"]
            or request["action"] not in rule["actions"]
        ):
            continue
        if rule["purposes"] and request["purpose"] not in rule["purposes"]:
            continue
        until = float("inf") if rule["valid_until"] is None else rule["valid_until"]
        if now < rule["valid_from"] or now >= until:
            continue
        if kind != 0 and not rule["history"] and request["record_date"] < member["joined"]:
            continue
        if kind == 3:
            said = request["emergency"]
            if request["purpose"] != "emergency" or not said or not said["reason"].strip():
                continue
            if now < said["since"] or now >= said["since"] + rule["emergency"]["hours"] * 3600:
                continue
            names = {
                one["id"] for one in said["signers"] if one["active"] and fits(one["credential"])
            }
            if member["id"] not in names or len(names) < rule["emergency"]["signers"]:
                continue
        found.append((kind, place, rule["id"]))
    if not found:
        return ("deny", None, "no-rule")
    kind, _, name = min(found)
    reasons = ["deny-rule", "member-rule", "role-rule", "emergency-rule"]
    return ("allow" if kind else "deny", name, reasons[kind])


@settings(max_examples=600, deadline=None)
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
        (EMPTY, {}, {"record_date": None}),
        (EMPTY, {}, {"emergency": {}}),
        (EMPTY, {}, {"purpose": None}),
        (EMPTY, {}, {"more": 1}),
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
