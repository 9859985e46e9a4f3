"""The link between portal and cloud is cut while people work, in a network namespace of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.support.liveserver import ROOT

UNAVAILABLE = 5
REFUSED = 3
SECONDS = 400


def test_nothing_is_lost_and_nobody_hangs(tmp_path: Path) -> None:
    kept = {name: text for name, text in os.environ.items() if not name.startswith("SESPHR_")}
    done = subprocess.run(
        ["unshare", "--net", sys.executable, "-m", "tests.support.cut_link", str(tmp_path)],
        cwd=ROOT, env=kept, capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    for what, one in told["cut"].items():
        assert one["code"] == UNAVAILABLE, (what, one)
        assert one["answer"]["code"] == "unavailable"
        # A few tries of some seconds each, then a clear word.
        assert one["seconds"] < 40, (what, one)
    assert told["mended"]["deposited"]["code"] == 0
    assert told["mended"]["revoked"]["code"] == 0
    # What was taken back while the cloud did not hear of it is taken back now.
    assert told["mended"]["opened"]["code"] == REFUSED
    assert told["kept"] == 2
