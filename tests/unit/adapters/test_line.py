"""The line to a peer: what is tried again and under which key, and what it says when nothing helps."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import msgspec
import pytest

from sesphr.adapters import frames, line
from sesphr.adapters.breaker import FAILURES, Breaker
from sesphr.adapters.codec import calls
from sesphr.adapters.failures import encode_failure
from sesphr.adapters.http import HttpCloud, HttpLog
from sesphr.adapters.line import FAILURE, KEY, MESSAGE, STREAM, Line
from sesphr.ports.errors import Conflict, IntegrityFailure, OutOfStep, Unavailable
from tests.support.mariadb import _free_port

Answer = Callable[[httpx.Request], httpx.Response]
LENGTH = calls()["audit", "stream_length"]


class Peer:
    """A peer that answers what a test tells it, one after another; the last for ever."""

    def __init__(self, *answers: Any) -> None:
        self.answers, self.requests = list(answers), list[httpx.Request]()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        status, kind, octets = answer
        content = iter([octets] if isinstance(octets, bytes) else octets)
        return httpx.Response(status, headers={"Content-Type": kind}, content=content)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "PAUSES", (0.0,))


def line_to(peer: Any, name: str = "audit", breaker: Breaker | None = None) -> Line:
    client = httpx.Client(transport=httpx.MockTransport(peer), base_url="https://peer.example")
    return Line(name, lambda name: client, breaker or Breaker(60))


def log(peer: Any, breaker: Breaker | None = None) -> Any:
    return HttpLog(line_to(peer, breaker=breaker))  # type: ignore[call-arg]


SEVEN = (200, MESSAGE, LENGTH.encode_answer(7))
LOST = httpx.ConnectError("lost")


@pytest.mark.parametrize("failure", [LOST, httpx.ReadError("x"), httpx.RemoteProtocolError("x")])
def test_what_is_not_answered_is_tried_again_under_the_same_key(failure: Exception) -> None:
    peer = Peer(failure, failure, SEVEN)
    assert log(peer).stream_length("s") == 7
    assert len({request.headers[KEY] for request in peer.requests}) == 1
    assert len({request.content for request in peer.requests}) == 1


def test_keys_name_method_and_arguments() -> None:
    peer = Peer(SEVEN)
    port = log(peer)
    port.stream_length("a")
    port.stream_length("b")
    port.line.call(calls()["audit", "stream_length"], {"stream": "a"})
    keys = [request.headers[KEY] for request in peer.requests]
    assert keys[0] == keys[2] != keys[1]


@pytest.mark.parametrize(
    ("failure", "tries"), [(LOST, 3), (httpx.ReadTimeout("x"), 2), (httpx.ConnectTimeout("x"), 2)]
)
def test_patience_ends(failure: Exception, tries: int) -> None:
    peer = Peer(failure)
    with pytest.raises(Unavailable, match=r"The log cannot be reached at the moment\."):
        log(peer).stream_length("s")
    assert len(peer.requests) == tries


def test_what_the_peer_says_is_not_tried_again() -> None:
    peer = Peer((422, FAILURE, encode_failure(Conflict("other", code="taken"))))
    with pytest.raises(Conflict, match="other") as failure:
        log(peer).stream_length("s")
    assert failure.value.code == "taken"
    assert len(peer.requests) == 1


@pytest.mark.parametrize(
    "odd",
    [
        (200, MESSAGE, b"\xc1"), (200, MESSAGE, b""), (200, MESSAGE, LENGTH.encode_answer("7")),
        (200, "text/html", b"7"), (500, "text/html", b"crash"), (404, MESSAGE, b"\x07"),
        (403, "text/html", b""), (422, FAILURE, b"odd"), (302, "text/html", b""),
    ],
)  # fmt: skip
def test_odd_answers_are_unavailable_and_say_so(odd: Any) -> None:
    peer = Peer(odd)
    with pytest.raises(Unavailable, match="The log has a failure of its own"):
        log(peer).stream_length("s")
    assert len(peer.requests) == 1


def test_an_endless_answer_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "MOST_OF_AN_ANSWER", 1000)
    peer = Peer((200, MESSAGE, (b"x" * 100 for _ in range(10**9))))
    with pytest.raises(Unavailable):
        log(peer).stream_length("s")


def test_a_closed_port_is_known_at_once() -> None:
    client = httpx.Client(base_url=f"http://127.0.0.1:{_free_port()}")
    with pytest.raises(Unavailable):
        HttpLog(Line("audit", lambda name: client, Breaker(60))).stream_length("s")  # type: ignore[call-arg]


def cloud(peer: Any) -> Any:
    return HttpCloud(line_to(peer, "cloud"))  # type: ignore[call-arg]


STORED = {"attachment": "a", "size": 3, "root": b"r"}


def test_chunks_that_were_taken_are_not_sent_twice() -> None:
    class Losing(Peer):
        def __call__(self, request: httpx.Request) -> httpx.Response:
            request.read()
            self.requests.append(request)
            raise httpx.ReadError("lost")

    peer = Losing(None)
    with pytest.raises(Unavailable):
        cloud(peer).put_attachment("o", "a", iter([b"one"]))
    assert len(peer.requests) == 1


def test_an_unsent_stream_is_tried_again() -> None:
    tries = []

    class Network(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            tries.append(request.headers[KEY])
            if len(tries) < 3:
                raise LOST
            assert request.read().endswith(frames.frame(frames.END))
            octets = msgspec.msgpack.encode(STORED)
            return httpx.Response(200, headers={"Content-Type": MESSAGE}, content=iter([octets]))

    client = httpx.Client(transport=Network(), base_url="https://peer.example")
    port: Any = HttpCloud(Line("cloud", lambda name: client, Breaker(60)))  # type: ignore[call-arg]
    assert port.put_attachment("o", "a", iter([b"one"])).size == 3
    assert len(set(tries)) == 1


def test_what_a_stream_is_refused_for_is_told() -> None:
    peer = Peer((422, FAILURE, encode_failure(OutOfStep("x", 9))))
    with pytest.raises(OutOfStep) as failure:
        cloud(peer).append("o", "a", 0, b"x")
    assert failure.value.received == 9


OPENED = calls()["cloud", "open_attachment"]


def streamed(*parts: bytes) -> Any:
    message = msgspec.msgpack.encode({"size": 9, "first": 0, "last": 8})
    return 200, STREAM, [frames.frame(frames.MESSAGE, message), *parts]


def opened(peer: Any) -> Any:
    return cloud(peer).open_attachment("r", b"v", (), "a")


def test_a_stream_is_read_as_it_arrives() -> None:
    def parts() -> Iterator[bytes]:
        yield frames.frame(frames.DATA, b"one")
        raise AssertionError("nobody asked for more")

    status, kind, head = streamed()

    def content() -> Iterator[bytes]:
        yield from head
        yield from parts()

    found = opened(Peer((status, kind, content())))
    assert (found.size, found.first, found.last) == (9, 0, 8)
    assert next(found.chunks) == b"one"
    found.chunks.close()


@pytest.mark.parametrize(
    ("last", "failure"),
    [
        (frames.frame(frames.FAILED, encode_failure(IntegrityFailure("x"))), IntegrityFailure),
        (frames.frame(frames.FAILED, encode_failure(Unavailable("x"))), Unavailable),
        (b"", Unavailable),
        (b"D\x00", Unavailable),
    ],
)
def test_failures_of_a_stream_and_broken_ones_differ(last: bytes, failure: Any) -> None:
    found = opened(Peer(streamed(frames.frame(frames.DATA, b"one"), last)))
    assert next(found.chunks) == b"one"
    with pytest.raises(failure):
        next(found.chunks)


def test_a_stream_without_its_message_is_tried_again() -> None:
    peer = Peer((200, STREAM, [b"M\x00"]), streamed(frames.frame(frames.END)))
    assert list(opened(peer).chunks) == []
    assert len(peer.requests) == 2


def test_a_connection_is_given_back_when_nobody_reads() -> None:
    closed = []

    class Content(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            yield from streamed()[2]

        def close(self) -> None:
            closed.append(1)

    def peer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"Content-Type": STREAM}, stream=Content())

    found = opened(peer)
    assert not closed
    del found
    assert closed


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_peer_that_fails_again_and_again_is_left_alone_then_probed_once() -> None:
    clock = Clock()
    breaker = Breaker(10, clock)
    peer = Peer(LOST)
    port = log(peer, breaker)

    def attempt() -> int:
        before = len(peer.requests)
        with contextlib.suppress(Unavailable):
            port.stream_length("s")
        return len(peer.requests) - before

    assert [attempt() for _ in range(FAILURES + 2)] == [3] * FAILURES + [0, 0]
    clock.now = 10.5
    assert [attempt(), attempt()] == [3, 0]
    clock.now = 21
    peer.answers = [SEVEN]
    assert [attempt(), attempt()] == [1, 1]


def test_of_many_who_wait_one_probes() -> None:
    clock = Clock()
    breaker = Breaker(10, clock)
    for _ in range(FAILURES):
        breaker.failed()
    clock.now = 11
    assert [breaker.lets_through() for _ in range(4)] == [True, False, False, False]


def test_a_refusal_counts_as_reached() -> None:
    breaker = Breaker(10, Clock())
    peer = Peer(LOST, LOST, LOST, LOST, LOST, LOST, (422, FAILURE, encode_failure(Conflict("x"))))
    port = log(peer, breaker)
    for failure in (Unavailable, Unavailable, Conflict, Conflict, Conflict, Conflict):
        with pytest.raises(failure):
            port.stream_length("s")
