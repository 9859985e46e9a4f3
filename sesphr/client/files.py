"""Writing what was opened: private, whole files or none, under names that cannot wander off."""

import contextlib
import secrets
from collections.abc import Iterable
from pathlib import Path

from sesphr.client.home import PRIVATE_FOLDER, naming, open_private, write_atomically

MAX_OCTETS = 255
__all__ = ["output_folder", "safe_name", "write_atomically", "write_stream"]


def output_folder(path: Path) -> Path:
    """A folder for files to go to: what is made is 0700, what was there stays as it was."""
    if not path.parent.exists():
        output_folder(path.parent)
    path.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    return path


def safe_name(name: str) -> str:
    """A file's own name as one path component: never a folder, never hidden, never too long."""
    shown = "".join(one if one.isprintable() and one not in '/\\:*?"<>|' else "_" for one in name)
    shown = shown.strip(" .") or "original"
    while len(shown.encode("utf-8", "ignore")) > MAX_OCTETS - 20:
        shown = shown[1:]
    return shown.encode("utf-8", "ignore").decode()


def write_stream(path: Path, pieces: Iterable[bytes]) -> int:
    """Write pieces to a private file that appears only when the last one came; octets written.

    Whatever the source raises goes through, and nothing stays.
    """
    draft = path.with_name(f".part-{secrets.token_hex(4)}")
    size = 0
    try:
        with naming(path):
            with open_private(draft) as file:
                for piece in pieces:
                    size += file.write(piece)
            draft.replace(path)
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
    return size
