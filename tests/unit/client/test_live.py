"""The client as its users start it, against a real server process with three nodes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import liveserver

ROOT = Path(__file__).resolve().parents[3]
MEDICAL = "<partition><note>blood pressure 120/80</note></partition>"
THREE = {"SESPHR_NODES": "3", "SESPHR_THRESHOLD": "2"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    found = liveserver.start(tmp_path_factory.mktemp("live"), env=THREE)
    yield found
    found.stop()


class Person:
    """Somebody's HOME and password."""

    def __init__(self, server, home, login):
        self.server, self.home, self.login = server, home, login

    def run(self, *words, password="violet-harbour-91-quilt", server=None):
        kept = {name: text for name, text in os.environ.items() if not name.startswith("SESPHR_")}
        return subprocess.run(
            [sys.executable, "-m", "sesphr.client", "--json", "--home", str(self.home),
             "--server", server or self.server.url, *words],
            cwd=ROOT, env={**kept, "SESPHR_PASSWORD": password}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    def ok(self, *words):
        done = self.run(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    def join(self, role):
        self.ok("register", "--role", role, "--name", self.login, "--email", self.login)
        self.server.manage("authorise", self.login, "--checked", "seen")
        return self


# The same story is told with the ordinary server in tests/system/test_story.py.
@pytest.mark.soak
def test_a_record_goes_from_owner_to_physician_and_back(server, tmp_path):
    ada = Person(server, tmp_path / "ada", "ada@example.org").join("owner")
    lee = Person(server, tmp_path / "lee", "lee@example.org").join("physician")
    path = tmp_path / "m.xml"
    path.write_text(MEDICAL)
    record = ada.ok("deposit", "--partition", f"medical={path}")["record"]
    granted = ada.ok("grant", lee.login, "--partition", "medical", "--history")
    assert (granted["receipts"], granted["effective"]) == (3, True)
    lee.ok("open", record, "--output", str(tmp_path / "opened"))
    assert (tmp_path / "opened" / "medical.xml").read_text() == MEDICAL
    ada.ok("revoke", lee.login)
    refused = lee.run("open", record, "--output", str(tmp_path / "late"))
    assert refused.returncode == 3
    assert not (tmp_path / "late").exists()
    assert lee.run("whoami", password="wrong-one-for-lee").returncode == 3
    history = ada.ok("activity")
    assert {one["source"] for one in history["events"]} == {"srs-1", "srs-2", "srs-3", "portal"}
    for secret in ("blood pressure", "violet-harbour"):
        assert secret not in server.said()


def test_a_server_that_was_killed_and_came_back(server, tmp_path):
    eve = Person(server, tmp_path / "eve", "eve@example.org").join("owner")
    server.kill()
    away = eve.run("whoami")
    assert away.returncode == 5
    assert json.loads(away.stdout)["code"] == "unavailable"
    assert "Traceback" not in away.stderr
    server.restart()
    assert eve.ok("whoami")["state"] == "authorised"
    assert eve.run("whoami", server="http://example.org").returncode == 2
