"""Attachments: streams of AES-256-GCM chunks, opened in constant memory or at an offset.

64 KiB chunks, nonce = 7 zero octets || chunk number || last flag (protocol section
4). A chunk's plaintext is given out only after its tag is checked; that the stream
is whole is known at its end, and failing there raises: what came before must then
be thrown away.
"""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sesphr.crypto.encoding import check_int, check_octets, check_uuid, lp
from sesphr.crypto.errors import CryptoError, DecodingError, OpenError
from sesphr.crypto.kdf import hkdf
from sesphr.crypto.merkle import MerkleAccumulator, leaf_hash

CHUNK = 65536
TAG = 16
CIPHER_CHUNK = CHUNK + TAG
MAX_CHUNKS = 2**32


def attachment_key(k: bytes, identifier: str) -> bytes:
    """The key of one attachment of a partition whose key is k."""
    return hkdf(check_octets(k, 32), lp(b"SeSPHR-v1 attachment", check_uuid(identifier).encode()))


def _nonce(number: int, last: bool) -> bytes:
    return bytes(7) + number.to_bytes(4, "big") + bytes([last])


def _rechunked(pieces: Iterable[bytes], size: int) -> Iterator[tuple[bytes, bool]]:
    """Chunks of `size`, each with whether it is the last; an empty stream is one empty chunk."""
    held = bytearray()
    for piece in pieces:
        for start in range(0, len(piece), size):
            held += piece[start : start + size]
            # Held back until more follows, because only then it is known not to be the last.
            if len(held) > size:
                yield bytes(held[:size]), False
                del held[:size]
    yield bytes(held), True


def _pieces(reader: BinaryIO | Iterable[bytes]) -> Iterable[bytes]:
    if isinstance(reader, Iterable) and not hasattr(reader, "read"):
        return reader
    return iter(lambda: reader.read(CHUNK), b"")


class AttachmentSealer:
    """Seals one stream once; afterwards `size` and `root` are the manifest's."""

    def __init__(self, k: bytes, identifier: str) -> None:
        """Take the partition's key and the attachment's fresh id."""
        self._aead = AESGCM(attachment_key(k, identifier))
        self._merkle = MerkleAccumulator()
        self.size = 0

    def seal(self, reader: BinaryIO | Iterable[bytes]) -> Iterator[bytes]:
        """The cipher chunks of a binary file or of octets in pieces."""
        if self._merkle.size:
            raise DecodingError("an attachment's id seals one stream only")
        for number, (plain, last) in enumerate(_rechunked(_pieces(reader), CHUNK)):
            check_int(number, 0, MAX_CHUNKS - 1)
            chunk = self._aead.encrypt(_nonce(number, last), plain, None)
            self._merkle.append(leaf_hash(chunk))
            self.size += len(chunk)
            yield chunk

    @property
    def root(self) -> bytes:
        """The Merkle root over the chunks sealed so far."""
        return self._merkle.root()


def seal_stream(k: bytes, identifier: str, reader: BinaryIO | Iterable[bytes]) -> Iterator[bytes]:
    """The cipher chunks alone, for whoever needs no size and root."""
    return AttachmentSealer(k, identifier).seal(reader)


def chunk_count(size: int) -> int:
    """The number of chunks of a cipher stream of `size` octets.

    Raises:
        OpenError: no stream has this size.
    """
    try:
        full, rest = divmod(check_int(size, TAG, MAX_CHUNKS * CIPHER_CHUNK), CIPHER_CHUNK)
    except DecodingError:
        raise OpenError from None
    if rest and rest <= TAG and (full or rest < TAG):
        raise OpenError
    return full + bool(rest)


def plain_size(size: int) -> int:
    """The plaintext's size for a cipher stream of `size` octets; raises as `chunk_count`."""
    return size - TAG * chunk_count(size)


def _open_chunk(aead: AESGCM, number: int, chunk: bytes, last: bool) -> bytes:
    # Only an empty file has an empty chunk; every chunk but the last is full.
    least = TAG if last and number == 0 else TAG + 1
    if not (least if last else CIPHER_CHUNK) <= len(chunk) <= CIPHER_CHUNK or number >= MAX_CHUNKS:
        raise OpenError
    try:
        return aead.decrypt(_nonce(number, last), chunk, None)
    except InvalidTag:
        raise OpenError from None


def _key(k: bytes, identifier: str) -> AESGCM:
    try:
        return AESGCM(attachment_key(k, identifier))
    except CryptoError:
        raise OpenError from None


def open_stream(
    k: bytes,
    identifier: str,
    chunks: Iterable[bytes],
    size: int | None = None,
    root: bytes | None = None,
) -> Iterator[bytes]:
    """The plaintext, chunk by chunk, of a cipher stream in pieces of any length.

    Args:
        k: the partition's key.
        identifier: the attachment's id.
        chunks: the stream.
        size: the manifest's size; checked when given.
        root: the manifest's Merkle root; checked when given.

    Raises:
        OpenError: anything is not right, at the latest at the end.
    """
    if size is not None:
        chunk_count(size)
    aead, merkle, total = _key(k, identifier), MerkleAccumulator(), 0
    for number, (chunk, last) in enumerate(_rechunked(chunks, CIPHER_CHUNK)):
        plain = _open_chunk(aead, number, chunk, last)
        merkle.append(leaf_hash(chunk))
        total += len(chunk)
        if size is not None and (total != size if last else total >= size):
            raise OpenError
        if last and root is not None and merkle.root() != root:
            raise OpenError
        yield plain


def chunk_range(offset: int, length: int, size: int) -> tuple[int, int]:
    """(first, last) chunk that hold plaintext[offset : offset + length].

    Args:
        offset: from 0.
        length: from 1.
        size: the cipher stream's size, as in the manifest.

    Raises:
        OpenError: outside the file.
    """
    whole = plain_size(size)
    try:
        check_int(offset)
        check_int(length, 1)
    except DecodingError:
        raise OpenError from None
    if offset + length > whole:
        raise OpenError
    return offset // CHUNK, (offset + length - 1) // CHUNK


def open_range(
    k: bytes, identifier: str, octets: bytes, offset: int, length: int, size: int
) -> bytes:
    """plaintext[offset : offset + length] from the octets of exactly the chunks of `chunk_range`.

    Raises:
        OpenError: a chunk does not open, or the octets are not those chunks.
    """
    first, last = chunk_range(offset, length, size)
    count, aead = chunk_count(size), _key(k, identifier)
    end = min((last + 1) * CIPHER_CHUNK, size) - first * CIPHER_CHUNK
    if len(octets) != end:
        raise OpenError
    plain = b"".join(
        _open_chunk(aead, number, octets[start : start + CIPHER_CHUNK], number == count - 1)
        for number, start in enumerate(range(0, end, CIPHER_CHUNK), first)
    )
    return plain[offset - first * CHUNK :][:length]
