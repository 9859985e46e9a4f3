"""Cipher streams as files of the storage "blobs": written once, whole, under random names.

A blob that no row names is of no use and is swept when it is old, so a crash
between writing and naming costs nothing. Memory is constant, but for 32 octets
a chunk while a stream is read.
"""

import os
import secrets
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage, storages

from sesphr.crypto import merkle
from sesphr.ports.errors import IntegrityFailure, Invalid

TAG = 16
# 65536 octets of plaintext and the tag: the leaves of an attachment's Merkle tree.
CHUNK = 65536 + TAG


@dataclass(frozen=True)
class Draft:
    """A whole stream in a nameless temporary file, measured."""

    file: IO[bytes]
    size: int
    root: bytes


@contextmanager
def draft(chunks: Iterable[bytes], limit: int) -> Iterator[Draft]:
    """Take a stream of at most `limit` octets; a crash leaves no trace of it.

    Raises:
        Invalid: it is empty, too long, or cannot be a sequence of cipher chunks.
    """
    with tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as file:
        size = _write(file, chunks, limit)
        # The last chunk holds a tag and, unless the file is empty, something before it.
        last = size % CHUNK or CHUNK
        if last < TAG or (last == TAG and size > TAG):
            raise Invalid("The attachment is cut short.")
        yield Draft(file, size, merkle_root(file))


def _write(file: IO[bytes], chunks: Iterable[bytes], limit: int) -> int:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise Invalid(f"An attachment may have at most {limit} octets.", code="too-large")
        file.write(chunk)
    if size == 0:
        raise Invalid("The attachment is empty.")
    return size


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while chunk := file.read(CHUNK):
        yield chunk


def merkle_root(file: IO[bytes]) -> bytes:
    """The RFC 9162 root of a file's cipher chunks."""
    accumulator = merkle.MerkleAccumulator()
    for chunk in _chunks(file):
        accumulator.append(merkle.leaf_hash(chunk))
    return accumulator.root()


def save(stream: Draft) -> str:
    """Put a stream into the storage; when this returns, it outlives a power cut. Its name."""
    random = secrets.token_hex(16)
    stream.file.seek(0)
    name = _storage().save(f"{random[:2]}/{random}", File(stream.file))
    _make_durable(name)
    return name


def _make_durable(name: str) -> None:
    """Flush a file and the folders that lead to it; a remote storage did so itself."""
    try:
        path = Path(_storage().path(name))
    except NotImplementedError:
        return
    for place in (path, *list(path.parents)[:3]):
        handle = os.open(place, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def remove(name: str) -> None:
    """Remove a blob; one that is gone already is fine."""
    _storage().delete(name)


def read(name: str, size: int, root: bytes) -> Iterator[bytes]:
    """A blob's cipher chunks, after the whole was compared with size and root.

    Each chunk is compared again when it is given, so that not one octet leaves
    that the root does not cover, even if the file changes in between.

    Raises:
        IntegrityFailure: at once, when the blob is missing or changed.
    """
    try:
        file = _storage().open(name, "rb")
    except FileNotFoundError:
        raise IntegrityFailure("An attachment's octets are missing.") from None
    try:
        leaves = [merkle.leaf_hash(chunk) for chunk in _chunks(file)]
        if file.size != size or merkle.root(leaves) != root:
            raise IntegrityFailure("An attachment's octets were changed.")
    except BaseException:
        file.close()
        raise
    return _give(file, leaves)


def _give(file: IO[bytes], leaves: list[bytes]) -> Iterator[bytes]:
    with file:
        given = 0
        for chunk, leaf in zip(_chunks(file), leaves, strict=False):
            if merkle.leaf_hash(chunk) != leaf:
                raise IntegrityFailure("An attachment's octets were changed.")
            yield chunk
            given += 1
        if given != len(leaves):
            raise IntegrityFailure("An attachment's octets are missing.")


def older_than(limit: int) -> Iterator[list[str]]:
    """Names of blobs written before `limit` (Unix seconds), folder by folder."""
    storage = _storage()
    for folder in _listed(storage, "")[0]:
        names = [f"{folder}/{file}" for file in _listed(storage, folder)[1]]
        yield [name for name in names if _written(storage, name) < limit]


def _listed(storage: Storage, folder: str) -> tuple[list[str], list[str]]:
    try:
        return storage.listdir(folder)
    except FileNotFoundError:
        return [], []


def _written(storage: Storage, name: str) -> float:
    """When a blob was written; one that is gone meanwhile counts as new."""
    try:
        return storage.get_modified_time(name).timestamp()
    except FileNotFoundError:
        return float("inf")


def _storage() -> Storage:
    return storages["blobs"]
