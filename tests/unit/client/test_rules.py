"""The next list from the present one: what is granted is allowed, what is taken back is denied."""

from hypothesis import given
from hypothesis import strategies as st

from sesphr.client.rules import Grant, addable, granted, readable, revoked, same, wanted_pairs
from sesphr.crypto import acl
from srs.services.lists import wanted_pairs as wanted_by_nodes

ADA, LEE, PIA = (f"{n}0000000-0000-4000-8000-000000000000" for n in "123")
KEYS = {LEE: "A" * 43, PIA: "E" * 43}
ISSUER = "I" * 42 + "E"
NAMES = ("medical", "insurance", "personal")
NOW = 1_800_000_000


def role_rule(*partitions, actions=("read",)):
    return {
        "id": "40000000-0000-4000-8000-000000000000", "who": {"role": "physician", "issuer": ISSUER}, "partitions": list(partitions),
        "actions": list(actions), "purposes": [], "valid_from": 0, "valid_until": None,
        "history": True, "deny": False, "emergency": None,
    }  # fmt: skip


def allowed(rules, member, partition, *, action="read", role=True, date=NOW - 10):
    credential = {
        "role": "physician", "issuer": ISSUER, "valid_from": 0, "valid_until": NOW * 2, "revoked": False
    }  # fmt: skip
    person = {
        "id": member, "key": KEYS[member], "active": True, "joined": NOW - 5,
        "credential": credential if role else None,
    }  # fmt: skip
    request = {
        "partition": partition, "action": action, "purpose": "treatment", "record_date": date,
        "now": NOW, "emergency": None,
    }  # fmt: skip
    found = acl.decide({"default_partitions": [], "rules": rules}, person, request)
    return found.decision == "allow"


def grants():
    return st.builds(
        lambda who, partitions, until, history: Grant(who, KEYS[who], tuple(sorted(partitions)), until, history),
        st.sampled_from((LEE, PIA)), st.sets(st.sampled_from(NAMES), min_size=1), st.sampled_from((None, NOW + 9, NOW + 99)),
        st.booleans(),
    )  # fmt: skip


STEPS = st.one_of(
    grants(),
    st.tuples(st.sampled_from((LEE, PIA)), st.none() | st.sets(st.sampled_from(NAMES), min_size=1)),
)


def after(steps, rules=()):
    found = list(rules)
    for step in steps:
        if isinstance(step, Grant):
            found = granted(found, step)
        else:
            found = revoked(found, step[0], step[1], KEYS[step[0]])
    return found


STARTS = st.sampled_from(
    ((), (role_rule(*NAMES),), (role_rule("medical", actions=("read", "add")),))
)


@given(STARTS, st.lists(STEPS, max_size=8), grants())
def test_a_grant_allows_exactly_its_partitions(start, steps, last):
    before = after(steps, start)
    rules = granted(before, last)
    acl.check_rules({"default_partitions": [], "rules": rules})
    for name in last.partitions:
        assert allowed(rules, last.member, name, date=NOW)
        assert allowed(rules, last.member, name, role=False) == last.history
    for member in KEYS:
        for name in NAMES:
            if (member, name) not in {(last.member, one) for one in last.partitions}:
                assert allowed(rules, member, name) == allowed(before, member, name)
    assert same(granted(rules, last), rules)


@given(
    STARTS,
    st.lists(STEPS, max_size=8),
    st.sampled_from((LEE, PIA)),
    st.none() | st.sets(st.sampled_from(NAMES), min_size=1),
)
def test_taking_back_denies(start, steps, member, partitions):
    before = after(steps, start)
    rules = revoked(before, member, partitions, KEYS[member])
    acl.check_rules({"default_partitions": [], "rules": rules})
    for name in NAMES:
        if partitions is None or name in partitions:
            assert not allowed(rules, member, name)
        else:
            assert allowed(rules, member, name) == allowed(before, member, name)
        for other in set(KEYS) - {member}:
            assert allowed(rules, other, name) == allowed(before, other, name)
    assert same(revoked(rules, member, partitions, KEYS[member]), rules)


@given(STARTS, st.lists(STEPS, max_size=8))
def test_the_keys_that_a_list_needs_are_those_that_nodes_demand(start, steps):
    rules = after(steps, start)
    assert wanted_pairs(rules) == wanted_by_nodes({"rules": rules})
    assert set(readable(rules, LEE)) == {name for who, name in wanted_pairs(rules) if who == LEE}


@given(STARTS, st.lists(STEPS, max_size=8))
def test_one_rule_for_each_set_of_terms(start, steps):
    rules = after(steps, start)
    terms = [
        (rule["who"]["member"], rule["valid_until"], rule["history"])
        for rule in rules
        if "member" in rule["who"] and not rule["deny"]
    ]
    assert len(set(terms)) == len(terms)
    assert len({rule["id"] for rule in rules}) == len(rules)


def both_rule(*partitions):
    return {
        **role_rule(*partitions, actions=("read", "add")), "id": "50000000-0000-4000-8000-000000000000",
        "who": {"member": LEE, "key": KEYS[LEE]},
    }  # fmt: skip


def test_taking_back_takes_reading_and_adding():
    rules = revoked([both_rule("medical", "insurance")], LEE, {"medical"}, KEYS[LEE])
    for action in ("read", "add"):
        date = None if action == "add" else 10
        assert not allowed(rules, LEE, "medical", action=action, date=date)
        assert allowed(rules, LEE, "insurance", action=action, date=date)
    assert revoked(rules, LEE, None, KEYS[LEE]) == []


def test_reading_and_adding_are_granted_each_for_itself():
    adding = Grant(LEE, KEYS[LEE], ("medical",), action="add")
    rules = granted([], adding)
    assert not allowed(rules, LEE, "medical")
    assert allowed(rules, LEE, "medical", action="add", date=None)
    assert wanted_pairs(rules) == set()
    rules = granted(rules, Grant(LEE, KEYS[LEE], ("medical",), history=True))
    assert allowed(rules, LEE, "medical")
    assert allowed(rules, LEE, "medical", action="add", date=None)
    assert addable(rules, LEE) == ["medical"]
    assert granted(rules, adding) == rules


def test_a_role_that_lets_add_is_denied_to_one():
    rules = revoked([role_rule("medical", actions=("add",))], LEE, None, KEYS[LEE])
    assert [(rule["deny"], rule["actions"]) for rule in rules] == [
        (False, ["add"]),
        (True, ["add"]),
    ]


def test_a_deny_of_another_person_is_left_alone():
    rules = revoked([role_rule("medical")], LEE, None, KEYS[LEE])
    assert granted(rules, Grant(PIA, KEYS[PIA], ("medical",)))[:2] == rules
