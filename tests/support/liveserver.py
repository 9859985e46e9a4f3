"""A real server process for the system tests: gunicorn over a DATA folder of its own.

It is started, stopped and killed like any other process; nothing of it runs in the
test's process. Ports lie below those that Linux hands out to outgoing connections.
"""

import contextlib
import hashlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.mariadb import HOST, _free_port
from tests.support.warm import Warm, WarmError

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS, STOP_SECONDS, COMMAND_SECONDS = 60, 20, 180
SETTINGS = "sesphr.settings.local"
# What the databases of this run are, when MariaDB was chosen for it.
KEPT = ("SESPHR_DB", "SESPHR_DB_HOST", "SESPHR_DB_PORT", "SESPHR_DB_SOCKET", "SESPHR_DB_USER",
        "SESPHR_DB_PASSWORD")  # fmt: skip


DATABASES = "*.sqlite3*"
# Migrating takes seconds. Files of databases by the number of nodes, then by name.
_blank: dict[str, dict[str, bytes]] = {}


class LiveServerError(Exception):
    """The server or one of its commands failed; the message holds what it said."""


@dataclass
class LiveServer:
    """A running server; `environment` is what its processes are given."""

    data: Path
    port: int
    environment: dict[str, str]
    process: subprocess.Popen[bytes]
    warm: Warm
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        self.log = self.data / "server.log"

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://{HOST}:{self.port}"

    def manage(self, *words: str, **more: str) -> str:
        """Run `manage.py WORDS` on the same DATA, with more variables for the command; its output.

        Raises:
            LiveServerError: it did not exit with 0.
        """
        return _warmly(self.warm, *words, **more)

    def said(self) -> str:
        """Everything that the server wrote."""
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def stop(self) -> None:
        """End it in order."""
        self.warm.close()
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """SIGKILL master and workers at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(STOP_SECONDS)

    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process.poll() is None

    def restart(self, env: Mapping[str, str] | None = None) -> None:
        """Start it again on the same port and DATA, with other variables where given."""
        self.stop()
        self.environment = {**self.environment, **(env or {})}
        self.warm = Warm(self.environment)
        self.process = _spawn(self.data, self.port, self.environment)
        _wait(self)


def environment(data: Path, env: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables of a server on this DATA: nothing of SESPHR_ from the shell but the databases."""
    kept = {
        name: text
        for name, text in os.environ.items()
        if not name.startswith("SESPHR_") or name in KEPT
    }
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    own = {"SESPHR_DATA": str(data), "DJANGO_SETTINGS_MODULE": SETTINGS, "PYTHONUTF8": "1"}
    if kept.get("SESPHR_DB") == "mariadb":
        # Schemas of its own, so that servers of one run do not meet.
        own["SESPHR_DB_PREFIX"] = f"live_{hashlib.sha256(bytes(data)).hexdigest()[:12]}"
    return {**kept, **own, **(env or {})}


def manage(variables: Mapping[str, str], *words: str) -> str:
    """Run a management command; its output.

    Raises:
        LiveServerError: it did not exit with 0.
    """
    done = subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, env=dict(variables), text=True,
        capture_output=True, timeout=COMMAND_SECONDS, check=False,
    )  # fmt: skip
    if done.returncode:
        raise LiveServerError(f"manage.py {words[0]}: {done.stdout}{done.stderr}")
    return done.stdout


def _warmly(warm: Warm, *words: str, **more: str) -> str:
    try:
        return warm.run(*words, **more)
    except WarmError as error:
        raise LiveServerError(str(error)) from error


def start(data: Path, port: int = 0, env: Mapping[str, str] | None = None) -> LiveServer:
    """Prepare DATA (keys, databases) and serve it; it answers when this returns.

    Raises:
        LiveServerError: it does not come up.
    """
    variables = environment(data, env)
    data.mkdir(parents=True, exist_ok=True)
    warm = Warm(variables)
    try:
        _warmly(warm, "init_deployment")
        _migrate(data, warm)
        chosen = port or _free_port()
        server = LiveServer(data, chosen, variables, _spawn(data, chosen, variables), warm)
        _wait(server)
    except BaseException:
        warm.close()
        raise
    return server


def _migrate(data: Path, warm: Warm) -> None:
    """Make the databases; SQLite's, which hold nothing yet, are copied from the first that this process made."""
    if warm.variables.get("SESPHR_DB") == "mariadb" or any(data.glob(DATABASES)):
        _warmly(warm, "migrate_all", "--verbosity", "0")
        return
    nodes = warm.variables.get("SESPHR_NODES", "1")
    if nodes not in _blank:
        _warmly(warm, "migrate_all", "--verbosity", "0")
        _blank[nodes] = {path.name: path.read_bytes() for path in data.glob(DATABASES)}
        return
    for name, octets in _blank[nodes].items():
        (data / name).touch(mode=0o600)
        (data / name).write_bytes(octets)


def _spawn(data: Path, port: int, variables: Mapping[str, str]) -> subprocess.Popen[bytes]:
    command = [
        sys.executable, "-m", "gunicorn", "sesphr.wsgi", "--bind", f"{HOST}:{port}", "--workers", "1",
        "--threads", "8", "--timeout", "120", "--log-level", "warning",
    ]  # fmt: skip
    with (data / "server.log").open("ab") as log:
        return subprocess.Popen(
            command, cwd=ROOT, env=dict(variables), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip


def _wait(server: LiveServer) -> None:
    deadline = time.monotonic() + START_SECONDS
    while server.alive() and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{server.url}/healthz", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    server.kill()
    raise LiveServerError(f"the server does not answer:\n{server.said()[-4000:]}")
