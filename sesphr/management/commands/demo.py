"""`manage.py demo`: one process that serves everything, with sample people, until Ctrl-C."""

import argparse
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from sesphr import letters
from sesphr.demo import PEOPLE, Person, passwords
from sesphr.processes import end_with_parent, hold, parent_is

START_SECONDS = 60
STOP_SECONDS = 20


class Command(BaseCommand):
    """Prepares databases and keys, starts gunicorn, seeds through the client, waits."""

    help = "Serve the portal on this machine, with sample people and records."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to listen, and whether to add the sample people."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--seed", action=argparse.BooleanOptionalAction, default=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until told to stop; leave nothing running."""
        if not settings.SESPHR_DEMO:
            raise CommandError("The demo runs with the demo's settings only.")
        if parent_is("make"):
            # Whoever kills make, and not this process, means the demo.
            end_with_parent()
        settings.SESPHR_DATA.chmod(0o700)
        lock = hold(settings.SESPHR_DATA / "demo.lock")
        if lock is None:
            raise CommandError(f"A demo runs on {settings.SESPHR_DATA} already; stop it first.")
        with lock:
            self._run(options["host"], options["port"], options["verbosity"], seed=options["seed"])

    def _run(self, host: str, port: int, verbosity: int, *, seed: bool) -> None:
        require_free(host, port)
        call_command("init_deployment", stdout=self.stdout)
        call_command("migrate_all", verbosity=verbosity)
        server = self._start(host, port)
        signal.signal(signal.SIGTERM, _interrupt)
        signal.signal(signal.SIGINT, _interrupt)
        try:
            self._serve(server, f"http://{_shown(host)}:{port}", seed=seed)
        except KeyboardInterrupt:
            self.stdout.write("Stopping.")
        finally:
            _stop(server)

    def _start(self, host: str, port: int) -> subprocess.Popen[bytes]:
        command = [
            sys.executable, "-m", "gunicorn", "sesphr.wsgi", "--bind", f"{_bracketed(host)}:{port}",
            "--workers", "1", "--threads", "8", "--timeout", "120", "--log-level", "warning",
            "--worker-tmp-dir", str(settings.SESPHR_DATA),
        ]  # fmt: skip
        environment = {**os.environ, "SESPHR_HOSTS": ",".join(filter(None, [*_hosts(), host]))}
        # This process has one thread: what runs between fork and exec is safe.
        return subprocess.Popen(
            command,
            env=environment,
            cwd=settings.BASE_DIR,
            preexec_fn=end_with_parent,  # noqa: PLW1509
        )

    def _serve(self, server: subprocess.Popen[bytes], url: str, *, seed: bool) -> None:
        _wait_until_up(server, url)
        if seed:
            call_command("seed_demo", server=url, stdout=self.stdout)
        self._tell(url, seeded=seed)
        code = server.wait()
        raise CommandError(f"The server stopped by itself with exit code {code}.")

    def _tell(self, url: str, *, seeded: bool) -> None:
        self.stdout.write(f"\nSeSPHR is at {url}\nData, keys and databases: {settings.SESPHR_DATA}")
        if seeded:
            known = passwords(settings.SESPHR_DATA)
            self.stdout.write("\nSample people (sign in with address and password):")
            for person in PEOPLE:
                line = f"{person.role:<13} {person.login:<32} {known[person.login]}{_about(person)}"
                self.stdout.write(f"  {line}")
        self.stdout.write(f"\nAdministration, at {url}/admin/:")
        call_command("demo_administrator", stdout=self.stdout)
        self.stdout.write(f"\nLetters that would be sent are kept in {letters.folder()}")
        self.stdout.write("\nStop with Ctrl-C.")
        self.stdout.flush()


def require_free(host: str, port: int) -> None:
    """Fail with a sentence unless this process could listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Cannot listen on {host}:{port} ({error.strerror}). Choose another port: make demo PORT=8001"
            ) from error


def _about(person: Person) -> str:
    """What is to be known of somebody besides."""
    if person.administers:
        return f"   (administers {person.administers})"
    if person.employer:
        return f"   ({person.employer})"
    return "" if person.checked else "   (waits to be authorised)"


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _hosts() -> list[str]:
    return os.environ.get("SESPHR_HOSTS", "").split(",")


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _shown(host: str) -> str:
    return "127.0.0.1" if host in ("0.0.0.0", "::") else _bracketed(host)  # noqa: S104 -- shown, not bound


def _wait_until_up(server: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise CommandError("The server did not start; its message stands above.")
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=5):  # noqa: S310 -- our own address
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise CommandError(f"The server did not answer within {START_SECONDS} seconds.")


def _stop(server: subprocess.Popen[bytes]) -> None:
    if server.poll() is None:
        server.terminate()
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
