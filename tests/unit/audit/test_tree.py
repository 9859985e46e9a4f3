"""The tree over stored subtrees gives what RFC 9162 gives over all leaves."""

import secrets

import pytest

from audit import tree
from sesphr.crypto import merkle

MOST = 70
LEAVES = [merkle.leaf_hash(secrets.token_bytes(32)) for _ in range(MOST)]


def stored(size: int) -> dict[tree.Node, bytes]:
    """The nodes that appending `size` leaves one by one completes."""
    nodes: dict[tree.Node, bytes] = {}
    for index, leaf in enumerate(LEAVES[:size]):
        nodes.update(tree.completed(index, leaf, lambda level, place: nodes[level, place]))
    return nodes


NODES = stored(MOST)


def read(level: int, position: int) -> bytes:
    return NODES[level, position]


@pytest.mark.parametrize("size", range(MOST + 1))
def test_every_complete_subtree_is_stored_once(size: int) -> None:
    expected = {
        (level, position) for level in range(size.bit_length()) for position in range(size >> level)
    }
    assert stored(size).keys() == expected


@pytest.mark.parametrize("size", range(MOST + 1))
def test_roots(size: int) -> None:
    assert tree.root(size, read) == merkle.root(LEAVES[:size])


@pytest.mark.parametrize("size", range(1, MOST + 1))
def test_inclusion_paths(size: int) -> None:
    root = merkle.root(LEAVES[:size])
    for index in range(size):
        path = tree.inclusion(index, size, read)
        assert list(path) == merkle.inclusion_path(LEAVES[:size], index)
        merkle.verify_inclusion(LEAVES[index], index, size, path, root)


@pytest.mark.parametrize("size", range(1, MOST + 1))
def test_consistency_paths(size: int) -> None:
    root = merkle.root(LEAVES[:size])
    for old in range(1, size + 1):
        path = tree.consistency(old, size, read)
        assert list(path) == merkle.consistency_path(LEAVES[:size], old)
        merkle.verify_consistency(old, size, merkle.root(LEAVES[:old]), root, path)


@pytest.mark.parametrize("size", [2**20, 2**20 + 1, 2**40 - 1, 2**53 - 1])
def test_reads_grow_with_the_logarithm(size: int) -> None:
    reads = []

    def count(level: int, position: int) -> bytes:
        assert (position + 1) << level <= size
        reads.append((level, position))
        return bytes(32)

    tree.root(size, count)
    tree.inclusion(size // 3, size, count)
    tree.consistency(size // 5 + 1, size, count)
    assert len(reads) <= 5 * size.bit_length()
