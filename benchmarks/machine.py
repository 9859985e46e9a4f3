"""Says on what the figures were measured: machine, versions, commit, date, load."""

import json
import os
import platform
import sqlite3
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.engines import NODE

ROOT = Path(__file__).resolve().parent.parent
PYTHON_LIBRARIES = ("py-arkworks-bls12381", "cryptography", "argon2-cffi", "Django")
JAVASCRIPT_LIBRARIES = ("@noble/curves", "@noble/hashes", "@hpke/core", "saxes")


def describe(chromium: str, filesystem: str) -> dict[str, str]:
    """Each line of the table by its title."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": _commit(),
        "CPU": field(Path("/proc/cpuinfo"), "model name") or platform.processor() or "unknown",
        "cores": f"{len(os.sched_getaffinity(0))} usable of {os.cpu_count()}",
        "memory": _memory(),
        "system": f"{_release()}, Linux {platform.release()}, {platform.machine()}",
        "disk": f"{filesystem}; SQLite in WAL mode, synchronous=FULL",
        "Python": f"{platform.python_version()}, SQLite {sqlite3.sqlite_version}",
        "Node": _output(str(NODE), "--version").removeprefix("v"),
        "Chromium": chromium,
        "Python libraries": ", ".join(f"{name} {version(name)}" for name in PYTHON_LIBRARIES),
        "JavaScript libraries": ", ".join(_javascript(ROOT / "package-lock.json")),
    }


def load() -> str:
    """The load average of the last minute."""
    return f"{os.getloadavg()[0]:.1f}"


def field(path: Path, name: str) -> str:
    """The first value of a name in a file of `name : value` lines; empty when there is none."""
    if not path.is_file():
        return ""
    for line in path.read_text(encoding="utf-8").splitlines():
        found, _, value = line.partition(":")
        if found.strip() == name:
            return value.strip()
    return ""


def _memory() -> str:
    kilobytes = field(Path("/proc/meminfo"), "MemTotal").removesuffix(" kB")
    return f"{int(kilobytes) / 2**20:.1f} GiB" if kilobytes else "unknown"


def _release() -> str:
    return platform.freedesktop_os_release().get("PRETTY_NAME", "unknown system")


def _javascript(lockfile: Path) -> list[str]:
    packages = json.loads(lockfile.read_text(encoding="utf-8"))["packages"]
    return [
        f"{name} {packages[f'node_modules/{name}']['version']}" for name in JAVASCRIPT_LIBRARIES
    ]


def _output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def _commit() -> str:
    try:
        found = _output("git", "-C", str(ROOT), "rev-parse", "--short", "HEAD")
        changed = _output("git", "-C", str(ROOT), "status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.CalledProcessError):
        return "not a git checkout"
    return f"{found}, with changes not committed" if changed else found
