"""Merkle trees against a naive recursive oracle, and the log's notes."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sesphr.crypto import log, merkle
from sesphr.crypto.errors import (
    CryptoError,
    DecodingError,
    MerkleError,
    SignatureError,
    StatementError,
)
from sesphr.crypto.keys import MemberKeys


def mth(leaves):
    """RFC 9162, 2.1.1, as it stands there."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def leaves_of(size):
    return [merkle.leaf_hash(bytes([i])) for i in range(size)]


@pytest.mark.parametrize("size", range(20))
def test_root(size):
    assert merkle.root(leaves_of(size)) == mth(leaves_of(size))


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 40), st.data())
def test_inclusion(size, data):
    leaves, index = leaves_of(size), data.draw(st.integers(0, size - 1))
    path, root = merkle.inclusion_path(leaves, index), mth(leaves)
    merkle.verify_inclusion(leaves[index], index, size, path, root)
    other = data.draw(st.integers(0, size - 1).filter(lambda i: i != index)) if size > 1 else size
    for bad in (
        (leaves[index], other, size, path, root),
        (leaves[index], index, size, [*path, bytes(32)], root),
        (leaves[index], index, size, path, bytes(32)),
        (bytes(32), index, size, path, root),
        (leaves[index], index, index, path, root),
    ):
        with pytest.raises(MerkleError):
            merkle.verify_inclusion(*bad)
    for place in range(len(path)):
        with pytest.raises(MerkleError):
            merkle.verify_inclusion(
                leaves[index], index, size, path[:place] + path[place + 1 :], root
            )


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 40), st.data())
def test_consistency(second, data):
    first = data.draw(st.integers(1, second))
    leaves = leaves_of(second)
    path, old, new = merkle.consistency_path(leaves, first), mth(leaves[:first]), mth(leaves)
    merkle.verify_consistency(first, second, old, new, path)
    rewritten = mth([bytes(32), *leaves[1:first]])
    for bad in (
        (first, second, old, new, [*path, bytes(32)]),
        (first, second, rewritten, new, path),
        (first, second, old, bytes(32), path),
        (second + 1, second, old, new, path),
        (0, second, old, new, path),
    ):
        with pytest.raises(MerkleError):
            merkle.verify_consistency(*bad)
    if path:
        with pytest.raises(MerkleError):
            merkle.verify_consistency(first, second, old, new, path[:-1])


@pytest.mark.parametrize(
    ("index", "size"),
    [
        (-1, 1),
        (1, 1),
        (True, 2),
        (0, 0),
        (0, -1),
        (0, True),
        (None, 1),
        (0, None),
        (0.0, 1),
        (0, 2**53),
    ],
)
def test_positions(index, size):
    leaf = leaves_of(1)[0]
    with pytest.raises(MerkleError):
        merkle.verify_inclusion(leaf, index, size, [], leaf)


@pytest.mark.parametrize(
    ("first", "second"), [(0, 1), (2, 1), (True, 1), (1, True), (None, 1), (1, None), (-1, 1)]
)
def test_sizes(first, second):
    leaf = leaves_of(1)[0]
    with pytest.raises(MerkleError):
        merkle.verify_consistency(first, second, leaf, leaf, [])


def test_hashes_have_32_octets_and_paths_an_end():
    leaf = leaves_of(1)[0]
    for bad in (
        (leaf[:31], [], leaf),
        (leaf, [leaf[:31]], leaf),
        (leaf, [], b""),
        (leaf, [leaf] * 10_000, leaf),
    ):
        with pytest.raises(MerkleError):
            merkle.verify_inclusion(bad[0], 0, 2, bad[1], bad[2])
    with pytest.raises(MerkleError):
        merkle.inclusion_path([leaf], 1)
    with pytest.raises(MerkleError):
        merkle.consistency_path([leaf], 0)


KEYS, NAME, ROOT = MemberKeys.from_seed(bytes(32)), "demo.sesphr.example/log", bytes(range(32))
NOTE = log.sign_note(NAME, KEYS.signing_key, log.format_checkpoint(NAME, 12, ROOT))


def test_note_round_trip():
    assert log.verify_note(NAME, KEYS.verification, NOTE) == (12, ROOT)
    witness = log.sign_note("witness", bytes(32), log.format_checkpoint(NAME, 12, ROOT)).split(
        "\n\n"
    )[1]
    assert log.verify_note(NAME, KEYS.verification, NOTE + witness) == (12, ROOT)
    assert NOTE.split("\n")[:4] == [
        NAME,
        "12",
        log.format_checkpoint(NAME, 12, ROOT).split("\n")[2],
        "",
    ]


@pytest.mark.parametrize(
    "change",
    [
        lambda n: n.replace("12", "13", 1), lambda n: n.replace("12", "012", 1), lambda n: n[:-1],
        lambda n: n + "\n", lambda n: n + "x\n", lambda n: n.replace("\u2014", "-"),
        lambda n: n.replace("\n\n", "\nextension\n\n"), lambda n: n.split("\n\n")[0] + "\n\n",
        lambda n: n.replace(NAME, "other", 1), lambda n: "", lambda n: None, lambda n: n.replace("=\n", "\n"),
        lambda n: n.replace("\n\n", "\n"), lambda n: n + "\ud800\n", lambda n: n.replace(" ", "  "),
        lambda n: n + (n.split("\n\n")[1]) * 200,
    ],
)  # fmt: skip
def test_changed_notes(change):
    assert change(NOTE) != NOTE
    with pytest.raises((SignatureError, StatementError, DecodingError)):
        log.verify_note(NAME, KEYS.verification, change(NOTE))


def test_other_keys_and_names():
    other = MemberKeys.from_seed(bytes([7]) * 32).verification
    for name, key in ((NAME, other), ("other", KEYS.verification), (NAME, bytes(32)), (NAME, b"")):
        with pytest.raises(CryptoError):
            log.verify_note(name, key, NOTE)
    for name, text in (
        ("a b", "x\n"),
        ("a+b", "x\n"),
        ("", "x\n"),
        ("a", "x"),
        ("a", "x\n\ny\n"),
        ("a", ""),
    ):
        with pytest.raises(DecodingError):
            log.sign_note(name, KEYS.signing_key, text)


def test_entry_depends_on_salt_and_event():
    assert log.entry(b"s", {"a": 1}) != log.entry(b"t", {"a": 1}) != log.entry(b"t", {"a": 2})
    assert log.leaf(b"s", {}) == merkle.leaf_hash(log.entry(b"s", {}))
