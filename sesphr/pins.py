"""The role authorities that this server pins: one file each under DATA/authorities.

`manage.py authority pin` writes them. A file that is not read strictly stops what needs it:
going on without would change silently who is certified.
"""

import os
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from sesphr.crypto.authorities import Issuer, read_authority, write_authority
from sesphr.crypto.errors import CredentialError

SUFFIX = ".json"
Stamp = tuple[str, int, int]


def _folder() -> Path:
    return Path(settings.SESPHR_DATA) / "authorities"


def pinned_authorities() -> tuple[Issuer, ...]:
    """All of them, by file name; read again when a file changes.

    Raises:
        ImproperlyConfigured: a file that is not right; which.
    """
    folder = _folder()
    try:
        with os.scandir(folder) as found:
            stamps = tuple(sorted(_stamp(one) for one in found if one.name.endswith(SUFFIX)))
    except FileNotFoundError:
        return ()
    return _read(folder, stamps)


def _stamp(entry: os.DirEntry[str]) -> Stamp:
    status = entry.stat()
    return entry.name, status.st_mtime_ns, status.st_size


@lru_cache(maxsize=16)
def _read(folder: Path, stamps: tuple[Stamp, ...]) -> tuple[Issuer, ...]:
    found: dict[str, Issuer] = {}
    for name, _, _ in stamps:
        try:
            issuer = read_authority((folder / name).read_bytes())
        except (CredentialError, OSError) as error:
            raise ImproperlyConfigured(f"{folder / name}: {error}.") from error
        if issuer.id in found:
            raise ImproperlyConfigured(f"{folder / name}: another file pins the same key.")
        found[issuer.id] = issuer
    return tuple(found.values())


def pin(issuer: Issuer) -> Path:
    """Write an authority's file, replacing an earlier one of the same key; where it is."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{issuer.id}{SUFFIX}"
    draft = path.with_suffix(".draft")
    draft.write_bytes(write_authority(issuer))
    draft.replace(path)
    return path


def unpin(issuer: str) -> bool:
    """Forget an authority; whether it was pinned."""
    path = _folder() / f"{issuer}{SUFFIX}"
    there = path.exists()
    path.unlink(missing_ok=True)
    return there
