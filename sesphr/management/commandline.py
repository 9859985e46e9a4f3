"""Runs the command-line client as somebody of the demo does: a process with its own HOME and password."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from sesphr.demo import Person, passwords

STEP_SECONDS = 180


def demo_folder() -> Path:
    """Where the demo's people keep their HOMEs, and where steps leave their marks."""
    folder = Path(settings.SESPHR_DATA) / "demo"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def client(server: str, person: Person, *words: str) -> dict[str, Any]:
    """One command of `python -m sesphr.client`; its answer.

    Raises:
        CommandError: it failed; what it said.
    """
    home = demo_folder() / person.key
    command = [
        sys.executable, "-m", "sesphr.client", "--json", "--server", server, "--home", str(home), *words
    ]  # fmt: skip
    # The client reads the person's password from its environment, nobody else's.
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("SESPHR_")
    }
    environment["SESPHR_PASSWORD"] = passwords(settings.SESPHR_DATA)[person.login]
    done = subprocess.run(
        command, env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True,
        timeout=STEP_SECONDS, check=False,
    )  # fmt: skip
    if done.returncode:
        raise CommandError(f"{words[0]} for {person.login} failed: {done.stdout}{done.stderr}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
