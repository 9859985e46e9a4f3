"""Secrets that a server makes for itself, one file each under DATA/secrets, mode 0600.

Made once by whoever needs one first, atomically, so that two processes that
start together end with the same secret.
"""

import os
import secrets
from pathlib import Path

LENGTH = 32


def _path(data: Path, name: str) -> Path:
    folder = data / "secrets"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / name


def _write_once(path: Path, octets: bytes) -> None:
    """Put a whole file in place unless one is there; a crash leaves none or a whole one."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(octets)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def exists(data: Path, name: str) -> bool:
    """Whether the secret called `name` was made."""
    return (data / "secrets" / name).exists()


def secret(data: Path, name: str) -> bytes:
    """The 32 random octets called `name`, made at the first call.

    Raises:
        PermissionError: somebody else than its owner may read the file.
        ValueError: the file does not hold 32 octets.
    """
    path = _path(data, name)
    if not path.exists():
        _write_once(path, secrets.token_bytes(LENGTH))
    if path.stat().st_mode & 0o077:
        raise PermissionError(f"{path} must be readable by its owner only (chmod 600).")
    octets = path.read_bytes()
    if len(octets) != LENGTH:
        raise ValueError(f"{path} must hold exactly {LENGTH} octets; restore it from a backup.")
    return octets


def text_secret(data: Path, name: str) -> str:
    """The same as 64 hexadecimal digits."""
    return secret(data, name).hex()
