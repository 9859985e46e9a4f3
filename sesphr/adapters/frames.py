"""A stream of chunks beside a message, cut into frames; what breaks off is never taken for whole.

A frame is one octet that says what it is, four that say how long, and so many
octets: first one message, then data, at last `END`, or `FAILED` with the failure.
A connection that ends before either is a broken one.
"""

import struct
from collections.abc import Callable, Iterator

from sesphr.adapters.codec import Undecodable
from sesphr.adapters.failures import decode_failure, encode_failure
from sesphr.ports.errors import PortError, Unavailable

MESSAGE, DATA, END, FAILED = b"M", b"D", b"E", b"F"
HEAD = struct.Struct(">cI")
# Chunks are 64 KiB; whoever has larger ones has them cut.
MOST = 256 * 1024
MOST_OF_A_MESSAGE = 8 * 2**20
Read = Callable[[int], bytes]


class Broken(Exception):
    """The stream ended before its last frame, or is none."""


def frame(kind: bytes, octets: bytes = b"") -> bytes:
    """One frame."""
    return HEAD.pack(kind, len(octets)) + octets


def written(message: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The frames of a message and its chunks; a port's failure among them becomes the last one."""
    yield frame(MESSAGE, message)
    try:
        for chunk in chunks:
            for start in range(0, len(chunk), MOST):
                yield frame(DATA, chunk[start : start + MOST])
    except PortError as error:
        yield frame(FAILED, encode_failure(error))
    else:
        yield frame(END)


def read_frame(read: Read) -> tuple[bytes, bytes]:
    """The next frame's kind and octets.

    Raises:
        Broken: there is none, or a part of one, or one that is too long.
    """
    kind, length = HEAD.unpack(_exactly(read, HEAD.size))
    if length > (MOST_OF_A_MESSAGE if kind in (MESSAGE, FAILED) else MOST):
        raise Broken("a frame is too long")
    return kind, _exactly(read, length)


def read_message(read: Read) -> bytes:
    """The message that a stream begins with; Broken if it begins with something else."""
    kind, octets = read_frame(read)
    if kind != MESSAGE:
        raise Broken("no message comes first")
    return octets


def read_chunks(read: Read, peer: str) -> Iterator[bytes]:
    """The chunks that follow, until the last frame.

    Raises:
        PortError: the other side's failure; Unavailable for a stream that breaks off.
    """
    while True:
        try:
            kind, octets = read_frame(read)
            failure = decode_failure(octets) if kind == FAILED else None
        except (Broken, Undecodable, OSError) as error:
            raise Unavailable(f"The connection with the {peer} broke off; try again.") from error
        if failure is not None:
            raise failure
        if kind == END:
            return
        if kind != DATA:
            raise Unavailable(f"The {peer} sent something that is no stream; try again.")
        yield octets


def _exactly(read: Read, length: int) -> bytes:
    parts, missing = [], length
    while missing:
        part = read(missing)
        if not part:
            raise Broken("the stream ended early")
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)
