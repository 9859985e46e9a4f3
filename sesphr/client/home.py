"""HOME: the folder in which the client remembers what it must not forget, and no secret.

The folder is 0700, its files are 0600 JSON, written whole or not at all. Pins and
heads protect against servers that show an older or another world, so a file that
cannot be read stops the command instead of being made anew.
"""

import contextlib
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sesphr.client.errors import UsageError

PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600


def private_folder(path: Path) -> Path:
    """Make a folder, and parents that are missing, that its owner alone can read."""
    if not path.parent.exists():
        private_folder(path.parent)
    path.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    if path.stat().st_mode & 0o077:
        path.chmod(PRIVATE_FOLDER)
    return path


def write_atomically(path: Path, octets: bytes) -> None:
    """Replace a file by these octets (0600): after a crash it is the old one or the new one."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with naming(path):
            with open_private(draft) as file:
                file.write(octets)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


@contextlib.contextmanager
def naming(path: Path) -> Iterator[None]:
    """Let what goes wrong name this file, never the draft of it."""
    try:
        yield
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error


def open_private(path: Path) -> Any:
    """A new file, open for writing octets, that its owner alone can read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE), "wb")


def sync_folder(path: Path) -> None:
    """Make renames in a folder last."""
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class Folder:
    """A private folder of small JSON objects; it is made at the first write."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self, name: str) -> dict[str, Any]:
        """The object of this name; empty when there is none.

        Raises:
            UsageError: the file is there but cannot be read.
        """
        path = self.path / f"{name}.json"
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError) as error:
            raise UsageError(
                f"{path} cannot be read; restore it or choose another HOME."
            ) from error
        if not isinstance(found, dict):
            raise UsageError(f"{path} is not one of this client's files.")
        return found

    def write(self, name: str, value: dict[str, Any]) -> None:
        """Replace the object of this name."""
        private_folder(self.path)
        octets = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode()
        write_atomically(self.path / f"{name}.json", octets)

    def update(self, name: str, **members: Any) -> None:
        """Set members of an object, safe against other commands in the same HOME."""
        with self.locked(name):
            self.write(name, {**self.read(name), **members})

    def remove(self, name: str) -> None:
        """Forget the object of this name."""
        (self.path / f"{name}.json").unlink(missing_ok=True)

    @contextlib.contextmanager
    def locked(self, name: str) -> Iterator[None]:
        """Hold a lock of this name; other commands wait."""
        private_folder(self.path)
        descriptor = os.open(
            self.path / f".{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE
        )
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


class Home(Folder):
    """The folder of one person's client: settings, deployments, and a folder for each member."""

    def settings(self) -> dict[str, Any]:
        """`server` and `login` as last registered or signed in with."""
        return self.read("settings")

    def member(self, member: str) -> Folder:
        """What is remembered for one member: pins, heads, outbox."""
        return Folder(self.path / "members" / member)
