"""The client against the real server in this process, with a man in the middle who may lie.

Requests go through WSGI instead of a socket, so that a test may change what the
server answers, lose it, or look at what was sent.
"""

import io
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections

from accounts import services
from accounts.models import Member
from sesphr.client import app as client_app
from sesphr.client import http as client_http
from sesphr.client.http import Api
from sesphr.client.main import main
from sesphr.crypto import slots
from tests.support.replay import beginning

PASSWORD = "violet-harbour-91-quilt"
SERVER = "http://127.0.0.1:8000"
Hook = Callable[[httpx.Request, httpx.Response], httpx.Response | None]


class Lost(httpx.ReadError):
    """The answer does not arrive."""


@dataclass
class Wire(httpx.BaseTransport):
    """Between client and server: remembers requests, and does to answers what hooks say."""

    inner: httpx.BaseTransport
    requests: list[tuple[str, str, bytes]] = field(default_factory=list)
    hooks: list[tuple[str, str, Hook]] = field(default_factory=list)
    down: bool = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.down:
            raise httpx.ConnectError("refused")
        body = request.read()
        self.requests.append((request.method, request.url.path, body))
        response = self.inner.handle_request(request)
        response.read()
        for method, path, hook in self.hooks:
            if request.method == method and request.url.path.startswith(f"/api{path}"):
                response = hook(request, response) or response
        return httpx.Response(
            response.status_code, headers=response.headers.raw, content=response.content
        )

    def on(self, method: str, path: str, hook: Hook) -> None:
        """Let `hook` see, replace or lose every answer to such a request."""
        self.hooks.append((method, path, hook))

    def change(self, method: str, path: str, alter: Callable[[Any], Any]) -> None:
        """Alter the JSON of every successful answer."""

        def hook(request: httpx.Request, response: httpx.Response) -> httpx.Response | None:
            if not response.is_success:
                return None
            found = json.loads(response.content)
            altered = alter(found)
            return httpx.Response(response.status_code, json=found if altered is None else altered)

        self.on(method, path, hook)

    def sent(self, method: str, path: str) -> list[bytes]:
        """Bodies of requests so far."""
        return [
            body for verb, where, body in self.requests if (verb, where) == (method, f"/api{path}")
        ]

    def honest(self) -> None:
        """No hooks any more."""
        self.hooks.clear()


@dataclass(frozen=True)
class Result:
    """How a run ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        assert self.out.count("\n") == 1, self.out
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found


@dataclass
class Endpoint:
    """One person's client with its HOME."""

    home: Path
    login: str
    wire: Wire

    def run(self, *words: str, json_: bool = True) -> Result:
        out, err = io.StringIO(), io.StringIO()
        line = [
            "--home",
            str(self.home),
            "--server",
            SERVER,
            *(["--json"] if json_ else []),
            *words,
        ]
        with redirect_stdout(out), redirect_stderr(err):
            code = main(line)
        assert "Traceback" not in err.getvalue()
        return Result(code, out.getvalue(), err.getvalue())

    def ok(self, *words: str) -> dict[str, Any]:
        found = self.run(*words)
        assert found.code == 0, (found.out, found.err)
        return found.json

    def fails(self, code: int, *words: str) -> dict[str, Any]:
        found = self.run(*words)
        assert found.code == code, (found.code, found.out, found.err)
        assert found.json["error"]
        return found.json

    def deposit(self, **partitions: str) -> str:
        """Deposit texts as partitions; the record's id."""
        words = []
        for name, text in partitions.items():
            path = self.home.with_name(f"{self.home.name}-{name}.input")
            path.write_text(text)
            words += ["--partition", f"{name}={path}"]
        return str(self.ok("deposit", *words)["record"])


@pytest.fixture(autouse=True)
def _hash_passwords_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id is a pure function: the same arguments need not cost 64 MiB again in every command."""
    monkeypatch.setattr(slots, "hash_secret_raw", _hashed)


_hashed = lru_cache(maxsize=1000)(slots.hash_secret_raw)


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Repeats come at once."""
    monkeypatch.setattr(client_http, "PAUSES", (0.0, 0.0, 0.0))


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch, no_pauses: None) -> Iterator[Wire]:
    """The only way to the server."""
    found = Wire(httpx.WSGITransport(app=get_wsgi_application(), raise_app_exceptions=False))
    monkeypatch.setattr(client_app, "Api", lambda server: Api(server, transport=found))
    monkeypatch.setenv("SESPHR_PASSWORD", PASSWORD)
    for name in ("SESPHR_HOME", "SESPHR_SERVER", "SESPHR_LOGIN", "SESPHR_OTP"):
        monkeypatch.delenv(name, raising=False)
    # A request's end closes connections; here they hold the test's transaction, as with
    # Django's own test client.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield found
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def join(wire: Wire, tmp_path: Path) -> Callable[..., Endpoint]:
    """Make somebody's client, registered and authorised."""

    def joined(name: str, role: str = "owner", *, authorised: bool = True) -> Endpoint:
        found = Endpoint(tmp_path / name, f"{name}@example.org", wire)
        found.ok("register", "--role", role, "--name", name, "--email", found.login)
        if authorised:
            member = Member.objects.get(login=found.login)
            services.authorise(member=member, by="test", checked="seen")
        return found

    return joined


# An owner and a physician, with whom most begin.
ROLES = {"ada": "owner", "lee": "physician"}


@pytest.fixture
def people(
    request: pytest.FixtureRequest,
    join: Callable[..., Endpoint],
    wire: Wire,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Endpoint]:
    """Those of them whom the test asks for: registered once, with the HOMEs of that time."""
    wanted = [name for name in ROLES if name in request.fixturenames]
    before = len(wire.requests)

    def make() -> tuple[Path, list[tuple[str, str, bytes]]]:
        kept = tmp_path_factory.mktemp("homes")
        for name in wanted:
            shutil.copytree(join(name, ROLES[name]).home, kept / name)
        return kept, wire.requests[before:]

    homes, requests = beginning(f"client {wanted}", make)
    wire.requests[before:] = requests
    for name in wanted:
        shutil.copytree(homes / name, tmp_path / name, dirs_exist_ok=True)
    return {name: Endpoint(tmp_path / name, f"{name}@example.org", wire) for name in wanted}


@pytest.fixture
def ada(people: dict[str, Endpoint]) -> Endpoint:
    """An owner."""
    return people["ada"]


@pytest.fixture
def lee(people: dict[str, Endpoint]) -> Endpoint:
    """A physician."""
    return people["lee"]
