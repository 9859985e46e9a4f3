"""Starts the servers of a cluster and watches them; restarts none unless told to."""

import contextlib
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import httpx
from django.conf import settings
from django.core.management.base import CommandError

from sesphr import tls
from sesphr.management.clustering.databases import Accounts
from sesphr.management.clustering.layout import Layout, write_variables
from sesphr.processes import end_with_parent

START_SECONDS, STOP_SECONDS, POLL_SECONDS = 60, 20, 0.1
RESTART_AFTER = 1.0
Say = Callable[[str], None]


class Supervisor:
    """The processes of a cluster by name."""

    def __init__(self, layout: Layout, accounts: Accounts, say: Say, *, restart: bool) -> None:
        self._layout, self._accounts, self._say, self._restart = layout, accounts, say, restart
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._gone: dict[str, float] = {}

    def start_all(self) -> None:
        """Start every server; when this returns, all answer.

        Raises:
            CommandError: one does not.
        """
        for name in self._layout.names:
            self.start(name)
        for name in self._layout.names:
            self._wait(name)

    def start(self, name: str) -> None:
        """Start one server, or again one that is gone."""
        layout = self._layout
        command = [sys.executable, "manage.py", "serve", "--bind", layout.bind(name)]
        environment = layout.environment(name, self._accounts.environment(name))
        with layout.run(name, "log").open("ab") as log:
            # This process has one thread when it starts servers: what runs before exec is safe.
            process = subprocess.Popen(
                command, cwd=settings.BASE_DIR, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=environment, start_new_session=True,
                preexec_fn=end_with_parent,  # noqa: PLW1509
            )  # fmt: skip
        self._processes[name] = process
        self._gone.pop(name, None)
        _put(layout.run(name, "pid"), f"{process.pid}\n")
        _put(layout.run(name, "url"), f"{layout.url(name)}\n")
        write_variables(layout.run(name, "env"), _own(environment))

    def watch(self) -> None:
        """Until somebody interrupts: say who is gone, start whom a file NAME.start asks for."""
        while True:
            for name, process in self._processes.items():
                if process.poll() is not None and name not in self._gone:
                    self._gone[name] = time.monotonic()
                    self._layout.run(name, "pid").unlink(missing_ok=True)
                    self._say(f"{name} is gone ({_how(process.returncode)}).")
            for name in list(self._gone):
                if self._is_wanted(name):
                    self._say(f"{name} is started again.")
                    self.start(name)
            time.sleep(POLL_SECONDS)

    def _is_wanted(self, name: str) -> bool:
        asked = self._layout.run(name, "start")
        if asked.exists():
            asked.unlink(missing_ok=True)
            return True
        return self._restart and time.monotonic() - self._gone[name] > RESTART_AFTER

    def stop_all(self) -> None:
        """End all, the portal first, so that nobody is told that a server is out of reach."""
        for process in reversed(self._processes.values()):
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in self._processes.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for name in self._processes:
            self._layout.run(name, "pid").unlink(missing_ok=True)

    def _wait(self, name: str) -> None:
        process = self._processes[name]
        if not wait_until_up(self._layout, name, lambda: process.poll() is None):
            raise CommandError(
                f"{name} does not answer; its log {self._layout.run(name, 'log')} ends:\n"
                f"{_tail(self._layout.run(name, 'log'))}"
            )


def wait_until_up(layout: Layout, name: str, alive: Callable[[], bool]) -> bool:
    """Whether a server answers before it ends or time is over."""
    deadline = time.monotonic() + START_SECONDS
    while alive() and time.monotonic() < deadline:
        with contextlib.suppress(OSError, urllib.error.URLError, httpx.HTTPError):
            if _answers(layout, name):
                return True
        time.sleep(POLL_SECONDS)
    return False


def _answers(layout: Layout, name: str) -> bool:
    url = f"{layout.url(name)}/healthz"
    if name == "portal":
        with urllib.request.urlopen(url, timeout=5):  # noqa: S310 -- our own address
            return True
    # A server is among its own peers.
    folder = layout.folder(name)
    own = tls.certificate_path(folder).read_text(encoding="ascii")
    with httpx.Client(verify=tls.calling(folder, own), trust_env=False, timeout=5) as client:
        return client.get(url).status_code == 200


def _own(environment: dict[str, str]) -> dict[str, str]:
    names = [name for name in environment if name.startswith(("SESPHR_", "DJANGO_"))]
    return {name: environment[name] for name in names}


def _put(path: Path, text: str) -> None:
    draft = path.with_suffix(".draft")
    draft.write_text(text, encoding="ascii")
    draft.replace(path)


def _tail(path: Path) -> str:
    return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-20:])


def _how(code: int) -> str:
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name
