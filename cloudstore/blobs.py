"""Octets as files of the storage "blobs": written once, whole, under random names.

A blob that no row names is of no use and is swept when it is old, so a crash
between writing and naming costs nothing. The storage may be a folder or remote:
nothing here needs a path but what makes a folder's files outlive a power cut.
"""

import os
import re
import secrets
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from cloudstore.chunks import CHUNK, check_length, leaves_of
from sesphr.ports.errors import Invalid

# What `save` calls a blob.
NAME = re.compile(r"[0-9a-f]{2}/[0-9a-f]{32}")


@dataclass(frozen=True)
class Draft:
    """A whole stream in a nameless temporary file, with the hashes of its chunks."""

    file: IO[bytes]
    size: int
    leaves: bytes


@contextmanager
def draft(chunks: Iterable[bytes], limit: int) -> Iterator[Draft]:
    """Take a stream of at most `limit` octets; a crash leaves no trace of it.

    Raises:
        Invalid: it is empty, too long, or cannot be a sequence of cipher chunks.
    """
    with tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as file:
        size = _write(file, chunks, limit)
        check_length(size)
        yield Draft(file, size, measure(file))


def _write(file: IO[bytes], chunks: Iterable[bytes], limit: int) -> int:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise Invalid(f"An attachment may have at most {limit} octets.", code="too-large")
        file.write(chunk)
    return size


def measure(file: IO[bytes]) -> bytes:
    """The hashes of a file's cipher chunks, one after another."""
    file.seek(0)
    return b"".join(leaves_of(chunk) for chunk in iter(lambda: file.read(CHUNK), b""))


def save(content: IO[bytes] | bytes) -> str:
    """Put octets into the storage; when this returns, they outlive a power cut. Their name."""
    random = secrets.token_hex(16)
    file = ContentFile(content) if isinstance(content, bytes) else File(content)
    file.seek(0)
    name = _storage().save(f"{random[:2]}/{random}", file)
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


def read_at(name: str, offset: int, length: int) -> bytes:
    """At most `length` octets of a blob from `offset` on; fewer where it ends before.

    Raises:
        FileNotFoundError: there is no such blob.
    """
    with _storage().open(name, "rb") as file:
        file.seek(offset)
        return bytes(file.read(length))


def older_than(limit: int) -> Iterator[list[str]]:
    """Names of blobs written before `limit` (Unix seconds), some at a time."""
    storage = _storage()
    # A remote storage tells names and times together, not by a question for each name.
    yield from getattr(storage, "written_before", lambda limit: _in_folders(storage, limit))(limit)


def _in_folders(storage: Storage, limit: int) -> Iterator[list[str]]:
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
