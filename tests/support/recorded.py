"""Everything that the servers of a cluster say to each other while a test listens."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOOKS = Path(__file__).parent / "recording"
VARIABLE = "RECORDED_WIRES"


def variables(folder: Path) -> dict[str, str]:
    """What the servers are started with; they write to `folder` while it is there."""
    before = os.environ.get("PYTHONPATH")
    path = os.pathsep.join(filter(None, (str(HOOKS), before)))
    return {"PYTHONPATH": path, VARIABLE: str(folder)}


@contextmanager
def listening(environment: dict[str, str]) -> Iterator[Path]:
    """Listen to the cluster whose processes have this environment; where what it says is kept."""
    folder = Path(environment[VARIABLE])
    folder.mkdir()
    try:
        yield folder
    finally:
        folder.rename(folder.with_name(f"{folder.name}-kept"))


def said(folder: Path) -> dict[str, bytes]:
    """What arrived at each server and what it answered, connection by connection."""
    found: dict[str, bytes] = {}
    for path in sorted(folder.iterdir()):
        server, direction, _ = path.name.split("-", 2)
        name = f"wire of {server}: {direction}"
        found[name] = found.get(name, b"") + path.read_bytes() + b"\n\n"
    return found
