"""The JavaScript kernel as a subprocess that answers JSON lines, and hex for both kernels."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
NODE = Path(sys.executable).parent / "node"
SCRIPT = ROOT / "tests" / "js" / "roundtrip.mjs"


class Refused(Exception):
    """The JavaScript kernel refused; the text is its error's class."""


class NodeKernel:
    """One Node process; operations are those of the vector files, and makers of fresh objects."""

    def __init__(self) -> None:
        """Start Node; the bundle is built when it is missing."""
        self._process = subprocess.Popen(
            [NODE, SCRIPT],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def ask(self, op: str, /, **given: Any) -> Any:
        """Run one operation.

        Raises:
            Refused: with a CryptoError.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"op": op, "input": given}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        if "refused" in answer:
            raise Refused(answer["refused"])
        assert "crashed" not in answer, answer["crashed"]
        return answer["result"]

    def close(self) -> None:
        """End the process that was started here: its input ends."""
        self._process.communicate(timeout=30)


@contextmanager
def running() -> Iterator[NodeKernel]:
    """A kernel while the block runs."""
    kernel = NodeKernel()
    yield kernel
    kernel.close()
