"""Both kernels decide as the brute-force oracle does, on the same random lists."""

import json
import subprocess
from collections import Counter
from typing import Any

import pytest

from sesphr.crypto import acl
from tests.integration.crypto_node import NODE, ROOT
from tests.support.acl_cases import cases, oracle

SEED = 20_261_129
REASONS = {
    "inactive", "credential", "deny-rule", "member-rule", "role-rule", "code-rule", "emergency-rule",
    "no-rule",
}  # fmt: skip


def in_python(case: dict[str, Any]) -> tuple[str, str | None, str]:
    found = acl.decide(case["acl"], case["member"], case["request"])
    return found.decision, found.rule, found.reason


def in_browsers(made: list[dict[str, Any]]) -> list[tuple[str, str | None, str]]:
    lines = "".join(json.dumps(case) + "\n" for case in made)
    done = subprocess.run(
        [NODE, ROOT / "tests" / "js" / "acl_peer.mjs"], input=lines, capture_output=True, check=True,
        encoding="utf-8", cwd=ROOT,
    )  # fmt: skip
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("lists", "questions"), [(10_000, 2), pytest.param(20_000, 6, marks=pytest.mark.soak)]
)
def test_python_and_the_browser_decide_as_the_oracle_does(lists: int, questions: int) -> None:
    made = cases(SEED + lists, lists, questions)
    wanted = [oracle(case) for case in made]
    for case, right, browser in zip(made, wanted, in_browsers(made), strict=True):
        assert in_python(case) == right, case
        assert browser == right, case
    counted = Counter(reason for _, _, reason in wanted)
    # Every way to decide was decided often enough to mean something.
    assert counted.keys() == REASONS
    assert min(counted.values()) >= len(made) // 200, counted
