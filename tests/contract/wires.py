"""The ports' implementations that the contracts run over: local, HTTP, and HTTP with faults.

The HTTP ones go through everything but sockets: the real client, codec, routes and
views, in this thread, so that a test's transaction holds both ends. The faulty one
loses requests and answers, sends calls twice and lets late copies arrive after the
next call; it must come to the same ends. TLS and processes: tests/system/test_cluster.py.
"""

import os
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import override_settings
from django.urls import path

from audit.log import LocalLog
from cloudstore.store import LocalCloud
from sesphr import callers
from sesphr.adapters import line, serving
from sesphr.adapters.breaker import Breaker
from sesphr.adapters.codec import calls
from sesphr.adapters.http import HttpCloud, HttpLog, HttpSrs
from sesphr.adapters.line import Line
from sesphr.ports.audit import Entry, LogProof
from sesphr.ports.errors import OutOfStep, Unavailable
from srs.node import LocalSrs

# Over HTTP once in the ordinary run: with one node, on SQLite.
ELSEWHERE = os.environ.get("SESPHR_DB") == "mariadb" or os.environ.get("SESPHR_NODES", "1") != "1"
_MARKS = (pytest.mark.soak,) if ELSEWHERE else ()
KINDS = ("local", pytest.param("http", marks=_MARKS), pytest.param("faulty", marks=_MARKS))
# Where the wire itself is tested elsewhere: over the faulty one only what is marked so.
MOSTLY = (*KINDS[:2], pytest.param("faulty", marks=pytest.mark.soak))
over_all = pytest.mark.parametrize("reached", KINDS, indirect=True)
# Every route of every port, as no server has them.
urlpatterns = [
    path(f"port/{port}/{method}", serving.view(call)) for (port, method), call in calls().items()
]
SEED = 20261129
# How often which fault strikes, in a hundred calls.
FAULTS = ((12, "lost request"), (12, "lost answer"), (12, "twice"), (12, "late copy"))


@dataclass(frozen=True)
class Ports:
    """One implementation of each port; `nodes` by their order; `log_of` gives the log as a server
    of that name calls it."""

    nodes: tuple[Any, ...]
    cloud: Any
    log: Any
    log_of: Callable[[str], Any]


def ports(kind: str, monkeypatch: pytest.MonkeyPatch, nodes: int = 1) -> Ports:
    """The ports of a kind, until the test ends."""
    local = Ports(
        tuple(LocalSrs(index + 1) for index in range(nodes)), LocalCloud(), LocalLog(), Called
    )
    if kind == "local":
        return local
    wire = _Wire(monkeypatch)
    networks: list[Faulty] = []

    def transport(inner: httpx.BaseTransport) -> httpx.BaseTransport:
        if kind == "http":
            return inner
        networks.append(Faulty(inner))
        return networks[-1]

    made = Ports(
        tuple(
            HttpSrs(one.index, wire.line(f"srs-{one.index}", one, transport))  # type: ignore[call-arg]
            for one in local.nodes
        ),
        HttpCloud(wire.line("cloud", local.cloud, transport)),  # type: ignore[call-arg]
        HttpLog(wire.line("audit", local.log, transport)),  # type: ignore[call-arg]
        lambda server: HttpLog(wire.line("audit", local.log, transport, server)),  # type: ignore[call-arg]
    )
    # The cloud's own timer calls it, no peer may.
    made.cloud.collect = local.cloud.collect
    if kind == "faulty":
        monkeypatch.setattr(line, "PAUSES", (0.0,))
        # In the order in which the lines were made.
        return replace(made, cloud=Persistent(made.cloud, networks[len(made.nodes)]))
    return made


class Called(LocalLog):
    """The local log while a server calls it."""

    def __init__(self, server: str) -> None:
        self._server = server

    def append(self, entry: Entry) -> LogProof:
        """Append for that server."""
        with callers.calling(self._server):
            return super().append(entry)


class _Wire:
    """The server's side: Django's handler over the ports' routes, called by whom TLS would prove."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._serving: list[tuple[Any, str]] = []
        monkeypatch.setattr(serving, "implementation", lambda port: self._serving[-1][0])
        monkeypatch.setattr(serving, "peer_of", lambda request: self._serving[-1][1])
        with override_settings(MIDDLEWARE=[]):
            self._handler = WSGIHandler()

    def line(
        self,
        peer: str,
        implementation: Any,
        wrap: Callable[[httpx.BaseTransport], httpx.BaseTransport],
        server: str = "portal",
    ) -> Line:
        """A line of a server to an implementation."""

        def app(environ: dict[str, Any], start: Any) -> Any:
            self._serving.append((implementation, server))
            try:
                with override_settings(ROOT_URLCONF=__name__):
                    return self._handler(environ, start)
            finally:
                self._serving.pop()

        transport = wrap(httpx.WSGITransport(app=app))
        client = httpx.Client(transport=transport, base_url="https://peer.example")
        return Line(peer, lambda name: client, Breaker(0.0))


class Faulty(httpx.BaseTransport):
    """A network that loses, repeats and delays; the same faults at every run."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner, self._random = inner, random.Random(SEED)
        self._late: list[tuple[httpx.Request, bytes]] = []
        # How many calls were done whose first answer nobody saw.
        self.unseen = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer, or do what networks do."""
        body = request.read()
        fault = self._fault()
        if fault == "lost request":
            raise httpx.ConnectError("lost request", request=request)
        answer = self._made(request, body)
        self.unseen += answer.status_code == 200 and fault in ("lost answer", "twice")
        if fault == "lost answer":
            raise httpx.ReadError("lost answer", request=request)
        if fault == "twice":
            answer = self._made(request, body)
        late, self._late = self._late, []
        for one, octets in late:
            self._made(one, octets)
        if fault == "late copy" and answer.status_code == 200:
            # It arrives when the caller has gone on to its next call. Of what was refused there is
            # none: later it might be right, and nobody would know that it was taken.
            self._late.append((request, body))
        return answer

    def _fault(self) -> str:
        roll = self._random.randrange(100)
        for share, fault in FAULTS:
            if roll < share:
                return fault
            roll -= share
        return "none"

    def _made(self, request: httpx.Request, body: bytes) -> httpx.Response:
        again = httpx.Request(request.method, request.url, headers=request.headers, content=body)
        answer = self._inner.handle_request(again)
        answer.read()
        headers = [pair for pair in answer.headers.raw if pair[0].lower() != b"content-length"]
        return httpx.Response(answer.status_code, headers=headers, content=iter([answer.content]))


class Persistent:
    """A cloud as an endpoint uses it: what broke off is sent again, and goes on where it stands."""

    def __init__(self, cloud: Any, network: Faulty) -> None:
        self._cloud, self._network = cloud, network

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cloud, name)

    def put_attachment(self, owner: str, attachment: str, chunks: Iterable[bytes]) -> Any:
        """The whole stream again until it is answered."""
        kept = list(chunks)
        for _ in range(10):
            try:
                return self._cloud.put_attachment(owner, attachment, iter(kept))
            except Unavailable:
                continue
        raise AssertionError("the network never let it through")

    def append(
        self, owner: str, attachment: str, offset: int, octets: bytes, total: int | None = None
    ) -> int:
        """A piece whose answer was lost, or that was sent twice, is there already."""
        before = self._network.unseen
        try:
            return int(self._cloud.append(owner, attachment, offset, octets, total))
        except OutOfStep as error:
            if self._network.unseen > before and error.received == offset + len(octets):
                return error.received
            raise
