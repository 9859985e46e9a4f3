"""Runs an operation once for every point it passes, killing the server at that point.

First the operation runs unharmed and its points are recorded. Then, for each of
them, it runs again: the server dies there, the command fails with exit code 5, and
the same command, given again, must end in the right state. The log of points
proves that each of them fired.
"""

import functools
import io
import json
import os
import sqlite3
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sesphr.client import http as client_http
from sesphr.client import importer
from sesphr.client.main import main
from sesphr.crypto import slots as kernel_slots
from tests.support import liveserver

PASSWORD = "violet-harbour-91-quilt"
SAMPLE = Path("tests") / "samples" / "ccda_ccd_hl7_small.xml"
UP_SECONDS = 30
UNREACHABLE = 5


@dataclass(frozen=True)
class Operation:
    """What is done to the server: `prepare` makes ready, `act` gives the command's words,
    `settled` checks the state after it; `requests` are the requests that may be killed."""

    requests: tuple[str, ...]
    prepare: Callable[["World"], Any]
    act: Callable[["World", Any], list[str]]
    settled: Callable[["World", Any, dict[str, Any]], None]
    who: str


@dataclass
class World:
    """A killable server with an owner, a physician and a record."""

    server: liveserver.LiveServer
    folder: Path
    facts: dict[str, Any] = field(default_factory=dict)

    def client(self, who: str, *words: str) -> tuple[int, dict[str, Any]]:
        """Run the client's command line; exit code and answer."""
        home = ["--json", "--server", self.server.url, "--home", str(self.folder / who)]
        out, quiet = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(quiet):
            code = main([*home, *words])
        return code, json.loads(out.getvalue() or "{}")

    def done(self, who: str, *words: str) -> dict[str, Any]:
        """The same where it must succeed."""
        code, answer = self.client(who, *words)
        assert code == 0, (words, code, answer, self.server.said()[-2000:])
        return answer

    def count(self, database: str, table: str, where: str = "1=1") -> int:
        """How many rows a server's own database has, asked past Django."""
        sql = f"SELECT COUNT(*) FROM {table} WHERE {where}"
        with closing(self._connect(database)) as connection, closing(connection.cursor()) as cursor:
            cursor.execute(sql)
            return int(cursor.fetchone()[0])

    def quoted(self, column: str) -> str:
        """A column whose name is a word of SQL."""
        mark = "`" if self.server.environment.get("SESPHR_DB") == "mariadb" else '"'
        return f"{mark}{column}{mark}"

    def _connect(self, database: str) -> Any:
        given = self.server.environment
        if given.get("SESPHR_DB") != "mariadb":
            return sqlite3.connect(self.server.data / f"{database}.sqlite3")
        import MySQLdb

        return MySQLdb.connect(
            host=given["SESPHR_DB_HOST"], port=int(given["SESPHR_DB_PORT"]), user=given["SESPHR_DB_USER"],
            password=given["SESPHR_DB_PASSWORD"], database=f"{given['SESPHR_DB_PREFIX']}_{database}",
        )  # fmt: skip

    def plan(self, requests: tuple[str, ...], at: int) -> None:
        """Arm the server: record (0) or die at a point."""
        (self.server.data / "killpoints.log").unlink(missing_ok=True)
        plan = {"id": str(uuid.uuid4()), "requests": list(requests), "at": at}
        draft = self.server.data / "killplan.draft"
        draft.write_text(json.dumps(plan), encoding="utf-8")
        draft.replace(self.server.data / "killplan.json")

    def disarm(self) -> list[str]:
        """The points passed; nothing is armed afterwards."""
        (self.server.data / "killplan.json").unlink(missing_ok=True)
        log = self.server.data / "killpoints.log"
        return log.read_text(encoding="utf-8").splitlines() if log.exists() else []

    def wait_until_up(self) -> None:
        """Wait for the next worker."""
        deadline = time.monotonic() + UP_SECONDS
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.server.url}/healthz", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise AssertionError(self.server.said()[-2000:])


@contextmanager
def _remembered(module: Any, name: str) -> Iterator[None]:
    """Do a slow, pure step of the client once: it is not what is killed here."""
    slow = getattr(module, name)
    setattr(module, name, functools.lru_cache(slow))
    try:
        yield
    finally:
        setattr(module, name, slow)


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """A killable server and its people, gone at the end."""
    os.environ["SESPHR_PASSWORD"] = PASSWORD
    # The command is given again by hand here: its own patience would hide the retry.
    stack = ExitStack()
    patience, client_http.PAUSES = client_http.PAUSES, ()
    server = liveserver.start(
        folder / "data",
        env={
            "DJANGO_SETTINGS_MODULE": "tests.system.killing.settings",
            # Loaded once: the next worker is there at once.
            "GUNICORN_CMD_ARGS": "--preload",
        },
    )
    try:
        stack.enter_context(_remembered(kernel_slots, "hash_secret_raw"))
        stack.enter_context(_remembered(importer, "split"))
        made = World(server, folder)
        for who, role in (("owner", "owner"), ("doctor", "physician")):
            login = f"{who}@example.org"
            made.done(who, "register", "--role", role, "--name", who, "--email", login)
            server.manage("authorise", login)
        made.facts["record"] = made.done("owner", "deposit", str(SAMPLE))["record"]
        # First times insert where later ones update: every run should pass the same points.
        made.done("owner", "grant", "doctor@example.org", "--partition", "medical", "--history")
        opened = ["open", made.facts["record"], "--output", str(folder / "first")]
        made.done("doctor", *opened)
        made.done("owner", "revoke", "doctor@example.org")
        yield made
    finally:
        stack.close()
        server.stop()
        client_http.PAUSES = patience
        del os.environ["SESPHR_PASSWORD"]


def points_of(place: World, operation: Operation) -> list[str]:
    """The points that the operation passes when nothing happens to it."""
    ready = operation.prepare(place)
    place.plan(operation.requests, 0)
    answer = place.done(operation.who, *operation.act(place, ready))
    points = place.disarm()
    operation.settled(place, ready, answer)
    return points


def kill_at(place: World, operation: Operation, number: int, point: str) -> None:
    """Die at one point, give the command again, and look at the state."""
    ready = operation.prepare(place)
    words = operation.act(place, ready)
    place.plan(operation.requests, number)
    code, answer = place.client(operation.who, *words)
    passed = place.disarm()
    assert passed[-1:] == [f"KILLED {point}"], (number, point, passed[-3:])
    assert code == UNREACHABLE, (point, code, answer)
    place.wait_until_up()
    operation.settled(place, ready, place.done(operation.who, *words))


def run(place: World, operation: Operation, most: int | None = None) -> list[str]:
    """Kill at every point (or at `most` of them, evenly spread); the points that fired."""
    points = points_of(place, operation)
    chosen = range(1, len(points) + 1)
    if most is not None and len(points) > most:
        step = len(points) / most
        chosen = sorted({1 + int(step * one) for one in range(most)})
    for number in chosen:
        kill_at(place, operation, number, points[number - 1])
    return [points[number - 1] for number in chosen]
