"""Files that belong to opened partitions: what the partition says of them, fetched and checked.

A file appears under its name only when its seal, its size and its digest hold. It never
replaces another one: what lies there and differs keeps its name.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from sesphr.client.access import Opening
from sesphr.client.errors import IntegrityError
from sesphr.client.files import output_folder, safe_name, write_stream
from sesphr.client.opening import Opened, reporting
from sesphr.client.registration import ORIGINAL
from sesphr.client.session import Session
from sesphr.crypto.attachments import open_stream, plain_size
from sesphr.crypto.document import PHR
from sesphr.crypto.encoding import b64u_decode

FOLDER = ".files"
DIFFERS = "STOP: a file is not the one that was deposited."


@dataclass(frozen=True)
class Told:
    """What a partition says of a file: its name, and SHA-256 in hex where it says so."""

    name: str
    sha256: str | None = None
    size: str | None = None


def attachments(plaintext: bytes) -> dict[int, Told]:
    """What a partition's element says of each file, by its number."""
    # The kernel checked the element: no DOCTYPE, hence no entity, and bounded depth.
    root = ET.fromstring(plaintext)  # noqa: S314
    found = root.findall(f"{{{PHR}}}source/{{{PHR}}}attachment")
    return {
        int(number): Told(one.get("name", ""), one.get("sha256"), one.get("size"))
        for one in found
        if (number := one.get("number", "")).isascii() and number.isdecimal() and len(number) < 6
    }


def write_files(
    session: Session, opening: Opening, opened: Opened, folder: Path
) -> dict[str, dict[str, int]]:
    """Write the files of every opened partition but `original` into folders beside the XML.

    Returns their sizes, by partition and name.

    Raises:
        IntegrityError: one is not what was sealed, or not what its partition says; reported.
    """
    written: dict[str, dict[str, int]] = {}
    for name, plaintext in opened.plaintexts.items():
        entries = opened.payload["partitions"][name]["attachments"]
        if name == ORIGINAL or not entries:
            continue
        told, target = attachments(plaintext), output_folder(folder / f"{name}{FOLDER}")
        for number, entry in enumerate(entries, 1):
            with reporting(session, opening, "attachment", name):
                file = told.get(number, Told(f"attachment-{number}"))
                path = fetch(session, opening, entry, opened.keys[name], target, file)
            written.setdefault(name, {})[path.name] = path.stat().st_size
    return written


def fetch(
    session: Session, opening: Opening, entry: dict[str, Any], key: bytes, folder: Path, told: Told
) -> Path:  # fmt: skip
    """Stream one file into a folder; where it came to lie.

    Raises:
        IntegrityError, OpenError: it is not what was sealed and told; nothing stays.
    """
    if told.size is not None and told.size != str(plain_size(entry["size"])):
        raise IntegrityError(DIFFERS)
    address, digest = f"/attachments/{entry['id']}/content", hashlib.sha256()
    target = _free(folder, safe_name(told.name), told)
    if target.exists():
        return target
    with session.api.stream(address, request=opening.request, tickets=opening.tickets) as chunks:
        root = b64u_decode(entry["root"], 32)

        def noted() -> Iterator[bytes]:
            for piece in open_stream(key, entry["id"], chunks, entry["size"], root):
                digest.update(piece)
                yield piece
            if told.sha256 not in (None, digest.hexdigest()):
                raise IntegrityError(DIFFERS)

        write_stream(target, noted())
    return target


def _free(folder: Path, name: str, told: Told) -> Path:
    """A path that nothing lies under, or the very same file."""
    found, number = folder / name, 1
    while found.is_symlink() or found.exists():
        if _same(found, told):
            break
        number += 1
        found = folder / f"{number}-{name}"
    return found


def _same(path: Path, told: Told) -> bool:
    if told.sha256 is None or path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == told.sha256
