"""The browser and the command line make the same next list of the same rules, whatever they are."""

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sesphr.client import rules, standing
from sesphr.client.rules import Grant, Rule
from sesphr.client.standing import RoleGrant
from tests.integration.crypto_node import NODE, ROOT

MEMBERS = ["00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"]
KEYS = ["K" * 43, "L" * 43]
ROLES = ["nurse", "physician"]
NAMES = ["personal", "medical", "insurance", "prescription", "own-1"]
TIMES = st.sampled_from([0, 5, 10, 20])
PARTITIONS = st.lists(st.sampled_from(NAMES), min_size=1, unique=True)
SCRIPT = ROOT / "tests" / "js" / "rules_peer.mjs"


class Browser:
    """One Node process with the modules that pages load."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [NODE, SCRIPT], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            encoding="utf-8",
        )  # fmt: skip

    def ask(self, operation: str, *args: Any) -> Any:
        """What a function of the browser's gives."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"op": operation, "args": args}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert "crashed" not in answer, answer["crashed"]
        return answer["result"]

    def close(self) -> None:
        """End the process: its input ends."""
        self._process.communicate(timeout=30)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One process for the module."""
    running = Browser()
    yield running
    running.close()


@st.composite
def _who(draw: st.DrawFn) -> dict[str, str]:
    if draw(st.integers(0, 4)) == 0:
        role = draw(st.sampled_from(ROLES))
        return {"role": role, "issuer": draw(st.sampled_from(KEYS))}
    return {"member": draw(st.sampled_from(MEMBERS)), "key": draw(st.sampled_from(KEYS))}


@st.composite
def _rule(draw: st.DrawFn) -> Rule:
    who, deny = draw(_who()), draw(st.booleans())
    emergency = {"hours": 2, "signers": 1} if "role" in who and not deny else None
    start = draw(TIMES)
    code = {"code": True} if "role" in who and not deny and draw(st.booleans()) else {}
    return {
        "id": str(draw(st.uuids(version=4))), "who": who, "partitions": draw(PARTITIONS),
        "actions": draw(st.sampled_from([["read"], ["add"], ["read", "add"], ["add", "read"]])),
        "purposes": draw(st.sampled_from([[], ["treatment"]])), "valid_from": start,
        "valid_until": draw(st.none() | TIMES.map(lambda more: start + more + 1)),
        "history": draw(st.booleans()), "deny": deny,
        "emergency": emergency if not code and draw(st.booleans()) else None, **code,
    }  # fmt: skip


RULES = st.lists(_rule(), max_size=6, unique_by=lambda rule: rule["id"])


def _grants(*actions: str) -> st.SearchStrategy[Grant]:
    return st.builds(
        Grant, st.sampled_from(MEMBERS), st.sampled_from(KEYS), PARTITIONS.map(tuple),
        st.none() | TIMES, st.booleans(), st.sampled_from(actions),
    )  # fmt: skip


GRANTS = _grants(rules.READ, rules.ADD)

ROLE_GRANTS = st.builds(
    RoleGrant, st.sampled_from(ROLES), st.sampled_from(KEYS), PARTITIONS.map(tuple),
    st.none() | TIMES, st.booleans(),
)  # fmt: skip


def _sent(grant: Grant) -> dict[str, Any]:
    return {
        "member": grant.member, "key": grant.key, "partitions": list(grant.partitions),
        "until": grant.until, "history": grant.history, "action": grant.action,
    }  # fmt: skip


def _apart_from_new_ids(found: list[Rule], before: list[Rule]) -> list[Rule]:
    known = {rule["id"] for rule in before}
    assert len({rule["id"] for rule in found}) == len(found)
    return [rule if rule["id"] in known else {**rule, "id": "new"} for rule in found]


@settings(max_examples=400, deadline=None)
@given(present=RULES, grant=GRANTS)
def test_grants(browser: Browser, present: list[Rule], grant: Grant) -> None:
    ours, theirs = rules.granted(present, grant), browser.ask("granted", present, _sent(grant))
    assert _apart_from_new_ids(theirs, present) == _apart_from_new_ids(ours, present)
    assert browser.ask("same", theirs, ours) is True
    assert browser.ask("same", present, ours) == rules.same(present, ours)


@settings(max_examples=400, deadline=None)
@given(
    present=RULES, member=st.sampled_from(MEMBERS), key=st.sampled_from(KEYS),
    partitions=st.none() | PARTITIONS,
)  # fmt: skip
def test_taking_back(
    browser: Browser, present: list[Rule], member: str, key: str, partitions: list[str] | None
) -> None:
    ours = rules.revoked(present, member, partitions, key)
    theirs = browser.ask("revoked", present, member, partitions, key)
    assert _apart_from_new_ids(theirs, present) == _apart_from_new_ids(ours, present)


@settings(max_examples=300, deadline=None)
@given(present=RULES, grant=ROLE_GRANTS, taken=st.none() | PARTITIONS, any_issuer=st.booleans())
def test_roles(
    browser: Browser,
    present: list[Rule],
    grant: RoleGrant,
    taken: list[str] | None,
    any_issuer: bool,
) -> None:
    sent = {
        "role": grant.role, "issuer": grant.issuer, "partitions": list(grant.partitions),
        "until": grant.until, "history": grant.history,
    }  # fmt: skip
    ours, theirs = standing.given(present, grant), browser.ask("given", present, sent)
    assert _apart_from_new_ids(theirs, present) == _apart_from_new_ids(ours, present)
    assert browser.ask("wantedShares", ours) == sorted(standing.wanted_shares(ours))
    who = {"role": grant.role, "issuer": None if any_issuer else grant.issuer}
    ours = standing.withdrawn(present, who["role"], who["issuer"], taken)
    theirs = browser.ask("withdrawn", present, who, taken)
    assert _apart_from_new_ids(theirs, present) == _apart_from_new_ids(ours, present)
    assert browser.ask("same", theirs, present) == rules.same(ours, present)


@settings(max_examples=400, deadline=None)
@given(present=RULES, grant=GRANTS, asked=PARTITIONS, now=TIMES)
def test_what_lists_say(
    browser: Browser, present: list[Rule], grant: Grant, asked: list[str], now: int
) -> None:
    pairs = sorted(rules.wanted_pairs(present))
    found = browser.ask("wantedPairs", present)
    assert [(one["member"], one["partition"]) for one in found] == pairs
    for member, partition in pairs:
        pair = {"member": member, "partition": partition}
        assert browser.ask("keysOf", present, pair) == sorted(
            rules.keys_of(present, (member, partition))
        )
    for name in ("readable", "addable"):
        assert browser.ask(name, present, grant.member) == getattr(rules, name)(
            present, grant.member
        )
    assert browser.ask("unexpired", present, now) == rules.unexpired(present, now)
    in_force = rules.is_in_force(present, grant, asked)
    assert browser.ask("isInForce", present, _sent(grant), asked) == in_force
    after = rules.granted(present, grant)
    names = list(grant.partitions)
    assert browser.ask("isInForce", after, _sent(grant), names) == rules.is_in_force(
        after, grant, names
    )


@settings(max_examples=200, deadline=None)
@given(present=RULES, grant=_grants(rules.READ))
def test_cells_say_what_was_granted_and_taken_back(
    browser: Browser, present: list[Rule], grant: Grant
) -> None:
    change = {"member": grant.member, "key": grant.key, "until": grant.until}
    changes = [
        {**change, "partition": name, "take": False, "history": grant.history}
        for name in grant.partitions
    ]
    after = browser.ask("applied", present, changes)
    assert rules.same(after, rules.granted(present, grant))
    for name in grant.partitions:
        cell = browser.ask("cellOf", after, grant.member, name, 0)
        ended = grant.until is not None and grant.until <= 0
        assert cell["state"] == ("ended" if ended else "shared")
        assert (cell["until"], cell["history"]) == (grant.until, grant.history)
    taken = browser.ask("applied", after, [{**one, "take": True} for one in changes])
    for name in grant.partitions:
        state = browser.ask("cellOf", taken, grant.member, name, 0)["state"]
        assert state in ("none", "closed")
