"""Reading a stream: whole or a part, and never an octet that the signed root does not cover.

The hashes of all chunks are kept beside the pieces. They are compared with the root
first, then each chunk with its own, so that a part costs what the part costs. At most
`BLOCK` chunks are in memory at a time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cloudstore import blobs
from cloudstore.chunks import CHUNK, LEAF, count_of, leaves_of, root_of
from cloudstore.models import Piece
from sesphr.ports.errors import IntegrityFailure

BLOCK = 32
# Up to so many chunks (64 MiB) are checked before the first octet is given, so that damage is an
# answer and not one that breaks off.
CHECKED_FIRST = 1024


@dataclass(frozen=True)
class _Block:
    """Neighbouring chunks of one piece: where they lie, and what they must hash to."""

    blob: str
    offset: int
    size: int
    ends: bool
    leaves: bytes


def octets(
    pieces: Sequence[Piece], size: int, root: bytes, first: int, last: int
) -> Iterator[bytes]:
    """The octets `first` to `last` (counted from 0, both given) of a stream of this size and root.

    Raises:
        IntegrityFailure: at once when what would be given is missing or changed, or, of a
            longer part, when its beginning is; otherwise when the damage is reached.
    """
    _check(pieces, size, root)
    low, high = first // CHUNK, last // CHUNK + 1
    blocks = list(_blocks(pieces, low, high))
    if high - low <= CHECKED_FIRST:
        for block in blocks[1:]:
            _read(block)
    return _give(_read(blocks[0]), blocks[1:], first - low * CHUNK, last + 1 - first)


def _check(pieces: Sequence[Piece], size: int, root: bytes) -> None:
    """Demand that these are all pieces of the stream, in order, with hashes under the root."""
    leaves, chunks, found = [], 0, 0
    for piece in pieces:
        count = count_of(piece.size)
        if piece.first != chunks or len(piece.leaves) != count * LEAF:
            raise IntegrityFailure("An attachment's octets are missing.")
        leaves.append(bytes(piece.leaves))
        chunks, found = chunks + count, found + piece.size
    if (found, chunks) != (size, count_of(size)) or root_of(b"".join(leaves)) != root:
        raise IntegrityFailure("An attachment's octets were changed.")


def _blocks(pieces: Sequence[Piece], low: int, high: int) -> Iterator[_Block]:
    """The blocks that hold the chunks from `low` until before `high`."""
    for piece in pieces:
        end = piece.first + count_of(piece.size)
        for start in range(max(low, piece.first), min(high, end), BLOCK):
            stop = min(start + BLOCK, high, end)
            at, until = (start - piece.first) * CHUNK, (stop - piece.first) * CHUNK
            leaves = bytes(piece.leaves)[at // CHUNK * LEAF : until // CHUNK * LEAF]
            yield _Block(piece.blob, at, min(until, piece.size) - at, stop == end, leaves)


def _read(block: _Block) -> bytes:
    """A block's octets, compared.

    Raises:
        IntegrityFailure: missing, changed, or more than there should be.
    """
    try:
        found = blobs.read_at(block.blob, block.offset, block.size + block.ends)
    except FileNotFoundError:
        raise IntegrityFailure("An attachment's octets are missing.") from None
    if len(found) != block.size or leaves_of(found) != block.leaves:
        raise IntegrityFailure("An attachment's octets were changed.")
    return found


def _give(head: bytes, rest: Sequence[_Block], skip: int, length: int) -> Iterator[bytes]:
    """`length` octets after `skip`, in pieces of a chunk."""
    found, left = head, length
    for block in (*rest, None):
        view = memoryview(found)[skip : skip + left]
        yield from (bytes(view[at : at + CHUNK]) for at in range(0, len(view), CHUNK))
        skip, left = 0, left - len(view)
        if block is not None:
            found = _read(block)
