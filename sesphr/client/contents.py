"""What is sealed as a file: octets in memory, or a file on disk that is read piece by piece."""

import contextlib
import errno
import hashlib
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from sesphr.client.errors import FileNotAccepted, UsageError

Content = bytes | Path

# What is held at once, where a file has to be: records as text, pipes and devices.
MAX_HELD = 64 * 2**20
BLOCK = 65536


def pieces(content: Content) -> Iterator[bytes]:
    """The octets, a few at a time.

    Raises:
        UsageError: there is no such file. FileNotAccepted: it cannot be read.
    """
    if isinstance(content, bytes):
        yield content
        return
    with _readable(content):
        file = content.open("rb")
    with file:
        while block := _read(content, file):
            yield block


def _read(path: Path, file: BinaryIO) -> bytes:
    # Here alone: what goes wrong with the octets elsewhere is no fault of this file.
    with _readable(path):
        return file.read(BLOCK)


def digest(content: Content) -> bytes:
    """SHA-256 of the octets; raises as `pieces`."""
    found = hashlib.sha256()
    for block in pieces(content):
        found.update(block)
    return found.digest()


def of_file(path: str) -> Content:
    """A file that can be read again and again stays on disk; anything else is read now.

    Raises:
        UsageError: there is no such file. FileNotAccepted: it cannot be read, or is too large
            for something that is no file.
    """
    try:
        found = Path(path).absolute()
        with _readable(path), found.open("rb") as file:
            regular = stat.S_ISREG(found.stat().st_mode) and _in_unicode(str(found))
            return found if regular else _held(path, file)
    except ValueError as error:
        raise UsageError(f"{path} cannot be read: not a usable path.") from error


def read_file(path: str) -> bytes:
    """A file's octets, at most 64 MiB; raises as `of_file`."""
    content = of_file(path)
    if isinstance(content, bytes):
        return content
    with _readable(path), content.open("rb") as file:
        return _held(path, file)


def _held(path: str, file: BinaryIO) -> bytes:
    octets = file.read(MAX_HELD + 1)
    if len(octets) > MAX_HELD:
        raise FileNotAccepted(f"{path} is larger than 64 MiB.")
    return octets


def _in_unicode(path: str) -> bool:
    """Whether another program can be given the path as text."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


@contextlib.contextmanager
def _readable(path: str | Path) -> Iterator[None]:
    """Say of a file that cannot be read what is wrong with it."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    except OSError as error:
        kind = UsageError if error.errno == errno.ENAMETOOLONG else FileNotAccepted
        raise kind(f"{path} cannot be read: {error.strerror}.") from error
