"""The RFC 9162 tree over stored complete subtrees; pure, of no database.

A node is (level, position): the complete subtree of 2^level leaves from
position * 2^level on. Each function takes `read`, which gives a node's 32
octets, and reads O(log n) of them.
"""

from collections.abc import Callable, Iterator

from sesphr.crypto import merkle

Node = tuple[int, int]
Reader = Callable[[int, int], bytes]


def _split(size: int) -> int:
    """The largest power of two below size (size > 1)."""
    return 1 << ((size - 1).bit_length() - 1)


def _subtree(first: int, end: int, read: Reader) -> bytes:
    """MTH of the leaves first .. end - 1, where first is a node's left edge."""
    size = end - first
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return read(level, first >> level)
    middle = first + _split(size)
    return merkle.node_hash(_subtree(first, middle, read), _subtree(middle, end, read))


def root(size: int, read: Reader) -> bytes:
    """The root of the tree of the first `size` leaves (RFC 9162, 2.1.1)."""
    return _subtree(0, size, read) if size else merkle.root([])


def inclusion(index: int, size: int, read: Reader) -> tuple[bytes, ...]:
    """The inclusion path of leaf `index`, 0 <= index < size (RFC 9162, 2.1.3)."""
    path = []
    first, end = 0, size
    while end - first > 1:
        middle = first + _split(end - first)
        if index < middle:
            path.append(_subtree(middle, end, read))
            end = middle
        else:
            path.append(_subtree(first, middle, read))
            first = middle
    return tuple(reversed(path))


def consistency(old: int, size: int, read: Reader) -> tuple[bytes, ...]:
    """The consistency path from the tree of `old` leaves, 0 < old <= size (RFC 9162, 2.1.4)."""
    path = []
    first, end = 0, size
    while old < end:
        middle = first + _split(end - first)
        if old <= middle:
            path.append(_subtree(middle, end, read))
            end = middle
        else:
            path.append(_subtree(first, middle, read))
            first = middle
    # A verifier knows the old root, which is this node when the old tree is complete.
    if first > 0:
        path.append(_subtree(first, end, read))
    return tuple(reversed(path))


def completed(index: int, leaf: bytes, read: Reader) -> Iterator[tuple[Node, bytes]]:
    """The nodes that become complete when `leaf` is appended as leaf `index`, lowest first."""
    level, value = 0, leaf
    yield (0, index), value
    while index >> level & 1:
        value = merkle.node_hash(read(level, (index >> level) - 1), value)
        level += 1
        yield (level, index >> level), value
