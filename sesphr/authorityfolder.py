"""A role authority's folder, wherever its operator keeps it: key, certificate, what it issued.

    authority.json    certificate and roles: what nodes pin
    key.pem           the private key (PKCS #8), its owner's alone, sealed by a passphrase if there is one
    issued.json       every credential that was issued, and when it was revoked
    revocations.pem   the newest revocation list

What was issued is written down before it is handed out, so that it can always be revoked.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from sesphr.crypto.authorities import Issuer, read_authority, write_authority
from sesphr.crypto.authority import Authority, AuthorityKey, revocation_list
from sesphr.crypto.errors import CredentialError
from sesphr.crypto.revocations import der_of_list, read_revocations

LIST_DAYS = 30
DAY = 24 * 3600


class FolderError(Exception):
    """Something about the folder; the sentence says what to do."""


@dataclass(frozen=True)
class Issued:
    """A credential that was issued; the serial in hexadecimal, times in Unix seconds."""

    serial: str
    member: str
    login: str
    role: str
    organisation: str
    issued: int
    until: int
    revoked: int | None = None


@dataclass(frozen=True)
class Folder:
    """An authority's folder."""

    path: Path

    @property
    def issuer(self) -> Issuer:
        """The authority as nodes pin it.

        Raises:
            FolderError: there is none here.
        """
        try:
            return read_authority((self.path / "authority.json").read_bytes())
        except FileNotFoundError:
            raise FolderError(
                f"{self.path} holds no authority; `authority create` makes one."
            ) from None
        except CredentialError as error:
            raise FolderError(f"{self.path / 'authority.json'}: {error}.") from error

    def create(self, issuer: Issuer, key: AuthorityKey, passphrase: bytes | None) -> None:
        """Write a new authority.

        Raises:
            FolderError: one is here already.
        """
        if (self.path / "authority.json").exists() or (self.path / "key.pem").exists():
            raise FolderError(f"{self.path} holds an authority already; nothing was changed.")
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        how: KeySerializationEncryption = NoEncryption()
        if passphrase is not None:
            how = BestAvailableEncryption(passphrase)
        self._write("key.pem", key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how))
        self._write("authority.json", write_authority(issuer))

    def sealed(self) -> bool:
        """Whether a passphrase opens the key."""
        return b"ENCRYPTED" in self._key_file()

    def authority(self, passphrase: bytes | None) -> Authority:
        """The authority with its private key.

        Raises:
            FolderError: no key, one that others may read, or another passphrase.
        """
        issuer = self.issuer
        try:
            key = load_pem_private_key(self._key_file(), passphrase)
        except (ValueError, TypeError):
            raise FolderError(
                f"{self.path / 'key.pem'} does not open: is the passphrase right?"
            ) from None
        if not isinstance(key, Ed25519PrivateKey | ec.EllipticCurvePrivateKey) or (
            key.public_key() != issuer.certificate.key
        ):
            raise FolderError(f"{self.path / 'key.pem'} is not the key of authority.json.")
        return Authority(issuer.certificate, key)

    def issued(self) -> list[Issued]:
        """All credentials, oldest first."""
        path = self.path / "issued.json"
        rows = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
        return [Issued(**row) for row in rows]

    def note(self, made: Issued) -> None:
        """Write down a credential before it is handed out."""
        self._write_issued([*self.issued(), made])

    def revoke(self, serial: str, now: int) -> Issued:
        """Mark a credential as revoked; `next_list` then tells of it.

        Raises:
            FolderError: no credential has this serial.
        """
        rows = self.issued()
        wanted = serial.lower().removeprefix("0x").lstrip("0")
        at = next((at for at, row in enumerate(rows) if row.serial == wanted), None)
        if at is None:
            raise FolderError(
                f"This authority has issued no credential {serial}; `credential list` shows all."
            )
        if rows[at].revoked is None:
            rows[at] = replace(rows[at], revoked=now)
            self._write_issued(rows)
        return rows[at]

    def next_list(self, authority: Authority, now: int, days: int = LIST_DAYS) -> bytes:
        """Make, keep and return the revocation list with the next number, as PEM."""
        gone = {
            int(row.serial, 16): row.revoked for row in self.issued() if row.revoked is not None
        }
        pem = revocation_list(
            authority, gone, number=self._number() + 1, now=now, until=now + days * DAY
        )
        self._write("revocations.pem", pem)
        return pem

    def _number(self) -> int:
        path = self.path / "revocations.pem"
        if not path.exists():
            return 0
        try:
            return read_revocations(der_of_list(path.read_bytes()), (self.issuer,)).number
        except CredentialError as error:
            raise FolderError(f"{path}: {error}; restore it from a backup.") from error

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One command at a time."""
        if not self.path.is_dir():
            raise FolderError(f"{self.path} holds no authority; `authority create` makes one.")
        with (self.path / ".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _key_file(self) -> bytes:
        path = self.path / "key.pem"
        if not path.exists():
            raise FolderError(f"{path} is not there; restore it from a backup.")
        if path.stat().st_mode & 0o077:
            raise FolderError(f"{path} must be readable by its owner only (chmod 600).")
        return path.read_bytes()

    def _write_issued(self, rows: list[Issued]) -> None:
        text = json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=1)
        self._write("issued.json", text.encode() + b"\n")

    def _write(self, name: str, octets: bytes) -> None:
        """Whole or not at all, and on the disk when this returns."""
        draft = self.path / f".{name}.draft"
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(octets)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path / name)
