"""A cluster's MariaDB: a database and an account for each server, and none may see another's."""

import contextlib
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

from django.core.management.base import CommandError

from sesphr.mariadb import HOST, MariaDBError, Place, Server, install, started

# What a server's account may do with its own database, and what the one that migrates may.
SERVE = "SELECT, INSERT, UPDATE, DELETE"
MIGRATE = "ALL PRIVILEGES"
PLAIN = re.compile(r"[a-z0-9_]{1,40}")


def prepare(data: Path) -> None:
    """Make what a MariaDB of our own needs, unless it is there or the variables name another.

    Raises:
        CommandError: it cannot be made.
    """
    if not _is_given():
        place = _place(data)
        place.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _told():
            install(place)


@contextlib.contextmanager
def server(data: Path) -> Iterator[Server]:
    """The MariaDB that SESPHR_DB_ variables name, or the one of our own in DATA/mariadb.

    Raises:
        CommandError: it does not come up, or cannot be reached.
    """
    with _told():
        if _is_given():
            found = _given()
            found.execute("SELECT 1")
            yield found
        else:
            with started(_place(data)) as own:
                yield own


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except MariaDBError as error:
        raise CommandError(f"MariaDB: {error}") from error


def _is_given() -> bool:
    return os.environ.get("SESPHR_DB") == "mariadb"


def _place(data: Path) -> Place:
    # Whoever runs the cluster owns DATA, which nobody else may enter: not even `mysql`.
    return Place(data / "mariadb", "root" if os.geteuid() == 0 else None, lasting=True)


def _given() -> Server:
    wanted = ("SESPHR_DB_HOST", "SESPHR_DB_PORT", "SESPHR_DB_USER", "SESPHR_DB_PASSWORD")
    host, port, user, password = (os.environ.get(name, "") for name in wanted)
    if not (user and password):
        raise CommandError(
            "SESPHR_DB=mariadb needs SESPHR_DB_USER and SESPHR_DB_PASSWORD of an account that may"
            " create databases and accounts."
        )
    return Server(int(port or 3306), password, Path(), 0, host or HOST, user)


class Accounts:
    """Makes each server's database and accounts, and says what its processes are given."""

    def __init__(self, mariadb: Server, prefix: str) -> None:
        if not PLAIN.fullmatch(prefix):
            raise CommandError(f"SESPHR_DB_PREFIX is {prefix!r}; use a-z, 0-9 and _, at most 40.")
        self._mariadb, self._prefix = mariadb, prefix
        self._passwords: dict[str, str] = {}

    def make(self, name: str) -> None:
        """A database with two accounts: one serves, one migrates; passwords of this run."""
        schema = self._schema(name)
        host = HOST if self._mariadb.host in (HOST, "localhost") else "%"
        statements = [
            f"CREATE DATABASE IF NOT EXISTS `{schema}` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
        ]
        for suffix, rights in (("", SERVE), ("_m", MIGRATE)):
            password = self._passwords[name + suffix] = secrets.token_urlsafe(24)
            account = f"'{schema}{suffix}'@'{host}'"
            statements += [
                f"CREATE OR REPLACE USER {account} IDENTIFIED BY '{password}'",
                f"GRANT {rights} ON `{schema}`.* TO {account}",
            ]
        self._mariadb.execute(";\n".join(statements) + ";\n")

    def environment(self, name: str, *, migrating: bool = False) -> dict[str, str]:
        """The variables that name a server's database."""
        suffix = "_m" if migrating else ""
        return {
            "SESPHR_DB": "mariadb",
            "SESPHR_DB_HOST": self._mariadb.host,
            "SESPHR_DB_PORT": str(self._mariadb.port),
            "SESPHR_DB_USER": self._schema(name) + suffix,
            "SESPHR_DB_PASSWORD": self._passwords[name + suffix],
            "SESPHR_DB_PREFIX": self._prefix,
        }

    def _schema(self, name: str) -> str:
        """As `sesphr.settings.databases` calls it."""
        alias = "srs" if name == "srs-1" else name
        return f"{self._prefix}_{alias.replace('-', '_')}"
