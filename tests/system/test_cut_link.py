"""The link to a server is cut while people work, in a network namespace of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.cut_link import NODES
from tests.support.liveserver import ROOT

UNAVAILABLE = 5
REFUSED = 3
SECONDS = 600


def played(folder: Path, *servers: str) -> dict[str, Any]:
    """What happened while nobody reached each of these servers, one after the other."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("SESPHR_")}
    done = subprocess.run(
        ["unshare", "--net", sys.executable, "-m", "tests.support.cut_link", str(folder), *servers],
        cwd=ROOT, env=kept, capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    for one in told.values():
        for what, attempt in one["cut"].items():
            # A few tries of some seconds each, then an answer or a clear word.
            assert attempt["seconds"] < 40, (what, attempt)
    return told


def test_nothing_is_lost_and_nobody_hangs(tmp_path: Path) -> None:
    told = played(tmp_path, "cloud")["cloud"]
    for what, one in told["cut"].items():
        assert one["code"] == UNAVAILABLE, (what, one)
        assert one["answer"]["code"] == "unavailable"
    assert told["mended"]["deposited"]["code"] == 0
    assert told["mended"]["revoked"]["code"] == 0
    # What was taken back while the cloud did not hear of it is taken back now.
    assert told["mended"]["opened"]["code"] == REFUSED
    assert told["kept"] == 2


@pytest.mark.soak
def test_a_node_that_nobody_reaches_is_not_needed_and_knows_all_afterwards(tmp_path: Path) -> None:
    for node, told in played(tmp_path, *NODES).items():
        assert {what: one["code"] for what, one in told["cut"].items()} == {
            "opened": 0, "deposited": 0, "revoked": 0,
        }, (node, told)  # fmt: skip
        assert told["mended"]["opened"]["code"] == REFUSED, node
        assert told["mended"]["deposited"]["code"] == 0, node
        assert told["mended"]["allowed by itself"] is False, node
        assert told["kept"] >= 2, node
