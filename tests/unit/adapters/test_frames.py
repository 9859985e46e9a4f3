"""Streams: whole, or known to have broken off, or failed for a reason that is told."""

import io
from collections.abc import Iterator
from itertools import pairwise

import pytest

from sesphr.adapters import frames
from sesphr.adapters.line import Stream
from sesphr.ports.errors import IntegrityFailure, PortError, Unavailable


def chunks_of(octets: bytes) -> list[bytes]:
    read = io.BytesIO(octets).read
    assert frames.read_message(read) == b"message"
    return list(frames.read_chunks(read, "cloud"))


def written(*chunks: bytes) -> bytes:
    return b"".join(frames.written(b"message", iter(chunks)))


@pytest.mark.parametrize("sizes", [(), (0,), (1,), (65536, 65536, 5), (600_000, 1)])
def test_streams_come_back(sizes: tuple[int, ...]) -> None:
    given = [bytes([n]) * size for n, size in enumerate(sizes, 1)]
    found = chunks_of(written(*given))
    assert b"".join(found) == b"".join(given)
    assert all(0 < len(chunk) <= frames.MOST for chunk in found)


def test_chunks_of_the_usual_size_keep_their_cuts() -> None:
    given = [b"a" * 65536, b"b" * 65536, b"c" * 17]
    assert chunks_of(written(*given)) == given


def test_wherever_it_is_cut_it_is_never_taken_for_whole() -> None:
    whole = written(b"one", b"two")
    start = len(frames.frame(frames.MESSAGE, b"message"))
    for end in range(start, len(whole)):
        with pytest.raises(Unavailable):
            chunks_of(whole[:end])


def test_however_it_arrives_it_is_the_same() -> None:
    whole = written(b"one" * 100, b"two")
    for step in (1, 2, 7, 4096):
        cuts = [*range(0, len(whole), step), len(whole)]
        stream = Stream(whole[first:last] for first, last in pairwise(cuts))
        assert frames.read_message(stream.read) == b"message"
        assert list(frames.read_chunks(stream.read, "cloud")) == [b"one" * 100, b"two"]


def test_a_failure_in_the_middle_is_told_from_a_broken_connection() -> None:
    def failing() -> Iterator[bytes]:
        yield b"one"
        raise IntegrityFailure("changed", code="chunk")

    read = io.BytesIO(b"".join(frames.written(b"message", failing()))).read
    frames.read_message(read)
    found = frames.read_chunks(read, "cloud")
    assert next(found) == b"one"
    with pytest.raises(IntegrityFailure) as failure:
        next(found)
    assert (str(failure.value), failure.value.code) == ("changed", "chunk")


@pytest.mark.parametrize(
    "odd",
    [
        frames.HEAD.pack(b"D", frames.MOST + 1),
        frames.HEAD.pack(b"F", frames.MOST_OF_A_MESSAGE + 1),
        frames.frame(b"F", b"no failure"),
        frames.frame(b"X", b"x"),
        frames.frame(b"M", b"again"),
    ],
)
def test_what_is_no_stream_is_unavailable(odd: bytes) -> None:
    with pytest.raises(Unavailable):
        chunks_of(frames.frame(frames.MESSAGE, b"message") + odd)


@pytest.mark.parametrize("odd", [b"", b"M", frames.frame(b"D", b"x"), b"\xff" * 5])
def test_a_stream_begins_with_its_message(odd: bytes) -> None:
    with pytest.raises(frames.Broken):
        frames.read_message(io.BytesIO(odd).read)


def test_memory_stays_what_one_chunk_takes() -> None:
    taken = []

    def endless() -> Iterator[bytes]:
        while True:
            taken.append(1)
            yield b"x" * 65536

    stream = frames.written(b"message", endless())
    for _ in range(5):
        next(stream)
    assert len(taken) == 4


def test_port_errors_alone_become_frames() -> None:
    def crashing() -> Iterator[bytes]:
        yield b"one"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(frames.written(b"message", crashing()))
    assert issubclass(IntegrityFailure, PortError)
