"""The line to one peer: mutual TLS, time-outs, retries under one key, circuit breaking.

Whatever keeps a call from being answered becomes the port's `Unavailable`. Every
call of a port may be made again, so one that was not answered is; each try of a
call carries the same `Idempotency-Key`.
"""

import hashlib
import logging
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any

import httpx
from django.conf import settings

from sesphr import tls
from sesphr.adapters import frames
from sesphr.adapters.breaker import Breaker
from sesphr.adapters.codec import Call, Undecodable
from sesphr.adapters.failures import decode_failure
from sesphr.peers import get_peers, pem_of
from sesphr.ports.errors import PortError, Unavailable

logger = logging.getLogger("sesphr.ports")

MESSAGE = "application/vnd.sesphr.message"
STREAM = "application/vnd.sesphr.stream"
FAILURE = "application/vnd.sesphr.failure"
KEY = "Idempotency-Key"
# Tries of a call, and how long after each that failed; a time-out has cost enough for two.
PATIENCE = 3
PAUSES = (0.05, 0.2)
KEEP_ALIVE = 30
MOST_OF_AN_ANSWER = 512 * 2**20
OK, FORBIDDEN = 200, 403
WORDS = {"cloud": "cloud", "audit": "log", "portal": "portal"}


def spoken(peer: str) -> str:
    """What a sentence calls a server."""
    return WORDS.get(peer) or f"key node {peer.removeprefix('srs-')}"


def key_of(call: Call, body: bytes) -> str:
    """The name of a call: the same for each try of it, another for every other call."""
    return hashlib.sha256(f"{call.port}/{call.method}\0".encode() + body).hexdigest()


def connect(peer: str) -> httpx.Client:
    """A client that talks to this peer and to nobody else."""
    card = get_peers().get(peer)
    if card is None:
        raise Unavailable(f"The {spoken(peer)} is not among this server's peers.")
    read = float(settings.SESPHR_READ_SECONDS)
    return httpx.Client(
        base_url=card.url,
        verify=tls.calling(Path(settings.SESPHR_DATA), pem_of(card)),
        timeout=httpx.Timeout(read, connect=float(settings.SESPHR_CONNECT_SECONDS)),
        limits=httpx.Limits(keepalive_expiry=KEEP_ALIVE),
        # No proxy of the environment stands between servers.
        trust_env=False,
    )


class Line:
    """Calls to one peer; one for all threads."""

    def __init__(
        self,
        peer: str,
        make: Callable[[str], httpx.Client] = connect,
        breaker: Breaker | None = None,
    ) -> None:
        self.peer, self._make = peer, make
        self._breaker = breaker or Breaker(settings.SESPHR_PAUSE_SECONDS)
        self._client: httpx.Client | None = None
        self._lock = Lock()

    def call(self, call: Call, arguments: dict[str, Any]) -> Any:
        """Make a call.

        Raises:
            PortError: what the peer said, or Unavailable.
        """
        body = call.encode_arguments(arguments)
        if call.stream:
            return self._send_stream(call, body, iter(arguments[call.stream]))
        if call.tail:
            return self._receive_stream(call, body)
        return self._decoded(call, self._tried(lambda: self._exchange(call, body)))

    def _decoded(self, call: Call, octets: bytes) -> Any:
        try:
            return call.decode_answer(octets)
        except Undecodable as error:
            raise self._odd(str(error)) from error

    def close(self) -> None:
        """Drop the connections."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _http(self) -> httpx.Client:
        with self._lock:
            if self._client is None:
                self._client = self._make(self.peer)
            return self._client

    def _request(self, call: Call, kind: str, content: Any, key: str) -> httpx.Request:
        headers = {"Content-Type": kind, KEY: key}
        return self._http().build_request(
            "POST", f"/port/{call.port}/{call.method}", content=content, headers=headers
        )

    def _exchange(self, call: Call, body: bytes) -> bytes:
        response = self._send(self._request(call, MESSAGE, body, key_of(call, body)))
        return self._whole(response)

    def _send(self, request: httpx.Request) -> httpx.Response:
        return self._http().send(request, stream=True)

    def _whole(self, response: httpx.Response) -> bytes:
        """The octets of an answer; a failure that it is instead is raised."""
        try:
            octets = bytearray()
            for part in response.iter_raw():
                octets += part
                if len(octets) > MOST_OF_AN_ANSWER:
                    raise self._odd("too long an answer")
        finally:
            response.close()
        self._raise_failure(response, bytes(octets))
        return bytes(octets)

    def _raise_failure(self, response: httpx.Response, octets: bytes) -> None:
        kind = response.headers.get("Content-Type")
        if response.status_code == OK and kind in (MESSAGE, STREAM):
            return
        if response.status_code == FORBIDDEN:
            raise self._odd("it does not let this server call it")
        if kind != FAILURE:
            raise self._odd(f"status {response.status_code}")
        try:
            failure = decode_failure(octets)
        except Undecodable as error:
            raise self._odd(str(error)) from error
        raise failure

    def _odd(self, what: str) -> Unavailable:
        logger.error("%s: %s", self.peer, what)
        return Unavailable(f"The {spoken(self.peer)} has a failure of its own; try again later.")

    def _tried(self, once: Callable[[], Any], may_repeat: Callable[[], bool] = lambda: True) -> Any:
        """Try a call until it is answered or patience ends."""
        if not self._breaker.lets_through():
            raise self._out_of_reach()
        spent = 0
        while True:
            try:
                answer = once()
            except httpx.HTTPError as error:
                timed_out = isinstance(error, httpx.TimeoutException)
                spent += 2 if timed_out else 1
                logger.warning("%s: %s (%s)", self.peer, type(error).__name__, error)
                if spent >= PATIENCE + timed_out or not may_repeat():
                    self._breaker.failed()
                    raise self._out_of_reach() from error
                time.sleep(PAUSES[min(spent, len(PAUSES)) - 1])
            except PortError:
                self._breaker.succeeded()
                raise
            else:
                self._breaker.succeeded()
                return answer

    def _out_of_reach(self) -> Unavailable:
        return Unavailable(f"The {spoken(self.peer)} cannot be reached at the moment.")

    def _send_stream(self, call: Call, body: bytes, chunks: Iterator[bytes]) -> Any:
        """Send chunks with a call; it is tried again only while none of them was taken."""
        taken: list[bool] = []

        def following() -> Iterator[bytes]:
            for chunk in chunks:
                taken.append(True) if not taken else None
                yield chunk

        def once() -> bytes:
            content = frames.written(body, following())
            return self._whole(self._send(self._request(call, STREAM, content, key_of(call, body))))

        return self._decoded(call, self._tried(once, lambda: not taken))

    def _receive_stream(self, call: Call, body: bytes) -> Any:
        """Make a call whose answer's chunks arrive while they are read."""
        response, stream, message = self._tried(lambda: self._open(call, body))
        try:
            return call.decode_streamed(message, Chunks(response, stream, spoken(self.peer)))
        except Undecodable as error:
            response.close()
            raise self._odd(str(error)) from error

    def _open(self, call: Call, body: bytes) -> tuple[httpx.Response, "Stream", bytes]:
        response = self._send(self._request(call, MESSAGE, body, key_of(call, body)))
        if response.headers.get("Content-Type") != STREAM:
            self._whole(response)
            raise self._odd("no stream")
        stream = Stream(response.iter_raw())
        try:
            return response, stream, frames.read_message(stream.read)
        except (frames.Broken, OSError) as error:
            response.close()
            raise httpx.RemoteProtocolError("no whole message", request=response.request) from error
        except BaseException:
            response.close()
            raise


class Stream:
    """Octets that arrive in parts of any size, read in parts of another; OSError when they break off."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts, self._rest = parts, b""

    def read(self, length: int) -> bytes:
        """At most `length` octets; none at the end."""
        if not self._rest:
            try:
                self._rest = next(self._parts, b"")
            except httpx.HTTPError as error:
                raise OSError(str(error)) from error
        given, self._rest = self._rest[:length], self._rest[length:]
        return given


class Chunks(Iterator[bytes]):
    """The chunks of an answer; the connection is given back when they end, or when nobody wants them."""

    def __init__(self, response: httpx.Response, stream: Stream, peer: str) -> None:
        self._chunks = frames.read_chunks(stream.read, peer)
        self._close = weakref.finalize(self, _close, response)

    def __next__(self) -> bytes:
        """The next chunk."""
        try:
            return next(self._chunks)
        except BaseException:
            self._close()
            raise

    def close(self) -> None:
        """Want no more of them."""
        self._close()


def _close(response: httpx.Response) -> None:
    with suppress(httpx.HTTPError):
        response.close()
