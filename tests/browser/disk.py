"""A browser's profile folder as whoever finds the disk reads it, file by file.

LevelDB, in which browsers keep IndexedDB and Web Storage, appends: what a page removed still
stands in its log. The log cuts records into blocks of 32 KiB, so they are put together again
here; a secret must not hide behind a cut.
"""

import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sesphr.crypto.encoding import lp
from sesphr.crypto.kdf import hkdf

BLOCK, HEAD = 32 * 1024, 7
FULL, FIRST, MIDDLE, LAST = 1, 2, 3, 4
CACHE = ("Cache", "Cache_Data")
STORAGES = ("IndexedDB", "Local Storage", "Session Storage")


def files(profile: Path) -> dict[str, bytes]:
    """Every file's octets by its path; of LevelDB logs also the records, by path and `records`."""
    found = {}
    for path in sorted(profile.rglob("*")):
        # Locks are links to nowhere.
        if path.is_file() and not path.is_symlink():
            name, octets = str(path.relative_to(profile)), path.read_bytes()
            found[name] = octets
            if in_leveldb(path) and path.suffix == ".log":
                found[f"{name} records"] = b"\0".join(records(octets))
    return found


def in_leveldb(path: Path) -> bool:
    """Whether a file belongs to a LevelDB database."""
    return (path.parent / "CURRENT").exists()


def tables(profile: Path) -> list[str]:
    """LevelDB's compacted tables, which are compressed: nothing here can look inside."""
    return [str(path) for path in profile.rglob("*.ldb") if path.stat().st_size]


def records(log: bytes) -> Iterator[bytes]:
    """The records of a LevelDB log, oldest first, removed entries among them."""
    whole = b""
    for kind, part in _fragments(log):
        whole = part if kind in (FULL, FIRST) else whole + part
        if kind in (FULL, LAST):
            yield whole


def _fragments(log: bytes) -> Iterator[tuple[int, bytes]]:
    for start in range(0, len(log), BLOCK):
        block, at = log[start : start + BLOCK], 0
        while at + HEAD <= len(block):
            length, kind = struct.unpack_from("<HB", block, at + 4)
            if kind not in (FULL, FIRST, MIDDLE, LAST):
                break
            yield kind, block[at + HEAD : at + HEAD + length]
            at += HEAD + length


def stored(profile: Path) -> list[bytes]:
    """All records of what pages keep: IndexedDB, Local Storage, Session Storage."""
    logs = [
        path
        for storage in STORAGES
        for path in sorted((profile / "Default" / storage).rglob("*.log"))
    ]
    return [record for path in logs for record in records(path.read_bytes())]


def cached(profile: Path) -> dict[str, str]:
    """The addresses that the HTTP cache holds answers of, by file."""
    folder = profile.joinpath("Default", *CACHE)
    found = {}
    for path in sorted(folder.glob("*_0")):
        octets = path.read_bytes()
        # A simple cache entry: magic (8 octets), version, length of the key, its hash, padding.
        (length,) = struct.unpack_from("<I", octets, 12)
        found[str(path.relative_to(profile))] = octets[24 : 24 + length].decode().split(" ")[-1]
    return found


def windows(octets: Iterable[bytes], size: int = 32) -> Iterator[bytes]:
    """Every run of so many octets, each once."""
    seen: set[bytes] = set()
    for one in octets:
        for at in range(len(one) - size + 1):
            window = one[at : at + size]
            if window not in seen:
                seen.add(window)
                yield window


def open_vault(
    sealed: bytes, place: tuple[str, str], bases: Iterable[bytes], shares: Iterable[bytes]
) -> tuple[bytes, bytes] | None:
    """(base, seed) by the first base key and share that open the vault; `place`: deployment, member."""
    associated = lp(b"SeSPHR-v1 vault", *(text.encode() for text in place))
    halves = list(shares)
    for base in bases:
        for share in halves:
            key = AESGCM(hkdf(base, b"SeSPHR-v1 page", salt=share))
            try:
                return base, key.decrypt(sealed[:12], sealed[12:], associated)
            except InvalidTag:
                continue
    return None
