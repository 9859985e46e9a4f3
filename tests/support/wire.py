"""A recording HTTP proxy between client and server, which may also lie.

Everything that passes is kept and written to a file, both directions, bodies as
they stand after the transfer coding is undone. A test may change what the server
answers: then it is the man in the middle.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.support.mariadb import HOST, _free_port

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "upgrade"}
SECONDS = 120
Headers = list[tuple[str, str]]
Alter = Callable[[Any], Any]


@dataclass(frozen=True)
class Exchange:
    """One request with its answer, as the server gave it."""

    method: str
    path: str
    request_headers: Headers
    request: bytes
    status: int
    response_headers: Headers
    response: bytes

    def octets(self) -> bytes:
        """Both directions as octets, headers included."""
        first, second = f"{self.method} {self.path}\n", f"\n{self.status}\n"
        return b"".join(
            (
                *(first.encode(), _lines(self.request_headers), self.request),
                *(second.encode(), _lines(self.response_headers), self.response, b"\n\n"),
            )
        )


def _lines(headers: Headers) -> bytes:
    return "".join(f"{name}: {value}\n" for name, value in headers).encode("latin-1") + b"\n"


@dataclass
class Wire:
    """The proxy; `url` is what a client is told to be the server."""

    upstream: str
    file: Path
    port: int = field(default_factory=_free_port)
    exchanges: list[Exchange] = field(default_factory=list)
    # As if there were no server: connections are closed without an answer. With `shuts` it becomes
    # so by itself when the server breaks off, until somebody opens it again.
    shut: bool = False
    shuts: bool = False
    _hooks: list[tuple[str, str, Callable[[bytes], bytes]]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://{HOST}:{self.port}"

    def octets(self) -> bytes:
        """Everything that has passed, both directions."""
        return self.file.read_bytes()

    def sent(self, method: str, path: str) -> list[Exchange]:
        """What passed to one address so far, oldest first."""
        return [one for one in self.exchanges if (one.method, one.path) == (method, f"/api{path}")]

    @contextmanager
    def changing(self, method: str, path: str, alter: Alter) -> Iterator[list[int]]:
        """Alter the JSON of successful answers; `alter` changes it or returns another one.

        What it gives is a list that grows by one with every answer that was altered.
        """
        fired: list[int] = []

        def hook(octets: bytes) -> bytes:
            found = json.loads(octets)
            changed = alter(found)
            fired.append(1)
            return json.dumps(found if changed is None else changed).encode()

        with self.rewriting(method, path, hook):
            yield fired

    @contextmanager
    def rewriting(
        self, method: str, path: str, hook: Callable[[bytes], bytes]
    ) -> Iterator[None]:  # fmt: skip
        """Alter the octets of successful answers to requests whose path begins so."""
        entry = (method, f"/api{path}", hook)
        self._hooks.append(entry)
        try:
            yield
        finally:
            self._hooks.remove(entry)

    def passed(self, exchange: Exchange) -> bytes:
        """Keep an exchange; the octets that the client is given."""
        with self._lock, self.file.open("ab") as file:
            self.exchanges.append(exchange)
            file.write(exchange.octets())
        body = exchange.response
        for method, path, hook in self._hooks:
            if (
                exchange.method == method
                and exchange.path.startswith(path)
                and exchange.status < 300
            ):
                body = hook(body)
        return body


@contextmanager
def between(upstream: str, file: Path) -> Iterator[Wire]:
    """A proxy to a server; it listens when this is entered and is gone afterwards."""
    wire = Wire(upstream, file)
    file.touch()
    server = ThreadingHTTPServer((HOST, wire.port), type("Handler", (_Handler,), {"wire": wire}))
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield wire
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    """Passes one request on and its answer back."""

    wire: Wire
    protocol_version = "HTTP/1.1"
    # A client that keeps its connection open must not keep the proxy.
    timeout = 5

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""

    def pass_on(self) -> None:
        """Ask the server, keep both, answer."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        exchange = None if self.wire.shut else self._asked(body)
        if exchange is None:
            self.close_connection = True
            return
        given = self.wire.passed(exchange)
        # A browser that has left its page takes no answer.
        with suppress(ConnectionError):
            self._give(exchange, given)

    def _give(self, exchange: Exchange, given: bytes) -> None:
        self.send_response_only(exchange.status)
        for name, value in exchange.response_headers:
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(given)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(given)

    def _asked(self, body: bytes) -> Exchange | None:
        headers = list(self.headers.items())
        try:
            return _ask(self.wire.upstream, self.command, self.path, headers, body)
        except (OSError, HTTPException):
            if not self.wire.shuts:
                raise
            self.wire.shut = True
            return None

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = pass_on


def _ask(upstream: str, method: str, path: str, headers: Headers, body: bytes) -> Exchange:
    place = urlsplit(upstream)
    connection = HTTPConnection(str(place.hostname), place.port, timeout=SECONDS)
    try:
        passed_on = {name: value for name, value in headers if name.lower() not in HOP_BY_HOP}
        connection.request(method, path, body or None, {**passed_on, "Connection": "close"})
        response = connection.getresponse()
        return Exchange(
            method, path, headers, body, response.status, response.getheaders(), response.read()
        )
    finally:
        connection.close()
