"""RFC 9162 Merkle trees over SHA-256: hashes, paths and their strict verification.

A path is checked for its exact length, position and root; nothing is repaired.
"""

import hashlib
from collections.abc import Sequence

from sesphr.crypto.encoding import MAX_INT, check_int, check_octets
from sesphr.crypto.errors import DecodingError, MerkleError


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 || entry)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class MerkleAccumulator:
    """The root of leaves that arrive one by one, in logarithmic memory."""

    def __init__(self) -> None:
        """Start with no leaf."""
        self.size = 0
        self._peaks: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """Add the next leaf hash (32 octets)."""
        value, rest = leaf, self.size
        while rest & 1:
            value = node_hash(self._peaks.pop(), value)
            rest >>= 1
        self._peaks.append(value)
        self.size += 1

    def root(self) -> bytes:
        """The root of all leaves so far; SHA-256 of nothing when there is none."""
        if not self._peaks:
            return hashlib.sha256(b"").digest()
        value = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            value = node_hash(peak, value)
        return value


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes (RFC 9162, 2.1.1)."""
    accumulator = MerkleAccumulator()
    for leaf in leaves:
        accumulator.append(leaf)
    return accumulator.root()


def _split(size: int) -> int:
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The path of leaf `index`, lowest first (RFC 9162, 2.1.3.1).

    Raises:
        MerkleError: no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise MerkleError("no such leaf")
    path: list[bytes] = []
    first, end = 0, len(leaves)
    while end - first > 1:
        middle = first + _split(end - first)
        if index < middle:
            path.append(root(leaves[middle:end]))
            end = middle
        else:
            path.append(root(leaves[first:middle]))
            first = middle
    return path[::-1]


def consistency_path(leaves: Sequence[bytes], first: int) -> list[bytes]:
    """The proof that the tree of the first `first` leaves is a prefix (RFC 9162, 2.1.4.1).

    Raises:
        MerkleError: not 0 < first <= number of leaves.
    """
    if not 0 < first <= len(leaves):
        raise MerkleError("no such earlier tree")
    path: list[bytes] = []
    start, end = 0, len(leaves)
    while first < end:
        middle = start + _split(end - start)
        if first <= middle:
            path.append(root(leaves[middle:end]))
            end = middle
        else:
            path.append(root(leaves[start:middle]))
            start = middle
    if start > 0:
        path.append(root(leaves[start:end]))
    return path[::-1]


def _checked(path: Sequence[bytes], *hashes: bytes) -> None:
    # Within 2^53 no path is longer; a hostile one is not walked.
    if len(path) > 2 * MAX_INT.bit_length():
        raise MerkleError("a path too long")
    try:
        for value in (*hashes, *path):
            check_octets(value, 32)
    except DecodingError:
        raise MerkleError("a hash of wrong length") from None


def verify_inclusion(
    leaf: bytes, index: int, size: int, path: Sequence[bytes], expected: bytes
) -> None:
    """Check that `leaf` (a leaf hash) stands at `index` of the tree of `size` (RFC 9162, 2.1.3.2).

    Raises:
        MerkleError: it does not, or the path has another length.
    """
    _check_range(index, 0, size, size - 1 if isinstance(size, int) else 0)
    _checked(path, leaf, expected)
    position, last, value = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise MerkleError("a path too long")
        if position & 1 or position == last:
            value = node_hash(sibling, value)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            value = node_hash(value, sibling)
        position, last = position >> 1, last >> 1
    if last != 0 or value != expected:
        raise MerkleError("the path does not lead to the root")


def _check_range(number: int, least: int, size: int, most: int) -> None:
    try:
        check_int(size, 1)
        check_int(number, least, most)
    except DecodingError:
        raise MerkleError("a position outside the tree") from None


def verify_consistency(
    first: int, second: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]
) -> None:
    """Check that the tree of `second` leaves extends that of `first` > 0 (RFC 9162, 2.1.4.2).

    Raises:
        MerkleError: it does not, or the path has another length.
    """
    _check_range(first, 1, second, second if isinstance(second, int) else 0)
    _checked(path, first_root, second_root)
    if first == second:
        if path or first_root != second_root:
            raise MerkleError("one size with two roots, or a path for nothing")
        return
    if not path:
        raise MerkleError("a path too short")
    _walk_consistency(first, second, first_root, second_root, list(path))


def _walk_consistency(
    first: int, second: int, first_root: bytes, second_root: bytes, path: list[bytes]
) -> None:
    if first & (first - 1) == 0:
        path.insert(0, first_root)
    position, last = first - 1, second - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise MerkleError("a path too long")
        if position & 1 or position == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        position, last = position >> 1, last >> 1
    if last != 0 or old != first_root or new != second_root:
        raise MerkleError("the later tree does not extend the earlier one")
