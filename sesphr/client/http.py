"""One server's HTTP API: sends, repeats what may not have arrived, reads strictly.

Every call of the API may be repeated with the same octets, so a broken connection
or a server that is busy is tried again for some ten seconds. It follows no
redirect and speaks plain HTTP to this machine only, unless told otherwise.
"""

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, ValidationError

from sesphr.client.errors import (
    ClientError,
    ConflictError,
    FileNotAccepted,
    IntegrityError,
    RefusedError,
    ServerError,
    UsageError,
)

PAUSES = (1.0, 3.0, 6.0)
TIMEOUT = httpx.Timeout(60, connect=5)
MOST_OCTETS = 256 * 2**20
LOOPBACK = ("localhost", "127.0.0.1", "::1")
STATUS_ERRORS: dict[int, type[ClientError]] = {
    400: UsageError, 401: RefusedError, 403: RefusedError, 404: RefusedError, 405: UsageError,
    409: ConflictError, 413: FileNotAccepted, 422: UsageError, 429: RefusedError,
}  # fmt: skip
Shape = TypeVar("Shape", bound=BaseModel)
Body = Callable[[], dict[str, Any]]


def check_address(server: str, *, insecure: bool) -> str:
    """A server's address without trailing slash.

    Raises:
        UsageError: not http or https, with credentials or a query, or plain HTTP to another machine.
    """
    try:
        parts = urlsplit(server)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if host is None or parts.scheme not in ("http", "https") or parts.query or parts.username:
        raise UsageError("Give the server as https://host or http://127.0.0.1:8000.")
    if parts.scheme == "http" and host not in LOOPBACK and not insecure:
        raise UsageError(
            "Plain HTTP is for this machine only. Use https://, or --insecure-http if you know why."
        )
    return server.rstrip("/")


def is_loopback(server: str) -> bool:
    """Whether an address is this machine's."""
    return urlsplit(server).hostname in LOOPBACK


class Api:
    """Calls of one server, in one session."""

    def __init__(self, server: str, transport: httpx.BaseTransport | None = None) -> None:
        self._http = httpx.Client(
            base_url=f"{server}/api",
            headers={"X-Requested-By": "sesphr", "User-Agent": "sesphr-client"},
            timeout=TIMEOUT,
            follow_redirects=False,
            # A proxy of the environment is never meant for this machine.
            trust_env=not is_loopback(server),
            transport=transport,
        )

    def close(self) -> None:
        """Drop connections and cookies."""
        self._http.close()

    def get(self, shape: type[Shape], path: str, **query: str | int) -> Shape:
        """GET and read an answer of this shape."""
        return self._call(shape, "GET", path, lambda: {"params": query})

    def post(self, shape: type[Shape], path: str, **members: Any) -> Shape:
        """POST a JSON object and read an answer of this shape."""
        return self._call(shape, "POST", path, lambda: {"json": members})

    def put(self, shape: type[Shape], path: str, **members: Any) -> Shape:
        """PUT a JSON object and read an answer of this shape."""
        return self._call(shape, "PUT", path, lambda: {"json": members})

    def send(self, shape: type[Shape], method: str, path: str, body: Body) -> Shape:
        """As `post`, with a body that is made anew for each attempt (httpx's keyword arguments)."""
        return self._call(shape, method, path, body)

    @contextlib.contextmanager
    def naming(self, header: str, value: str) -> Iterator[None]:
        """Send a header with every call meanwhile."""
        self._http.headers[header] = value
        try:
            yield
        finally:
            del self._http.headers[header]

    def sign_out(self) -> None:
        """End the session; one that the server cannot end now ends by its age."""
        with contextlib.suppress(httpx.HTTPError):
            self._http.request("DELETE", "/session", timeout=5)

    @contextlib.contextmanager
    def stream(self, path: str, **members: Any) -> Iterator[Iterator[bytes]]:
        """POST a JSON object and stream the octets of the answer; nothing is repeated.

        Raises:
            ClientError: as the problem document says; ServerError also while reading.
        """
        try:
            with self._http.stream("POST", path, json=members) as response:
                if response.status_code != httpx.codes.OK:
                    raise problem(response.status_code, _bounded(response))
                yield response.iter_bytes()
        except httpx.HTTPError as error:
            raise _unreachable(error) from error

    def _call(self, shape: type[Shape], method: str, path: str, body: Body) -> Shape:
        for pause in (*PAUSES, None):
            try:
                return self._once(shape, method, path, body)
            except (httpx.TransportError, _Busy) as error:
                if pause is None:
                    raise _unreachable(error) from error
                time.sleep(pause)
            except httpx.HTTPError as error:
                raise _unreachable(error) from error
        raise AssertionError

    def _once(self, shape: type[Shape], method: str, path: str, body: Body) -> Shape:
        with self._http.stream(method, path, **body()) as response:
            octets = _bounded(response)
        if response.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            raise _Busy(problem(response.status_code, octets))
        if not response.is_success:
            raise problem(response.status_code, octets)
        empty = response.status_code == httpx.codes.NO_CONTENT
        return read(shape, b"{}" if empty else octets)


class _Busy(Exception):
    """The server asks for patience; holds the problem as told."""


def _unreachable(error: Exception) -> ClientError:
    if isinstance(error, _Busy):
        told: ClientError = error.args[0]
        return told
    return ServerError(f"The server cannot be reached ({type(error).__name__}). Try again later.")


def _bounded(response: httpx.Response) -> bytes:
    parts, size = [], 0
    for chunk in response.iter_bytes():
        size += len(chunk)
        if size > MOST_OCTETS:
            raise ServerError("The server's answer is too long.", code="unreadable")
        parts.append(chunk)
    return b"".join(parts)


def read(shape: type[Shape], octets: bytes) -> Shape:
    """Read a JSON answer.

    Raises:
        ServerError: it is no JSON or has another shape.
    """
    try:
        return shape.model_validate_json(octets)
    except ValidationError as error:
        raise ServerError("The server's answer cannot be read.", code="unreadable") from error


def problem(status: int, octets: bytes) -> ClientError:
    """The error that a problem document (RFC 9457) stands for; its `detail` is the sentence."""
    document = _document(octets)
    code, sentence = document.get("code"), _printable(document.get("detail"))
    if not isinstance(code, str) or len(code) > 64 or not sentence:
        # No problem document: something else than this API answered.
        return ServerError(f"The server answered with status {status}.", code="unreadable")
    if code == "integrity":
        return IntegrityError(sentence, code=code)
    kind = STATUS_ERRORS.get(status, ServerError)
    return kind(sentence, code=code)


def _document(octets: bytes) -> dict[str, Any]:
    try:
        found = json.loads(octets)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _printable(text: object) -> str:
    """A server's sentence without what a terminal would obey."""
    if not isinstance(text, str):
        return ""
    return "".join(character for character in text[:1000] if character.isprintable())
