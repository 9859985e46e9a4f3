"""Small things about processes that the demo's supervisor needs; Linux, and harmless elsewhere."""

import ctypes
import fcntl
import os
import signal
import sys
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1


def end_with_parent(number: int = signal.SIGTERM) -> None:
    """Ask the kernel for a signal when the parent is gone, however it went."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)


def parent_is(name: str) -> bool:
    """Whether the parent's program has this name."""
    try:
        return Path(f"/proc/{os.getppid()}/comm").read_text(encoding="utf-8").strip() == name
    except OSError:
        return False


def hold(path: Path) -> IO[str] | None:
    """Lock a file for as long as the answer is open; None when another process holds it."""
    handle = path.open("w", encoding="utf-8")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        return None
    return handle
