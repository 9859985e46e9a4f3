"""The chunks of a cipher stream: the leaves of its RFC 9162 tree (protocol section 4)."""

from sesphr.crypto import merkle
from sesphr.ports.errors import Invalid

TAG = 16
# 65536 octets of plaintext and the tag.
CHUNK = 65536 + TAG
LEAF = 32


def leaves_of(octets: bytes) -> bytes:
    """The hashes of the chunks in octets that begin with a chunk, one after another."""
    view = memoryview(octets)
    starts = range(0, len(octets), CHUNK)
    return b"".join(merkle.leaf_hash(bytes(view[at : at + CHUNK])) for at in starts)


def root_of(leaves: bytes) -> bytes:
    """The root over hashes that stand one after another."""
    return merkle.root([leaves[at : at + LEAF] for at in range(0, len(leaves), LEAF)])


def count_of(size: int) -> int:
    """How many chunks a stream of `size` octets has."""
    return -(-size // CHUNK)


def check_length(size: int) -> None:
    """Demand that a stream of `size` octets can be a sequence of cipher chunks.

    Raises:
        Invalid: it is empty or cut short.
    """
    if size == 0:
        raise Invalid("The attachment is empty.")
    # The last chunk holds a tag and, unless the file is empty, something before it.
    last = size % CHUNK or CHUNK
    if last < TAG or (last == TAG and size > TAG):
        raise Invalid("The attachment is cut short.")
