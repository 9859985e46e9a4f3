"""Attachment streams: constant memory, any cut of the pieces, every change refused."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sesphr.crypto import attachments as at
from sesphr.crypto.errors import CryptoError, OpenError

K, ID = bytes(range(32)), "727f7ebe-72ca-49ed-bbb5-62d21f58934c"
SIZES = st.sampled_from([0, 1, 65535, 65536, 65537, 131072, 140000])
FEW = settings(max_examples=40, deadline=None)


def plain_of(size):
    return bytes(i * 7 % 251 for i in range(min(size, 251))) * (size // 251 + 1) if size else b""


def sealed(size):
    sealer = at.AttachmentSealer(K, ID)
    chunks = list(sealer.seal(io.BytesIO(plain_of(size)[:size])))
    return b"".join(chunks), sealer


def pieces(stream, length):
    return [stream[i : i + length] for i in range(0, len(stream), length)]


@FEW
@given(SIZES, st.sampled_from([1000, 65551, 65552, 65553, 500_000]))
def test_round_trip(size, length):
    stream, sealer = sealed(size)
    assert at.plain_size(sealer.size) == size
    found = b"".join(at.open_stream(K, ID, pieces(stream, length), sealer.size, sealer.root))
    assert found == plain_of(size)[:size]
    assert b"".join(at.open_stream(K, ID, [b"", *pieces(stream, length), b""])) == found
    assert stream == b"".join(at.seal_stream(K, ID, pieces(found, 777)))


@FEW
@given(SIZES, st.data())
def test_changes_are_refused(size, data):
    stream, _ = sealed(size)
    place = data.draw(st.integers(0, len(stream) - 1))
    changed = bytearray(stream)
    changed[place] ^= 1
    for bad in (
        bytes(changed),
        stream[:place],
        stream + b"x",
        stream + bytes(16),
        stream + stream,
        stream[place + 1 :],
    ):
        with pytest.raises(OpenError):
            list(at.open_stream(K, ID, [bad]))


def test_nothing_of_a_changed_chunk_is_given_out():
    stream, _ = sealed(140000)
    changed = bytearray(stream)
    changed[70000] ^= 1
    given_out = []
    with pytest.raises(OpenError):
        given_out.extend(at.open_stream(K, ID, [bytes(changed)]))
    opening = at.open_stream(K, ID, [bytes(changed)])
    assert next(opening) == plain_of(140000)[:65536]
    with pytest.raises(OpenError):
        next(opening)


def test_constant_memory():
    held = 0

    def reader():
        nonlocal held
        for _ in range(200):
            held += 1
            yield bytes(65536)

    for number, _ in enumerate(at.open_stream(K, ID, at.seal_stream(K, ID, reader()))):
        assert held - number <= 4


def test_size_root_and_names():
    stream, sealer = sealed(70000)
    for size, root in (
        (sealer.size + 1, None),
        (sealer.size - 1, None),
        (None, bytes(32)),
        (None, b""),
        (15, None),
        (True, None),
    ):
        with pytest.raises(OpenError):
            list(at.open_stream(K, ID, [stream], size, root))
    for k, name in ((bytes(32), ID), (K, ID.upper()), (K, "x"), (b"", ID)):
        with pytest.raises(OpenError):
            list(at.open_stream(k, name, [stream]))
    with pytest.raises(CryptoError):
        list(sealer.seal([b"again"]))


@FEW
@given(st.sampled_from([1, 65536, 65537, 140000]), st.data())
def test_ranges(size, data):
    stream, sealer = sealed(size)
    offset = data.draw(st.integers(0, size - 1))
    length = data.draw(st.integers(1, size - offset))
    first, last = at.chunk_range(offset, length, sealer.size)
    touched = stream[first * at.CIPHER_CHUNK : (last + 1) * at.CIPHER_CHUNK]
    assert (
        at.open_range(K, ID, touched, offset, length, sealer.size)
        == plain_of(size)[offset : offset + length]
    )
    for bad in (touched[:-1], touched + b"x", b"", bytes(len(touched))):
        with pytest.raises(OpenError):
            at.open_range(K, ID, bad, offset, length, sealer.size)


@pytest.mark.parametrize(
    ("offset", "length"),
    [(0, 0), (-1, 1), (0, -1), (0, 101), (100, 1), (True, 1), (0, 2**60), (None, 1)],
)
def test_ranges_outside(offset, length):
    with pytest.raises(OpenError):
        at.chunk_range(offset, length, 116)


@pytest.mark.parametrize("size", [0, 15, 65553, 65568, 65552 * 2 + 16, -1, True, None, 2**53])
def test_impossible_sizes(size):
    with pytest.raises(OpenError):
        at.chunk_count(size)
