"""What was signed and encrypted, and is on its way: kept until the server acknowledges it.

A deposit's parts are written whole before their first octet is sent, so that the
same command again, after a crash or a lost answer, sends the very same octets and
ends as one record. Everything in here is ciphertext or public.
"""

import contextlib
import json
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sesphr.client.errors import UsageError
from sesphr.client.home import Folder, open_private, private_folder, sync_folder, write_atomically

DRAFT, GONE = ".new-", ".old-"
PARTS = "parts.json"


@dataclass(frozen=True)
class Parcel:
    """A complete set of parts; `parts` are JSON, `file` gives the larger ones."""

    path: Path
    parts: dict[str, Any]

    def file(self, name: str) -> Path:
        """Where a larger part lies."""
        return self.path / name


class Draft:
    """A parcel that is being written; nobody uses it before it is sealed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, name: str, octets: bytes) -> None:
        """Add a part."""
        write_atomically(self.path / name, octets)

    def open(self, name: str) -> Any:
        """Add a part that is written piece by piece."""
        return open_private(self.path / name)


class Outbox:
    """The outbox of one member; one command at a time has it."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self.path = folder.path / "outbox"

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the outbox, swept of what crashes left behind."""
        with self._folder.locked("outbox"):
            private_folder(self.path)
            for left in self.path.iterdir():
                if left.name.startswith((DRAFT, GONE)):
                    shutil.rmtree(left)
            yield

    def find(self, key: str) -> Parcel | None:
        """The parcel of this key, which is complete if it is there.

        Raises:
            UsageError: its list of parts cannot be read.
        """
        path = self.path / key
        if not path.is_dir():
            return None
        try:
            parts = json.loads((path / PARTS).read_bytes())
        except (OSError, ValueError) as error:
            raise UsageError(f"{path} cannot be read; remove it and deposit again.") from error
        return Parcel(path, parts)

    def waiting(self) -> list[Parcel]:
        """All parcels, for looking at them only."""
        if not self.path.is_dir():
            return []
        names = [one.name for one in self.path.iterdir() if not one.name.startswith((DRAFT, GONE))]
        return [one for one in map(self.find, names) if one is not None]

    @contextlib.contextmanager
    def drafted(self) -> Iterator[Draft]:
        """A new draft, removed again unless it was sealed."""
        path = private_folder(self.path / f"{DRAFT}{secrets.token_hex(8)}")
        try:
            yield Draft(path)
        finally:
            shutil.rmtree(path, ignore_errors=True)

    def seal(self, draft: Draft, key: str, parts: dict[str, Any]) -> Parcel:
        """Make a draft the parcel of this key, at one stroke."""
        draft.write(PARTS, json.dumps(parts).encode())
        draft.path.rename(self.path / key)
        sync_folder(self.path)
        return Parcel(self.path / key, parts)

    def remove(self, parcel: Parcel) -> None:
        """Forget a parcel, at one stroke."""
        gone = self.path / f"{GONE}{secrets.token_hex(8)}"
        parcel.path.rename(gone)
        sync_folder(self.path)
        shutil.rmtree(gone, ignore_errors=True)
